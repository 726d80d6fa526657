#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/ingest/id_index.hpp"
#include "data/ingest/item_catalogue.hpp"

namespace alster {

/// A column's name and an item's text in it.
using NamedText = std::pair<std::string, std::string>;

/// Gathers the texts of items.
class ItemTexts {
public:
    explicit ItemTexts(const IdIndex& items) : items_(items), described_(items.rows()) {}

    /// Makes room for a column; it is there also where no item has a text. Error: bad_data (65) above 1000 columns.
    void add_column(const std::string& name);

    /// Replaces what was said of the item before. Texts are turned into UTF-8, and cut where they are too long.
    void keep(std::string_view id, std::vector<NamedText>& texts);

    [[nodiscard]] ItemCatalogue result();

private:
    [[nodiscard]] std::string stored(std::string_view text);

    const IdIndex& items_;
    std::map<std::string, std::vector<std::string>> columns_;
    std::vector<bool> described_;
    std::vector<std::string> first_ids_;
    std::int64_t known_ = 0;
    std::int64_t cut_ = 0;
};

/// The parts of a set with | between them.
[[nodiscard]] std::string joined_set(std::string_view text, char separator);

}  // namespace alster
