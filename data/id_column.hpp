#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

enum class IdKind { int64, text };

/// Values of fixed width for consecutive rows, as they lie in a file: ids, titles, genres.
struct TextColumn {
    std::size_t width = 1;    // bytes a value, at least 1
    std::vector<char> bytes;  // (rows, width), UTF-8, padded with NUL

    [[nodiscard]] Row rows() const { return static_cast<Row>(bytes.size() / width); }
    [[nodiscard]] std::string_view operator[](Row r) const;

    /// A column as wide as its longest value.
    [[nodiscard]] static TextColumn from(const std::vector<std::string>& values);
};

/// The ids by which the user's world knows the rows of one side; one of the two is filled.
struct IdColumn {
    IdKind kind = IdKind::int64;
    std::vector<std::int64_t> numbers;  // (rows) where kind is int64
    TextColumn texts;                   // (rows) where kind is text

    [[nodiscard]] Row rows() const;
    [[nodiscard]] std::string text(Row r) const;

    /// Row numbers in ascending order of id: what binary search on the file needs.
    [[nodiscard]] std::vector<Row> order() const;
};

/// Finds the row of an id. Holds references: the column must outlive it.
class IdLookup {
public:
    explicit IdLookup(const IdColumn& ids) : ids_(ids), order_(ids.order()) {}

    [[nodiscard]] std::optional<Row> find(std::string_view id) const;

private:
    const IdColumn& ids_;
    std::vector<Row> order_;
};

}  // namespace alster
