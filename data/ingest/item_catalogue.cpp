#include "data/ingest/item_catalogue.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "data/error.hpp"
#include "data/ingest/event.hpp"
#include "data/ingest/field_splitter.hpp"

namespace alster {

namespace {

constexpr std::size_t longest_text = 1000;
constexpr std::size_t flags_begin = 5;  // u.item: id, title, date, video date, address, then the flags
constexpr std::array<std::string_view, 19> movielens_genres = {
    "unknown",     "Action", "Adventure", "Animation", "Children's", "Comedy",  "Crime",
    "Documentary", "Drama",  "Fantasy",   "Film-Noir", "Horror",     "Musical", "Mystery",
    "Romance",     "Sci-Fi", "Thriller",  "War",       "Western"};

/// How the lines of a file become columns.
struct Layout {
    Separator separator = Separator::comma;
    std::vector<std::string> columns = {};  // by position; "" is passed over
    std::size_t id = 0;
    std::vector<std::string> flags = {};  // genres that are given as 0 or 1 from flags_begin on
    bool header = false;
};

std::vector<std::string> flag_names(const std::string& path)
{
    const auto beside = std::filesystem::path(path).parent_path() / "u.genre";
    if (!std::filesystem::exists(beside)) return {movielens_genres.begin(), movielens_genres.end()};
    std::vector<std::string> names;
    LineSource source({beside.string()});
    for (Line line; source.next(line);)
        if (!line.text.empty()) names.emplace_back(line.text.substr(0, line.text.find('|')));
    return names;
}

std::string column_name(std::string_view name)
{
    if (name == "name" || name == "Title") return "title";
    return name == "genre" ? "genres" : utf8_from_latin1(name);
}

Layout header_layout(const std::string& path, const Line& line, Separator separator)
{
    Layout layout{.separator = separator, .header = true};
    std::vector<std::string_view> fields;
    FieldSplitter splitter(separator);
    if (!splitter.split(line.text, fields))
        throw Error(ExitCode::bad_data, "{}:{}: the header has a bad quote", path, line.number);
    constexpr std::array<std::string_view, 5> id_names = {"item", "itemId", "movieId", "item_id", "id"};
    for (const auto name : id_names)
        if (const auto found = std::find(fields.begin(), fields.end(), name); found != fields.end()) {
            layout.id = static_cast<std::size_t>(found - fields.begin());
            break;
        }
    for (const auto field : fields) layout.columns.push_back(column_name(field));
    layout.columns[layout.id].clear();
    return layout;
}

Layout layout_of(const std::string& path, const Line& first)
{
    const auto first_line = first.text;
    if (first_line.find("::") != first_line.npos)
        return {.separator = Separator::double_colon, .columns = {"", "title", "genres"}};
    if (std::count(first_line.begin(), first_line.end(), '|') > static_cast<std::ptrdiff_t>(flags_begin))
        return {.separator = Separator::bar, .columns = {"", "title", "released"}, .flags = flag_names(path)};
    return header_layout(path, first, first_line.find('\t') != first_line.npos ? Separator::tab : Separator::comma);
}

std::string joined_flags(const std::vector<std::string>& names, const std::vector<std::string_view>& fields)
{
    std::string genres;
    for (std::size_t g = 0; g < names.size() && flags_begin + g < fields.size(); ++g)
        if (fields[flags_begin + g] == "1") genres += (genres.empty() ? "" : "|") + names[g];
    return genres;
}

class CatalogueReader {
public:
    CatalogueReader(const IdIndex& items, Layout layout)
        : items_(items), layout_(std::move(layout)), splitter_(layout_.separator), described_(items.rows())
    {
        for (const auto& name : layout_.columns)
            if (!name.empty()) texts_[name].resize(items.rows());
        if (!layout_.flags.empty()) texts_["genres"].resize(items.rows());
    }

    Defect read(std::string_view line)
    {
        if (line.find('\0') != line.npos) return Defect::nul_byte;
        if (!splitter_.split(line, fields_)) return Defect::bad_quoting;
        if (fields_.size() < std::max(layout_.columns.size(), layout_.id + 1)) return Defect::missing_column;
        if (const Defect defect = check_id(fields_[layout_.id]); defect != Defect::none) return defect;
        std::vector<std::string> values;
        for (std::size_t c = 0; c < layout_.columns.size(); ++c) {
            values.push_back(utf8_from_latin1(fields_[c]));
            if (values.back().size() > longest_text) return Defect::long_text;
        }
        keep(values);
        return Defect::none;
    }

    ItemCatalogue result()
    {
        return {.columns = std::move(texts_),
                .known = known_,
                .described = std::count(described_.begin(), described_.end(), true)};
    }

private:
    void keep(std::vector<std::string>& values)
    {
        const auto row = items_.find(fields_[layout_.id]);
        if (!row) return;
        ++known_;
        for (std::size_t c = 0; c < values.size(); ++c)
            if (!layout_.columns[c].empty()) texts_[layout_.columns[c]][*row] = std::move(values[c]);
        if (!layout_.flags.empty()) texts_["genres"][*row] = joined_flags(layout_.flags, fields_);
        described_[*row] = true;
    }

    const IdIndex& items_;
    Layout layout_;
    FieldSplitter splitter_;
    std::vector<std::string_view> fields_;
    std::map<std::string, std::vector<std::string>> texts_;
    std::vector<bool> described_;
    std::int64_t known_ = 0;
};

}  // namespace

std::string utf8_from_latin1(std::string_view text)
{
    if (simdjson::validate_utf8(text.data(), text.size())) return std::string(text);
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            result += c;
        } else {
            result += static_cast<char>(0xC0 | (byte >> 6));
            result += static_cast<char>(0x80 | (byte & 0x3F));
        }
    }
    return result;
}

ItemCatalogue read_items(const std::string& path, const IdIndex& items, Quarantine& quarantine)
{
    LineSource source({path});
    Line line;
    do
        if (!source.next(line)) throw Error(ExitCode::bad_data, "{}: the item file is empty", path);
    while (line.text.empty());
    const Layout layout = layout_of(path, line);
    CatalogueReader reader(items, layout);
    bool more = !layout.header || source.next(line);
    for (; more && !quarantine.hopeless(); more = source.next(line)) {
        if (line.text.empty()) continue;
        const Defect defect = reader.read(line.text);
        if (defect == Defect::none)
            quarantine.pass();
        else
            quarantine.keep(path, line, defect);
    }
    return reader.result();
}

}  // namespace alster
