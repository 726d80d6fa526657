#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "data/ingest/column_names.hpp"
#include "data/ingest/line_parser.hpp"
#include "data/ingest/number_spelling.hpp"
#include "data/ingest/table_head.hpp"

namespace alster {

namespace {

class DelimitedParser final : public LineParser {
public:
    explicit DelimitedParser(const TableFormat& format) : format_(format), splitter_(format.separator, format.width) {}

    Defect parse(std::string_view line, std::vector<Event>& events) override
    {
        passed_ = Passed::nothing;
        detail_.clear();
        if (!splitter_.split(line, fields_)) return Defect::bad_quoting;
        if (is_comment(line, fields_.size(), format_.width)) return pass_over(Passed::comment, events);
        for (const int position : format_.positions)
            if (position >= static_cast<int>(fields_.size())) return short_line(events);
        if (has_surplus()) return Defect::surplus_fields;
        const EventFields parts{.user = field(EventColumn::user),
                                .item = field(EventColumn::item),
                                .value = given(EventColumn::value),
                                .time = given(EventColumn::time),
                                .type = given(EventColumn::event),
                                .confidence = given(EventColumn::confidence),
                                .id = given(EventColumn::event_id)};
        if (format_.find_headers && named_column(parts.user) && named_column(parts.item))
            return repeated_header(events);
        events.resize(1);
        if (format_.decimal_comma && (has_dot(parts.value) || has_dot(parts.confidence))) return Defect::dot_in_number;
        const Defect defect = read_event(parts, events.front());
        if (defect == Defect::not_a_number || defect == Defect::nan) return respelled(parts, events.front(), defect);
        return defect == Defect::empty_id && all_empty() ? pass_over(Passed::empty, events) : defect;
    }

    Passed passed() const override { return passed_; }
    std::string_view detail() const override { return detail_; }

    bool may_go_on() const override
    {
        const auto kind = format_.separator.kind();
        return kind == Separator::Kind::byte || kind == Separator::Kind::blanks;
    }

    bool is_record(std::string_view text) override
    {
        // by a splitter of its own: the events that parse() has made look into the other's memory
        FieldSplitter splitter(format_.separator, format_.width);
        std::vector<std::string_view> fields;
        return splitter.split(text, fields) && !splitter.literal() && fields.size() == format_.width;
    }

    bool is_row(std::string_view line) const override
    {
        FieldSplitter plain(format_.separator);
        std::vector<std::string_view> fields;
        plain.split_plain(line, fields);
        return fields.size() == format_.width;
    }

private:
    [[nodiscard]] std::string_view field(EventColumn column) const
    {
        const int position = format_.positions[static_cast<std::size_t>(column)];
        if (position < 0) return {};
        const std::string_view text = fields_[static_cast<std::size_t>(position)];
        return is_null(text) ? std::string_view("") : text;
    }

    [[nodiscard]] static bool has_dot(std::string_view text) { return text.find('.') != text.npos; }

    [[nodiscard]] int at(EventColumn column) const { return format_.positions[static_cast<std::size_t>(column)]; }

    /// An optional part without a text, or of quoted blanks, is not given.
    [[nodiscard]] std::string_view given(EventColumn column) const
    {
        const std::string_view text = field(column);
        return text.find_first_not_of(" \t") == text.npos ? std::string_view() : text;
    }

    [[nodiscard]] bool is_null(std::string_view text) const
    {
        return !format_.nulls.empty() && std::ranges::find(format_.nulls, text) != format_.nulls.end();
    }

    [[nodiscard]] Defect pass_over(Passed why, std::vector<Event>& events)
    {
        passed_ = why;
        events.clear();
        return Defect::none;
    }

    [[nodiscard]] bool all_empty() const
    {
        return std::ranges::all_of(fields_, [](std::string_view text) { return text.empty(); });
    }

    [[nodiscard]] Defect short_line(std::vector<Event>& events)
    {
        return all_empty() ? pass_over(Passed::empty, events) : Defect::missing_column;
    }

    /// Empty fields behind the last one are of separators that end a line.
    [[nodiscard]] bool has_surplus() const
    {
        return format_.width > 0 && fields_.size() > format_.width &&
               std::any_of(fields_.begin() + static_cast<std::ptrdiff_t>(format_.width), fields_.end(),
                           [](std::string_view text) { return !text.empty(); });
    }

    /// A header in the middle of a file, which was joined from several, must name the same columns.
    [[nodiscard]] Defect repeated_header(std::vector<Event>& events)
    {
        for (std::size_t c = 0; c < event_columns; ++c) {
            const int position = format_.positions[c];
            if (position < 0) continue;
            const auto column = named_column(fields_[static_cast<std::size_t>(position)]);
            if (column && *column != static_cast<EventColumn>(c)) return Defect::other_header;
        }
        return pass_over(Passed::header, events);
    }

    [[nodiscard]] Defect respelled(EventFields parts, Event& event, Defect defect)
    {
        std::array<std::string, 2> texts;
        std::size_t t = 0;
        for (std::string_view* part : {&parts.value, &parts.confidence}) {
            Event alone;
            if (!part->data() || read_event({.user = "u", .item = "i", .value = *part}, alone) == Defect::none)
                continue;
            NumberSpelling number = respell_number(*part, format_.decimal_comma);
            if (number.defect != Defect::none) {
                constexpr std::size_t longest = 40;
                detail_ = fmt::format("'{}' in column {}, taken for the {} (--columns says which is)",
                                      part->substr(0, longest),
                                      part == &parts.value ? at(EventColumn::value) : at(EventColumn::confidence),
                                      part == &parts.value ? "value" : "confidence");
                return number.defect == Defect::not_a_number ? defect : number.defect;
            }
            texts[t] = std::move(number.text);
            *part = texts[t++];
        }
        return read_event(parts, event);
    }

    TableFormat format_;
    FieldSplitter splitter_;
    std::vector<std::string_view> fields_;
    Passed passed_ = Passed::nothing;
    std::string detail_;
};

class ListParser final : public LineParser {
public:
    explicit ListParser(std::vector<std::string> nulls) : nulls_(std::move(nulls)) {}

    Defect parse(std::string_view line, std::vector<Event>& events) override
    {
        passed_ = Passed::nothing;
        events.clear();
        if (!splitter_.split(line, fields_) || fields_.empty()) return Defect::missing_column;
        if (fields_.size() > 1 && named_column(fields_[0]) == EventColumn::user &&
            named_column(fields_[1]) == EventColumn::item) {
            passed_ = Passed::header;
            return Defect::none;
        }
        for (auto& field : fields_)
            if (std::ranges::find(nulls_, field) != nulls_.end()) field = "";
        for (std::size_t i = 1; i < fields_.size(); ++i) {
            const Defect defect = read_event({.user = fields_[0], .item = fields_[i]}, events.emplace_back());
            if (defect != Defect::none) return defect;
        }
        return Defect::none;
    }

    Passed passed() const override { return passed_; }

private:
    std::vector<std::string> nulls_;
    FieldSplitter splitter_{Separator::loose};
    std::vector<std::string_view> fields_;
    Passed passed_ = Passed::nothing;
};

}  // namespace

std::unique_ptr<LineParser> delimited_parser(const TableFormat& format)
{
    return std::make_unique<DelimitedParser>(format);
}

std::unique_ptr<LineParser> list_parser(std::vector<std::string> nulls)
{
    return std::make_unique<ListParser>(std::move(nulls));
}

}  // namespace alster
