#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>

#include "data/ingest/column_names.hpp"
#include "data/ingest/json_document.hpp"
#include "data/ingest/line_parser.hpp"

namespace alster {

namespace {

/// For each column what of its path is still to be found, "payload.user" or,
/// inside payload, "user"; no data: nothing.
using Paths = std::array<std::string_view, event_columns>;

/// True where `path` leads into the object `key`.
bool leads_into(std::string_view path, std::string_view key)
{
    return path.size() > key.size() + 1 && path.starts_with(key) && path[key.size()] == '.';
}

/// A key that was met.
struct MetKey {
    std::string name;
    std::optional<EventColumn> column;  // that it is known for
    bool taken = false;
};

/// Finds what the names of keys mean. It remembers them, as keys come again and again.
class KnownKeys {
public:
    /// Holds as long as this.
    [[nodiscard]] MetKey* find(std::string_view key)
    {
        name_ = key;
        if (const auto met = met_.find(name_); met != met_.end()) return &met->second;
        const auto column = named_column(key);
        constexpr std::size_t most = 1000;  // keys may be ids
        if (!column && met_.size() >= most) return &unknown_;
        return &met_.emplace(name_, MetKey{name_, column}).first->second;
    }

    [[nodiscard]] const std::unordered_map<std::string, MetKey>& met() const { return met_; }

private:
    std::string name_;
    std::unordered_map<std::string, MetKey> met_;
    MetKey unknown_;
};

class JsonParser final : public LineParser {
public:
    JsonParser(const ColumnSpec& keys, std::size_t file, std::vector<std::string> nulls)
        : by_known_names_(keys.empty()), file_(file), nulls_(std::move(nulls))
    {
        for (std::size_t c = 0; c < event_columns; ++c) keys_[c] = keys[static_cast<EventColumn>(c)];
    }

    Defect parse(std::string_view line, std::vector<Event>& events) override
    {
        parts_ = {};
        candidates_ = {};
        null_keys_ = {};
        Paths paths{};
        if (!by_known_names_) std::copy(keys_.begin(), keys_.end(), paths.begin());
        const Defect defect = document_.read(
            line, [&](std::string_view key, JsonDocument::Value& value) { return read_field(key, value, paths); });
        if (defect != Defect::none) return defect;
        if (by_known_names_)
            if (const Defect wrong = take_candidates(); wrong != Defect::none) return wrong;
        for (const EventColumn needed : {EventColumn::user, EventColumn::item})
            if (!part(needed).data()) return absent(needed, line);
        events.resize(1);
        const Defect found = read_event(
            {part(EventColumn::user), part(EventColumn::item), part(EventColumn::value), part(EventColumn::time),
             part(EventColumn::event), part(EventColumn::confidence), part(EventColumn::event_id)},
            events.front());
        if (found == Defect::not_a_number)
            document_.set_detail(fmt::format("value '{}', confidence '{}' (--columns says which keys they are)",
                                             part(EventColumn::value), part(EventColumn::confidence)));
        return found;
    }

    [[nodiscard]] std::string_view detail() const override { return document_.detail(); }

    [[nodiscard]] TakenKeys taken_keys() const override
    {
        TakenKeys keys = doubts_;
        for (const auto& [name, key] : known_.met())
            if (key.taken) keys.take(file_, *key.column, name);
        for (std::size_t c = 0; c < event_columns; ++c)
            if (named_met_[c]) keys.take(file_, static_cast<EventColumn>(c), keys_[c]);
        return keys;
    }

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
            named_met_[c] = true;
            if (part(static_cast<EventColumn>(c)).data()) return twice(key);
            if (!text)
                if (const auto error = read_text(value, text.emplace())) return document_.broken(error);
            if (const Defect defect = take(static_cast<EventColumn>(c), key, *text); defect != Defect::none)
                return defect;
        }
        return Defect::none;
    }

    /// A key of an object that may be a column, and what it says.
    struct Candidate {
        MetKey* key = nullptr;
        JsonText text;
    };

