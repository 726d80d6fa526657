#include <simdjson.h>

#include <array>
#include <string>

#include "data/ingest/line_parser.hpp"

namespace alster {

namespace {

namespace json = simdjson::ondemand;

class JsonParser final : public LineParser {
public:
    explicit JsonParser(const ColumnSpec& keys)
    {
        constexpr std::array defaults = {"user", "item", "value", "time", "event", "confidence"};
        for (std::size_t c = 0; c < event_columns; ++c) {
            keys_[c] = keys[static_cast<EventColumn>(c)];
            if (keys_[c].empty()) keys_[c] = defaults[c];
        }
    }

    Defect parse(std::string_view line, std::vector<Event>& events) override
    {
        line_ = line;
        line_.reserve(line.size() + simdjson::SIMDJSON_PADDING);
        std::array<std::string_view, event_columns> parts{};
        if (!read_object(parts)) return Defect::bad_json;
        if (!parts[0].data() || !parts[1].data()) return Defect::missing_column;
        events.resize(1);
        return read_event({parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]}, events.front());
    }

private:
    [[nodiscard]] bool read_object(std::array<std::string_view, event_columns>& parts)
    {
        json::document document;
        json::object object;
        if (parser_.iterate(line_.data(), line_.size(), line_.capacity()).get(document)) return false;
        if (document.get_object().get(object)) return false;
        for (auto field : object) {
            std::string_view key;
            json::value value;
            if (field.unescaped_key().get(key) || field.value().get(value)) return false;
            for (std::size_t c = 0; c < event_columns; ++c)
                if (key == keys_[c] && !read_part(value, parts[c])) return false;
        }
        const char* rest = nullptr;
        return document.current_location().get(rest) == simdjson::OUT_OF_BOUNDS;  // nothing follows
    }

    /// The text of a string, or of a number as it stands; nothing for null.
    [[nodiscard]] static bool read_part(json::value& value, std::string_view& part)
    {
        json::json_type type{};
        if (value.type().get(type)) return false;
        if (type == json::json_type::null) return !value.is_null().error();
        if (type == json::json_type::string) return !value.get_string().get(part);
        if (type != json::json_type::number) return false;
        part = value.raw_json_token();
        part = part.substr(0, part.find_last_not_of(" \t") + 1);
        return true;
    }

    std::array<std::string, event_columns> keys_;
    json::parser parser_;
    std::string line_;  // simdjson reads beyond the end
};

}  // namespace

std::unique_ptr<LineParser> json_parser(const ColumnSpec& keys) { return std::make_unique<JsonParser>(keys); }

}  // namespace alster
