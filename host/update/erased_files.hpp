#pragma once
#include "data/dataset_file.hpp"
#include "data/tombstones.hpp"
#include "host/update/cleared_rows.hpp"
#include "host/update/erase.hpp"

namespace alster {

/// Fingerprints that a dataset had before rows were erased, the one that it has since, and whom it remembers.
struct Successor {
    std::string former;  // with blanks between
    std::string now;
    Tombstones tombstones;
};

/// What is erased, and what is known so far.
struct Erasure {
    const std::vector<std::string>& users;
    const std::vector<std::string>& items;
    std::vector<std::uint8_t> found_users;  // 1: some file has it, or a dataset remembers it
    std::vector<std::uint8_t> found_items;
    std::vector<Successor> successors;

    /// The fingerprint that a file which names `fingerprint` should name; the same where no dataset replaced it.
    [[nodiscard]] std::string following(const std::string& fingerprint) const;

    /// The rows of a file that names `fingerprint` which have one of these ids, or one that its dataset remembers: so
    /// that a file follows with nobody in it who was erased in an earlier call.
    [[nodiscard]] ClearedRows rows_of(Side side, const IdColumn& ids, const std::string& fingerprint);
};

/// Each clears one file, which it replaces where anything changes. Errors as erase().
[[nodiscard]] ErasedFile erase_in_dataset(const std::filesystem::path& path, Erasure& erasure);
[[nodiscard]] ErasedFile erase_in_model(const std::filesystem::path& path, Erasure& erasure);
[[nodiscard]] ErasedFile erase_in_lists(const std::filesystem::path& path, Erasure& erasure);
[[nodiscard]] ErasedFile erase_in_neighbours(const std::filesystem::path& path, Erasure& erasure);

}  // namespace alster