    Defect read_known(std::string_view name, JsonDocument::Value& value)
    {
        MetKey* key = known_.find(name);
        if (!key->column) return Defect::none;
        JsonText text;
        if (const auto error = read_text(value, text)) return document_.broken(error);
        if (text.kind == JsonText::Kind::null) {
            null_keys_[static_cast<std::size_t>(*key->column)] = key->name;
            return Defect::none;
        }
        if (is_null(text)) text.text = "";
        if (text.kind == JsonText::Kind::text && text.text.empty() && !is_id(*key->column)) return Defect::none;
        Candidate& met = candidates_[static_cast<std::size_t>(*key->column)];
        if (met.key == key) return twice(name);
        if (met.key && !outranks(met.key->name, name) && !outranks(name, met.key->name))
            doubts_.doubt(file_, *key->column, met.key->name, name);
        if (!met.key || outranks(name, met.key->name)) met = {key, text};
        return Defect::none;
    }

    Defect take_candidates()
    {
        for (const auto& [key, text] : candidates_) {
            if (!key) continue;
            key->taken = true;
            if (const Defect defect = take(*key->column, key->name, text); defect != Defect::none) return defect;
        }
        return Defect::none;
    }

    [[nodiscard]] bool is_null(const JsonText& value) const
    {
        const bool written = value.kind == JsonText::Kind::text || value.kind == JsonText::Kind::number;
        return written && std::ranges::find(nulls_, value.text) != nulls_.end();
    }

    [[nodiscard]] static bool is_id(EventColumn column)
    {
        return column == EventColumn::user || column == EventColumn::item;
    }

    Defect take(EventColumn column, std::string_view key, const JsonText& value)
    {
        using Kind = JsonText::Kind;
        const bool number = column == EventColumn::value || column == EventColumn::confidence;
        part(column) = is_null(value) ? std::string_view("") : value.text;
        if (!is_id(column) && part(column).empty()) part(column) = {};  // "" is not given
        if (value.kind == Kind::number && is_id(column) && value.text.find_first_of(".eE") != value.text.npos) {
            document_.set_detail(fmt::format("'{}' is {}, which is not written as a whole number", key, value.text));
            return Defect::wrong_type;
        }
        if (value.kind == Kind::null) null_keys_[static_cast<std::size_t>(column)] = key;
        if (value.kind == Kind::text || value.kind == Kind::number || value.kind == Kind::null) return Defect::none;
        if (value.kind == Kind::boolean && column == EventColumn::event) return Defect::none;
        if (value.kind == Kind::boolean && number) {
            part(column) = value.text == "true" ? "1" : "0";
            return Defect::none;
        }
        const char* kind = value.kind == Kind::boolean ? "true or false" : "an object";
        document_.set_detail(fmt::format(
            "'{}' is {}", key,
            value.kind == Kind::array ? "an array, and an event has one: write an object for each element" : kind));
        return Defect::wrong_type;
    }

    /// Readers of JSON take the first or the last; nobody knows which was meant.
    Defect twice(std::string_view key)
    {
        document_.set_detail(fmt::format("'{}' stands twice in the object", key));
        return Defect::wrong_type;
    }

    Defect absent(EventColumn column, std::string_view line)
    {
        if (const auto null_key = null_keys_[static_cast<std::size_t>(column)]; !null_key.empty()) {
            document_.set_detail(fmt::format("'{}' is null", null_key));
            return Defect::wrong_type;
        }
        const std::string& asked = keys_[static_cast<std::size_t>(column)];
        const std::string key = asked.empty() ? std::string(name(column)) : asked;
        const std::string names = document_.names(line);
        document_.set_detail(fmt::format("'{}'; the object has: {}", key, names));
        return Defect::key_absent;
    }

    bool by_known_names_;
    std::array<std::string, event_columns> keys_;
    std::array<bool, event_columns> named_met_{};            // in some object
    std::array<std::string_view, event_columns> null_keys_;  // of the object: the key that is null; "": none
    std::array<std::string_view, event_columns> parts_;
    std::size_t file_;
    std::vector<std::string> nulls_;
    KnownKeys known_;
    std::array<Candidate, event_columns> candidates_{};  // of the object
    TakenKeys doubts_;
    JsonDocument document_;
};

}  // namespace

std::unique_ptr<LineParser> json_parser(const ColumnSpec& keys, std::size_t file, std::vector<std::string> nulls)
{
    return std::make_unique<JsonParser>(keys, file, std::move(nulls));
}

}  // namespace alster
