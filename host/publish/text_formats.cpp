#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "host/publish/formats.hpp"
#include "host/publish/text_rows.hpp"

namespace alster {

namespace {

/// Writes a line for each vector, made by `append`.
template <class Append>
void write_lines(OutputFile& file, const VectorTable& table, Append append, bool ids_only = false)
{
    const auto write = [&](const VectorRows& rows) {
        std::string text;
        for (Row n = 0; n < rows.size(); ++n) {
            append(text, rows, n);
            text += '\n';
        }
        file.write(text);
    };
    table.each(write, ids_only);
}

/// id, title where there are titles, and the numbers.
Files write_separated(const VectorExport& vectors, char separator)
{
    const VectorTable& table = vectors.table;
    const auto field = [&](const std::string& text) { return separator == ',' ? csv_field(text) : in_one_field(text); };
    OutputFile file(vectors.out);
    std::string head = table.has_titles() ? fmt::format("id{}title", separator) : "id";
    for (Row d = 0; d < table.width(); ++d) head += fmt::format("{}f{}", separator, d);
    file.write(head + '\n');
    write_lines(file, table, [&](std::string& text, const VectorRows& rows, Row n) {
        const std::string id = rows.ids.text(n);
        if (separator == '\t') require_without(id, "\t\n\r", table, "tsv");
        text += field(id) + separator;
        if (table.has_titles()) text += field(table.title(rows.rows[n])) + separator;
        append_numbers(text, rows.vector(n), separator);
    });
    file.commit();
    return {vectors.out};
}

}  // namespace

Files write_csv(const VectorExport& vectors) { return write_separated(vectors, ','); }

Files write_tsv(const VectorExport& vectors) { return write_separated(vectors, '\t'); }

Files write_jsonl(const VectorExport& vectors)
{
    const VectorTable& table = vectors.table;
    OutputFile file(vectors.out);
    write_lines(file, table, [&](std::string& text, const VectorRows& rows, Row n) {
        text += "{\"id\":" + json_id(rows.ids, n);
        if (table.has_titles()) text += ",\"title\":" + json_text(nlohmann::json(table.title(rows.rows[n])));
        text += ",\"vector\":";
        append_json_numbers(text, rows.vector(n));
        text += '}';
    });
    file.commit();
    return {vectors.out};
}

Files write_word2vec(const VectorExport& vectors)
{
    const VectorTable& table = vectors.table;
    OutputFile file(vectors.out);
    file.write(fmt::format("{} {}\n", table.rows(), table.width()));
    write_lines(file, table, [&](std::string& text, const VectorRows& rows, Row n) {
        const std::string id = rows.ids.text(n);
        require_without(id, " \t\n\r", table, "word2vec");
        text += id + ' ';
        append_numbers(text, rows.vector(n), ' ');
    });
    file.commit();
    return {vectors.out};
}

Files write_projector(const VectorExport& vectors)
{
    const VectorTable& table = vectors.table;
    const Files files{vectors.out, beside(vectors.out, ".metadata.tsv")};
    OutputFile names(files.back());
    if (table.has_titles()) names.write("id\ttitle\n");  // a single column has no head
    const auto name = [&](std::string& text, const VectorRows& rows, Row n) {
        text += in_one_field(rows.ids.text(n));
        if (table.has_titles()) text += '\t' + in_one_field(table.title(rows.rows[n]));
    };
    write_lines(names, table, name, true);
    names.commit();
    OutputFile file(vectors.out);
    write_lines(file, table,
                [](std::string& text, const VectorRows& rows, Row n) { append_numbers(text, rows.vector(n), '\t'); });
    file.commit();
    return files;
}

}  // namespace alster
