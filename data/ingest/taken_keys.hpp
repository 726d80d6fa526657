#pragma once
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "data/ingest/event_columns.hpp"

namespace alster {

/// Which keys of JSON objects were taken for which column, because their names are known. A table says that once, in its
/// header; objects may each say something else, so this is known when all have been read, on all ranks.
class TakenKeys {
public:
    /// Of an object in this input file.
    void take(std::size_t file, EventColumn column, std::string_view key);

    /// Both stand in one object, and either could be the column.
    void doubt(std::size_t file, EventColumn column, std::string_view key, std::string_view other);

    void add(const TakenKeys& others);

    /// For another rank, and from there.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] static TakenKeys from_text(std::string_view text);

    /// Throws bad_data (65) with what to write where a file has two names of one column, in one object or in several.
    /// Names that differ in case, _ and - only are one, unless an object has both.
    void require_one_each(std::span<const std::string> paths) const;

    /// Throws bad_data (65) for a key that was named and that no object has, where some have others of these.
    void require_named(const ColumnSpec& named, std::span<const std::string> paths) const;

    /// "user=uid, item=sku" of the first file that has some.
    [[nodiscard]] std::string columns() const;

private:
    using Place = std::pair<std::size_t, EventColumn>;  // file, column
    [[nodiscard]] std::string to_write(const Place& doubtful, const std::string& key) const;

    std::map<Place, std::set<std::string>> taken_;
    std::map<Place, std::pair<std::string, std::string>> doubtful_;
};

}  // namespace alster
