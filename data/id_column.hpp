#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

enum class IdKind { int64, text };

/// The number whose usual text this is: "7", "-1", but not "07".
[[nodiscard]] std::optional<std::int64_t> canonical_number(std::string_view text);

/// Values of fixed width for consecutive rows, as they lie in a file: ids, titles, genres.
struct TextColumn {
    std::size_t width = 1;    // bytes a value, at least 1
    std::vector<char> bytes;  // (rows, width), UTF-8, padded with NUL

    [[nodiscard]] Row rows() const { return static_cast<Row>(bytes.size() / width); }
    [[nodiscard]] std::string_view operator[](Row r) const;

    /// A column as wide as its longest value, and at least so wide.
    [[nodiscard]] static TextColumn from(const std::vector<std::string>& values, std::size_t width = 1);
};

/// The ids by which the user's world knows the rows of one side; one of the two is filled.
struct IdColumn {
    IdKind kind = IdKind::int64;
    std::vector<std::int64_t> numbers;  // (rows) where kind is int64
    TextColumn texts;                   // (rows) where kind is text

    /// Room for `rows` ids: numbers, or texts of `width` bytes.
    [[nodiscard]] static IdColumn with_rows(IdKind kind, std::size_t width, Row rows);

    [[nodiscard]] Row rows() const;
    [[nodiscard]] std::string text(Row r) const;

    /// Bytes of an id: 8, or the width of the texts.
    [[nodiscard]] std::size_t id_bytes() const { return kind == IdKind::int64 ? sizeof(std::int64_t) : texts.width; }

    /// All ids as they lie in memory, (rows, id_bytes): what processes send each other.
    [[nodiscard]] std::span<std::byte> bytes();
    [[nodiscard]] std::span<const std::byte> bytes_of(Row r) const;

    void assign(Row r, std::span<const std::byte> id);

    /// One more id; false where none of this kind and width can be this text.
    [[nodiscard]] bool append(std::string_view text);

    /// True where the id of row r comes before that of row s of another column of the same kind.
    [[nodiscard]] bool before(Row r, const IdColumn& other, Row s) const
    {
        return kind == IdKind::int64 ? numbers[r] < other.numbers[s] : texts[r] < other.texts[s];
    }

    /// Bytes of the longest id as text, at least 1.
    [[nodiscard]] std::size_t text_width() const;

    /// The same ids as texts of this width ≥ text_width(); numbers become their usual text.
    [[nodiscard]] IdColumn as_text(std::size_t width) const;

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
