#include "host/publish/text_rows.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/output_file.hpp"

namespace alster {

void append_number(std::string& text, float value)
{
    char digits[32];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_numbers(std::string& text, std::span<const float> values, char separator)
{
    for (std::size_t n = 0; n < values.size(); ++n) {
        if (n > 0) text += separator;
        append_number(text, values[n]);
    }
}

void append_json_numbers(std::string& text, std::span<const float> values)
{
    text += '[';
    append_numbers(text, values, ',');
    text += ']';
}

std::string json_id(const IdColumn& ids, Row n)
{
    return ids.kind == IdKind::int64 ? ids.text(n) : json_text(nlohmann::json(ids.text(n)));
}

std::string csv_field(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char letter : text) quoted.append(letter == '"' ? 2 : 1, letter);
    return quoted + '"';
}

std::string in_one_field(std::string text)
{
    std::ranges::replace_if(
        text, [](char letter) { return letter == '\t' || letter == '\n' || letter == '\r'; }, ' ');
    return text;
}

void require_without(const std::string& id, std::string_view letters, const VectorTable& table, const char* format)
{
    if (id.find_first_of(letters) == std::string::npos) return;
    throw Error(ExitCode::bad_data,
                "{}: {} '{}' has a blank, tab or line break, which ends a field of {}: export jsonl",
                table.model().file().path().string(), table.side() == Side::users ? "user" : "item", id, format);
}

void write_ids_text(const VectorTable& table, const std::filesystem::path& path)
{
    OutputFile file(path);
    const auto write = [&](const VectorRows& rows) {
        for (Row n = 0; n < rows.size(); ++n) {
            const std::string id = rows.ids.text(n);
            require_without(id, "\n\r", table, "a file of ids");
            file.write(id + '\n');
        }
    };
    table.each(write, true);
    file.commit();
}

}  // namespace alster
