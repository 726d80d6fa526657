#include "data/ingest/line_parser.hpp"

namespace alster {

namespace {

class DelimitedParser final : public LineParser {
public:
    DelimitedParser(Separator separator, const ColumnPositions& positions) : splitter_(separator), positions_(positions)
    {
    }

    Defect parse(std::string_view line, std::vector<Event>& events) override
    {
        if (!splitter_.split(line, fields_)) return Defect::bad_quoting;
        for (const int position : positions_)
            if (position >= static_cast<int>(fields_.size())) return Defect::missing_column;
        const EventFields fields{.user = field(EventColumn::user),
                                 .item = field(EventColumn::item),
                                 .value = field(EventColumn::value),
                                 .time = field(EventColumn::time),
                                 .type = field(EventColumn::event),
                                 .confidence = field(EventColumn::confidence),
                                 .id = field(EventColumn::event_id)};
        events.resize(1);
        return read_event(fields, events.front());
    }

private:
    [[nodiscard]] std::string_view field(EventColumn column) const
    {
        const int position = positions_[static_cast<std::size_t>(column)];
        return position < 0 ? std::string_view() : fields_[static_cast<std::size_t>(position)];
    }

    FieldSplitter splitter_;
    ColumnPositions positions_;
    std::vector<std::string_view> fields_;
};

class ListParser final : public LineParser {
public:
    Defect parse(std::string_view line, std::vector<Event>& events) override
    {
        events.clear();
        if (!splitter_.split(line, fields_) || fields_.empty()) return Defect::missing_column;
        for (std::size_t i = 1; i < fields_.size(); ++i) {
            const Defect defect = read_event({.user = fields_[0], .item = fields_[i]}, events.emplace_back());
            if (defect != Defect::none) return defect;
        }
        return Defect::none;
    }

private:
    FieldSplitter splitter_{Separator::blanks};
    std::vector<std::string_view> fields_;
};

}  // namespace

std::unique_ptr<LineParser> delimited_parser(Separator separator, const ColumnPositions& positions)
{
    return std::make_unique<DelimitedParser>(separator, positions);
}

std::unique_ptr<LineParser> list_parser() { return std::make_unique<ListParser>(); }

}  // namespace alster
