#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/ingest/id_index.hpp"
#include "data/ingest/item_catalogue.hpp"

namespace alster {

/// A column's name and an item's text in it.
using NamedText = std::pair<std::string, std::string>;

/// Gathers the texts of items or users.
class ItemTexts {
public:
    /// `on_id` is called with each id that the file describes, whether it has a row or not; it may be empty.
    explicit ItemTexts(const IdIndex& items, std::function<void(std::string_view)> on_id = {})
        : items_(items), on_id_(std::move(on_id)), described_(items.rows())
    {
    }

    /// Makes room for a column; it is there also where no item has a text. A text column may become a set: in JSON some
    /// values are arrays. Error: bad_data (65) above 1000 columns.
    void add_column(const std::string& name, AttributeType type);

    /// Replaces what was said of the item before. Texts are turned into UTF-8, and cut where they are too long.
    void keep(std::string_view id, std::vector<NamedText>& texts);

    [[nodiscard]] ItemCatalogue result();

private:
    [[nodiscard]] std::string stored(std::string_view text);

    const IdIndex& items_;
    std::function<void(std::string_view)> on_id_;
    std::map<std::string, TextsOfColumn> columns_;
    std::vector<bool> described_;
    std::vector<std::string> first_ids_;
    std::int64_t known_ = 0;
    std::int64_t cut_ = 0;
};

/// The parts of a set with set_mark between them.
[[nodiscard]] std::string joined_set(std::string_view text, char separator);  // or of a list of quoted texts

}  // namespace alster
