#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/hdf5_file.hpp"
#include "data/id_column.hpp"
#include "data/interactions.hpp"

namespace alster {

/// The ids of users and items that were erased, as salted digests: whoever meets an id can tell that it was erased, but
/// the ids do not stand in the file. SHA-256 over the salt, "users" or "items", and the text of the id.
///
/// The digests do not say which row was whose. What an erased row is called instead (erased_id()) is among them, so
/// that a log that names it does not fill the row again.
class Tombstones {
public:
    using Digest = std::array<std::uint8_t, 32>;

    /// None, with a salt of its own.
    [[nodiscard]] static Tombstones with_new_salt();

    /// None, and no salt: the data had no reason to keep any.
    Tombstones() = default;

    void add(Side side, const std::vector<std::string>& ids);
    [[nodiscard]] bool contains(Side side, std::string_view id) const;
    [[nodiscard]] bool empty() const { return users_.empty() && items_.empty(); }
    /// How many digests: two for each row that was erased, one for each other id.
    [[nodiscard]] Row size(Side side) const { return std::ssize(side == Side::users ? users_ : items_); }

private:
    friend void write_tombstones(Hdf5File& file, const Tombstones& tombstones);
    friend Tombstones read_tombstones(const Hdf5File& file);

    [[nodiscard]] Digest digest(Side side, std::string_view id) const;

    std::string salt_;           // 64 hexadecimal digits
    std::vector<Digest> users_;  // ascending
    std::vector<Digest> items_;
};

/// Root attribute tombstone_salt, and /users/tombstones and /items/tombstones (n, 32); nothing where there are none.
void write_tombstones(Hdf5File& file, const Tombstones& tombstones);

/// Throws bad_data (65) for a salt or digests that cannot be.
[[nodiscard]] Tombstones read_tombstones(const Hdf5File& file);

/// What the id of an erased row is replaced by: "erased:12", or where ids are numbers −2⁶³ + 12.
[[nodiscard]] std::string erased_id(IdKind kind, Row row);

/// True where row r of the column, row `row` of its side, was erased: also where numbers have become texts since.
[[nodiscard]] bool is_erased(const IdColumn& ids, Row r, Row row);

}  // namespace alster
