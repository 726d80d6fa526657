#pragma once
#include <set>
#include <string>

#include "data/ingest/item_texts.hpp"
#include "data/ingest/json_document.hpp"

namespace alster {

/// Reads items or users that are JSON objects: every text, number, true or false is a column, every list of such a set;
/// id, title and genres are found by their usual names, or all by `columns`.
class JsonItems {
public:
    JsonItems(const ItemColumnSpec& columns, ItemTexts& texts, Side side) : spec_(columns), texts_(texts), side_(side)
    {
    }

    [[nodiscard]] Defect read(std::string_view object);

    /// Two keys that could both be the id, in one object or as the ids of two; empty: none.
    [[nodiscard]] const std::vector<std::string>& doubtful_ids() const { return doubtful_ids_; }

    /// A column that was asked for by a key that no object had; null: none.
    [[nodiscard]] const ItemColumn* column_without_key() const;

    /// More about the last defect.
    [[nodiscard]] std::string_view detail() const { return document_.detail(); }

private:
    struct Found {
        int order = 0;
        std::string key;
        std::string text;
        AttributeType type = AttributeType::text;
    };
    [[nodiscard]] Defect read_field(const std::string& outer, std::string_view key, JsonDocument::Value& value);
    [[nodiscard]] Defect read_value(JsonDocument::Value& value, std::string& text, bool& has_text);
    [[nodiscard]] Defect read_array(simdjson::ondemand::array& array, int depth, std::string& text, bool& has_text);
    [[nodiscard]] bool inside_is_named(const std::string& path) const;
    void take(const std::string& path, std::string text, bool is_set);
    void take_known(const std::string& path, std::string text, bool is_set);
    void check_id_keys();

    const ItemColumnSpec& spec_;
    ItemTexts& texts_;
    Side side_;
    JsonDocument document_;
    std::map<std::string, Found> found_;  // by column
    std::vector<std::string> id_keys_;    // known ones of the object, but "id"
    std::string id_key_;                  // of the objects before
    std::vector<std::string> doubtful_ids_;
    std::set<std::string> named_met_;  // keys that were asked for
};

}  // namespace alster
