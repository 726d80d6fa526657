#include "data/ingest/item_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "data/ingest/attribute_encoder.hpp"
#include "data/ingest/event.hpp"
#include "data/ingest/known_names.hpp"

namespace alster {

namespace {

namespace json = simdjson::ondemand;

}  // namespace

Defect JsonItems::read(std::string_view object)
{
    found_.clear();
    id_keys_.clear();
    const Defect broken = document_.read(
        object, [&](std::string_view key, JsonDocument::Value& value) { return read_field("", key, value); });
    if (broken != Defect::none) return broken;
    const auto id = found_.find("id");
    if (id == found_.end()) {
        const auto& columns = spec_.columns();
        const auto asked = std::ranges::find(columns, "id", &ItemColumn::name);
        const std::string names = document_.names(object);
        document_.set_detail(
            fmt::format("'{}'; the object has: {}", asked == columns.end() ? singular(side_) : asked->place, names));
        return Defect::key_absent;
    }
    check_id_keys();
    if (const Defect defect = check_id(id->second.text); defect != Defect::none) return defect;
    std::vector<NamedText> texts;
    for (auto& [name, found] : found_) {
        if (name == "id" || name.empty()) continue;
        texts_.add_column(name, found.type);
        texts.emplace_back(name, std::move(found.text));
    }
    texts_.keep(id->second.text, texts);
    return Defect::none;
}

const ItemColumn* JsonItems::column_without_key() const
{
    const auto found = std::ranges::find_if(
        spec_.columns(), [&](const ItemColumn& column) { return !named_met_.contains(column.place); });
    return named_met_.empty() || found == spec_.columns().end() ? nullptr : &*found;
}

/// As of a table's header: the log may call its item by either of two names, and not by one here and another there.
void JsonItems::check_id_keys()
{
    if (!spec_.empty()) return;
    const std::string& key = found_.at("id").key;
    if (id_key_.empty()) id_key_ = key;
    if (!is_name_of_id(side_, key) && id_keys_.size() > 1)
        doubtful_ids_ = {id_keys_[0], id_keys_[1]};
    else if (plain_name(key) != plain_name(id_key_))
        doubtful_ids_ = {id_key_, key};
}

/// True where a column is asked for inside the object at this path.
bool JsonItems::inside_is_named(const std::string& path) const
{
    return std::ranges::any_of(spec_.columns(),
                               [&](const ItemColumn& column) { return column.place.starts_with(path + "."); });
}

Defect JsonItems::read_field(const std::string& outer, std::string_view key, JsonDocument::Value& value)
{
    const std::string path = outer + std::string(key);
    json::json_type type{};
    if (const auto error = value.type().get(type)) return document_.broken(error);
    if (type == json::json_type::object && inside_is_named(path)) {
        json::object inside;
        if (const auto error = value.get_object().get(inside)) return document_.broken(error);
        return document_.read_fields(inside, [&](std::string_view name, JsonDocument::Value& field) {
            return read_field(path + ".", name, field);
        });
    }
    const bool named = std::ranges::any_of(spec_.columns(), [&](const ItemColumn& c) { return c.place == path; });
    if (named) named_met_.insert(path);
    if (!outer.empty() && !named) return Defect::none;
    std::string text;
    bool has_text = false;
    if (const Defect defect = read_value(value, text, has_text); defect != Defect::none) return defect;
    if (has_text) take(path, std::move(text), type == json::json_type::array);
    return Defect::none;
}

Defect JsonItems::read_value(JsonDocument::Value& value, std::string& text, bool& has_text)
{
    JsonText plain;
    if (const auto error = read_text(value, plain)) return document_.broken(error);
    has_text = plain.text.data() != nullptr;
    text = plain.text;
    if (plain.kind != JsonText::Kind::array) return Defect::none;
    json::array array;
    if (const auto error = value.get_array().get(array)) return document_.broken(error);
    return read_array(array, 1, text, has_text);
}

/// Texts of arrays inside count as the array's own: [["A", "B"], ["C"]] are three genres. Deeper ones say nothing.
Defect JsonItems::read_array(json::array& array, int depth, std::string& text, bool& has_text)
{
    constexpr int deepest = 3;
    for (auto element : array) {
        json::value part;
        JsonText plain;
        if (const auto error = element.get(part)) return document_.broken(error);
        if (const auto error = read_text(part, plain)) return document_.broken(error);
        if (plain.kind == JsonText::Kind::array && depth < deepest) {
            json::array inner;
            if (const auto error = part.get_array().get(inner)) return document_.broken(error);
            if (const Defect defect = read_array(inner, depth + 1, text, has_text); defect != Defect::none)
                return defect;
            continue;
        }
        if (!plain.text.data()) continue;
        if (has_text) text += set_mark;
        text += plain.text;
        has_text = true;
    }
    return Defect::none;
}

/// Under the columns that were asked for, else under its own name or the one that it is known for.
void JsonItems::take(const std::string& path, std::string text, bool is_set)
{
    bool asked = false;
    for (const ItemColumn& column : spec_.columns())
        if (column.place == path) {
            const bool cut = column.set != '\0' && !is_set;
            found_[column.name] = {0, path, cut ? joined_set(text, column.set) : text,
                                   column.type.value_or(is_set ? AttributeType::set : AttributeType::text)};
            asked = true;
        }
    // a key whose column was asked for elsewhere has no place
    const bool taken = std::ranges::find(spec_.columns(), path, &ItemColumn::name) != spec_.columns().end();
    if (!asked && !taken) take_known(path, std::move(text), is_set);
}

void JsonItems::take_known(const std::string& path, std::string text, bool is_set)
{
    const auto type = is_set ? AttributeType::set : AttributeType::text;
    const auto known = spec_.empty() ? known_description(side_, path) : std::nullopt;
    if (!known) {
        found_.insert_or_assign(path, Found{std::numeric_limits<int>::max(), path, std::move(text), type});
        return;
    }
    if (known->column == "id" && plain_name(path) != "id") id_keys_.push_back(path);
    if (known->column == "genres" && !is_set) text = joined_set(text, '|');
    Found now{known->order, path, std::move(text), known->column == "genres" ? AttributeType::set : type};
    const auto [met, fresh] = found_.try_emplace(std::string(known->column), now);
    if (fresh) return;
    if (now.order < met->second.order) std::swap(now, met->second);
    if (known->column != "id") found_.insert_or_assign(now.key, now);  // the other one keeps its own name
}

}  // namespace alster
