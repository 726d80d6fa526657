#include "data/ingest/item_texts.hpp"

#include <algorithm>

#include "data/error.hpp"
#include "data/ingest/attribute_encoder.hpp"

namespace alster {

namespace {

constexpr std::size_t longest_text = 1000;
constexpr std::size_t most_columns = 1000;

/// Cuts in front of the character that would not fit.
void cut_at_character(std::string& text)
{
    std::size_t end = longest_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
}

std::string_view trimmed(std::string_view text)
{
    const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

}  // namespace

void ItemTexts::add_column(const std::string& name, AttributeType type)
{
    auto& column = columns_[name];
    if (column.texts.empty()) column.texts.resize(items_.rows());
    if (column.type == AttributeType::text) column.type = type;
    if (columns_.size() > most_columns)
        throw Error(ExitCode::bad_data, "there are more than {} columns: is this a file of {}?", most_columns,
                    items_.what());
}

void ItemTexts::keep(std::string_view id, std::vector<NamedText>& texts)
{
    if (first_ids_.size() < 3) first_ids_.emplace_back(id);
    if (on_id_) on_id_(id);
    const auto row = items_.find(id);
    if (!row) return;
    ++known_;
    for (auto& [name, column] : columns_) column.texts[*row].clear();
    for (auto& [name, text] : texts) columns_.at(name).texts[*row] = stored(text);
    described_[*row] = true;
}

std::string ItemTexts::stored(std::string_view text)
{
    std::string result = utf8_from_latin1(text);
    std::replace(result.begin(), result.end(), '\0', ' ');  // it would end the text in a file
    if (result.size() > longest_text) {
        cut_at_character(result);
        ++cut_;
    }
    return result;
}

ItemCatalogue ItemTexts::result()
{
    return {.columns = std::move(columns_),
            .known = known_,
            .described = std::count(described_.begin(), described_.end(), true),
            .described_rows = described_,
            .cut = cut_,
            .first_ids = std::move(first_ids_)};
}

namespace {

/// "['Drama', \"Kids' TV\"]" of Python or JSON: its texts, "Drama" and "Kids' TV"; nothing where it is no list of texts.
std::optional<std::string> joined_list(std::string_view text)
{
    if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
    std::string result;
    bool quoted = false, behind = false;  // behind a text, where a comma is wanted
    char quote = '\0';
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '\\' && i + 2 < text.size()) {
            result += text[++i];
        } else if (quoted && c == quote) {
            quoted = false, behind = true;
        } else if (quoted) {
            result += c;
        } else if (!behind && (c == '\'' || c == '"')) {
            quoted = true, quote = c;
            if (!result.empty()) result += set_mark;
        } else if (behind && c == ',') {
            behind = false;
        } else if (c != ' ') {
            return std::nullopt;
        }
    }
    return quoted ? std::nullopt : std::optional(result);
}

}  // namespace

std::string joined_set(std::string_view text, char separator)
{
    if (auto list = joined_list(trimmed(text))) return *list;
    if (is_list(text)) return std::string(text);  // of something else: encode() says so
    std::string result;
    while (!text.empty()) {
        const auto part = trimmed(text.substr(0, text.find(separator)));
        text.remove_prefix(std::min(text.size(), std::min(text.find(separator), text.size()) + 1));
        if (part.empty()) continue;
        if (!result.empty()) result += set_mark;
        result += part;
    }
    return result;
}

}  // namespace alster
