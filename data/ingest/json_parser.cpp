#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>

#include "data/ingest/json_document.hpp"
#include "data/ingest/known_names.hpp"
#include "data/ingest/line_parser.hpp"

namespace alster {

namespace {

constexpr std::array<const char*, event_columns> column_names = {"user",  "item",       "value", "time",
                                                                 "event", "confidence", ""};

/// For each column what of its path is still to be found, "payload.user" or,
/// inside payload, "user"; no data: nothing.
using Paths = std::array<std::string_view, event_columns>;

/// True where `path` leads into the object `key`.
bool leads_into(std::string_view path, std::string_view key)
{
    return path.size() > key.size() + 1 && path.starts_with(key) && path[key.size()] == '.';
}

/// Finds what the names of keys mean. It remembers them, as keys come again and
/// again.
class KnownKeys {
public:
    [[nodiscard]] std::optional<KnownName> find(std::string_view key)
    {
        name_ = key;
        if (const auto met = met_.find(name_); met != met_.end()) return met->second;
        const auto known = known_column(key);
        constexpr std::size_t most = 1000;  // keys may be ids
        if (met_.size() < most) met_.emplace(name_, known);
        return known;
    }

private:
    std::string name_;
    std::unordered_map<std::string, std::optional<KnownName>> met_;
};

class JsonParser final : public LineParser {
public:
    explicit JsonParser(const ColumnSpec& keys) : by_known_names_(keys.empty())
    {
        for (std::size_t c = 0; c < event_columns; ++c) {
            keys_[c] = keys[static_cast<EventColumn>(c)];
            if (keys_[c].empty()) keys_[c] = column_names[c];  // but "": only where asked for
        }
    }

    Defect parse(std::string_view line, std::vector<Event>& events) override
    {
        parts_ = {};
        orders_.fill(std::numeric_limits<int>::max());
        Paths paths{};
        if (!by_known_names_) std::copy(keys_.begin(), keys_.end(), paths.begin());
        const Defect defect = document_.read(
            line, [&](std::string_view key, JsonDocument::Value& value) { return read_field(key, value, paths); });
        if (defect != Defect::none) return defect;
        for (const EventColumn needed : {EventColumn::user, EventColumn::item})
            if (!part(needed).data()) return absent(needed, line);
        events.resize(1);
        return read_event(
            {part(EventColumn::user), part(EventColumn::item), part(EventColumn::value), part(EventColumn::time),
             part(EventColumn::event), part(EventColumn::confidence), part(EventColumn::event_id)},
            events.front());
    }

    [[nodiscard]] std::string_view detail() const override { return document_.detail(); }

private:
    [[nodiscard]] std::string_view& part(EventColumn column) { return parts_[static_cast<std::size_t>(column)]; }

    Defect read_field(std::string_view key, JsonDocument::Value& value, Paths& paths)
    {
        if (by_known_names_) return read_known(key, value);
        Paths inner{};
        bool inside = false;
        for (std::size_t c = 0; c < event_columns; ++c)
            if (leads_into(paths[c], key)) {
                inner[c] = paths[c].substr(key.size() + 1);
                inside = true;
            }
        simdjson::ondemand::json_type type{};
        if (const auto error = value.type().get(type)) return document_.broken(error);
        if (inside && type == simdjson::ondemand::json_type::object) {
            simdjson::ondemand::object object;
            if (const auto error = value.get_object().get(object)) return document_.broken(error);
            return document_.read_fields(object, [&](std::string_view name, JsonDocument::Value& field) {
                return read_field(name, field, inner);
            });
        }
        return read_columns(key, value, paths);
    }

    /// The columns whose path ends with this key.
    Defect read_columns(std::string_view key, JsonDocument::Value& value, const Paths& paths)
    {
        std::optional<JsonText> text;
        for (std::size_t c = 0; c < event_columns; ++c) {
            if (paths[c] != key || paths[c].empty()) continue;
            if (!text)
                if (const auto error = read_text(value, text.emplace())) return document_.broken(error);
            if (const Defect defect = take(static_cast<EventColumn>(c), key, *text); defect != Defect::none)
                return defect;
        }
        return Defect::none;
    }

    Defect read_known(std::string_view key, JsonDocument::Value& value)
    {
        const auto known = known_.find(key);
        if (!known) return Defect::none;
        int& order = orders_[static_cast<std::size_t>(known->column)];
        if (known->order > order) return Defect::none;
        JsonText text;
        if (const auto error = read_text(value, text)) return document_.broken(error);
        if (text.kind == JsonText::Kind::null) return Defect::none;
        order = known->order;
        return take(known->column, key, text);
    }

    Defect take(EventColumn column, std::string_view key, const JsonText& value)
    {
        using Kind = JsonText::Kind;
        const bool number = column == EventColumn::value || column == EventColumn::confidence;
        const bool id = column == EventColumn::user || column == EventColumn::item;
        part(column) = value.text;
        if (!id && value.text.empty()) part(column) = {};  // "" is not given
        if (value.kind == Kind::text || value.kind == Kind::null) return Defect::none;
        if (value.kind == Kind::boolean && column == EventColumn::event) return Defect::none;
        if (value.kind == Kind::boolean && number) {
            part(column) = value.text == "true" ? "1" : "0";
            return Defect::none;
        }
        const char* kind = value.kind == Kind::boolean ? "true or false" : "an object";
        document_.set_detail(fmt::format("'{}' is {}", key, value.kind == Kind::array ? "an array" : kind));
        return Defect::wrong_type;
    }

    Defect absent(EventColumn column, std::string_view line)
    {
        const std::string key = keys_[static_cast<std::size_t>(column)];
        const std::string names = document_.names(line);
        document_.set_detail(fmt::format("'{}'; the object has: {}", key, names));
        return Defect::key_absent;
    }

    bool by_known_names_;
    std::array<std::string, event_columns> keys_;
    std::array<std::string_view, event_columns> parts_;
    std::array<int, event_columns> orders_{};  // of the names that the parts were found by
    KnownKeys known_;
    JsonDocument document_;
};

}  // namespace

std::unique_ptr<LineParser> json_parser(const ColumnSpec& keys) { return std::make_unique<JsonParser>(keys); }

}  // namespace alster
