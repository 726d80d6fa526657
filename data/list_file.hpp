#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "data/hdf5_file.hpp"
#include "data/id_column.hpp"
#include "data/interactions.hpp"
#include "data/left_out.hpp"
#include "data/popular_items.hpp"

namespace alster {

/// What a list file says of its lists (root attributes).
struct ListInfo {
    std::string run_id;                    // of the model
    std::string space_id;                  // of the model
    std::string fingerprint;               // of the dataset it was trained on
    std::string objective;                 // implicit or explicit
    std::string score;                     // how scores are computed, in words
    std::optional<LeftOut> excluded = {};  // by lists of users, of which there may be none
    double mean = 0;                       // part of the scores of explicit feedback
    std::string eligibility = {};          // SHA-256 of the rules by which items may be shown; "": there were none
    std::int64_t instant = 0;              // for which they were applied, Unix seconds
    std::string viewer = {};               // who sees lists of items: "class kids", "user 42"; "": there were no rules
    std::string rerank = {};               // SHA-256 of the rules that ordered the lists; "": scores alone did
};

/// The longest list that a file can hold.
inline constexpr Row longest_list = 65'535;

/// Lists of the same length that lie in one group of a file.
struct ListGroup {
    std::string name;      // "/topk/home", "/similar/items"
    Side side;             // whose lists: of users, or of items, which have names that begin with "/similar/"
    Row k = 0;             // places of a list, 1 to longest_list
    bool reasons = false;  // each place says where it comes from
    Row evidence = 0;      // pieces of evidence of a place, 0: none is kept
};

/// What a reason is at an empty place.
inline constexpr std::uint8_t no_reason = 255;

/// Some consecutive lists of a group, as they lie in the file.
struct ListRows {
    std::span<const std::int32_t> items;           // (lists, k) rows of /items, the best first; −1: empty
    std::span<const float> scores;                 // (lists, k) −inf: empty
    std::span<const std::uint16_t> filled;         // (lists) how many places are not empty: the first ones
    std::span<const std::uint8_t> reasons = {};    // (lists, k) indices of the vocabulary; no_reason: empty
    std::span<const std::int32_t> evidence = {};   // (lists, k, evidence) rows of /items; −1: none
    std::span<const float> evidence_weights = {};  // (lists, k, evidence) its part of the score; 0: none
};

/// The same in memory of its own.
struct OwnListRows {
    std::vector<std::int32_t> items;
    std::vector<float> scores;
    std::vector<std::uint16_t> filled;
    std::vector<std::uint8_t> reasons;
    std::vector<std::int32_t> evidence;
    std::vector<float> evidence_weights;

    [[nodiscard]] ListRows rows() const { return {items, scores, filled, reasons, evidence, evidence_weights}; }
};

/// What a list file will hold beside the lists themselves.
struct ListContents {
    ListInfo info;
    IdColumn items;                         // all of them: every rank has them
    std::vector<ListGroup> groups;          // at least one
    Row users = 0;                          // rows of /users, where a group is of users
    IdKind user_ids = IdKind::int64;        // what their ids are
    std::size_t user_id_width = 1;          // bytes of a text id
    std::vector<std::string> reasons = {};  // the vocabulary; no more than 255
    const PopularItems* popular = nullptr;  // what a service shows to whom it does not know
};

/// Writes a list file (docs/formats.md, "Lists"), streaming. With shared access each rank passes its own consecutive
/// rows, ranges in rank order and each in ascending order without a gap. Errors: cannot_create (73), io (74).
class ListFileWriter {
public:
    /// Collective.
    ListFileWriter(const std::filesystem::path& path, ListContents contents,
                   const FileAccess& access = serial_access());

    /// The next lists of this rank in a group of the contents.
    void write(const std::string& group, Row first, const ListRows& lists);

    /// The next users of this rank, once, however many groups they have lists in.
    void write_users(Row first, const IdColumn& ids);

    /// Nothing appears under the final name before it. Collective.
    void commit();

private:
    [[nodiscard]] const ListGroup& group(const std::string& name) const;
    [[nodiscard]] Row rows(const ListGroup& group) const;

    ListContents contents_;
    Hdf5File file_;
    std::set<std::string> started_;  // groups, and "/users", of which this rank has written rows
};

/// Reads a list file by ranges of lists: a file of any size takes little memory. Errors: bad_data (65) for a file that
/// is missing, damaged, of another format, or contradicts itself; the message names the place.
class ListFileReader {
public:
    /// Reads attributes, shapes and vocabulary; Verify::all compares all values with their checksums. Collective where
    /// the access is shared; nothing else is.
    explicit ListFileReader(const std::filesystem::path& path, const FileAccess& access = serial_access(),
                            Verify verify = Verify::all);

    [[nodiscard]] const ListInfo& info() const { return info_; }
    /// In alphabetical order of their names.
    [[nodiscard]] const std::vector<ListGroup>& groups() const { return groups_; }
    /// Throws bad_data (65), naming those that there are, where it is none of them.
    [[nodiscard]] const ListGroup& group(const std::string& name) const;
    /// The vocabulary; empty where no group has reasons.
    [[nodiscard]] const std::vector<std::string>& reasons() const { return reasons_; }

    /// Rows of /users or /items: 0 users in a file that has lists of items only.
    [[nodiscard]] Row rows(Side side) const { return side == Side::users ? users_ : items_; }
    [[nodiscard]] IdColumn ids(Side side, RowRange rows) const;
    [[nodiscard]] PopularItems popular() const { return read_popular(file_, items_); }

    /// Some lists of a group. Checks every value that it returns.
    [[nodiscard]] OwnListRows lists(const ListGroup& group, RowRange rows) const;

    /// Visits lists in order, as many at a time as take some 64 MB.
    void each(const ListGroup& group, RowRange rows, const std::function<void(RowRange, const ListRows&)>& visit) const;

    [[nodiscard]] const Hdf5File& file() const { return file_; }

private:
    void read_attributes();
    void read_vocabulary();
    void find_groups();

    Hdf5File file_;
    ListInfo info_;
    std::vector<ListGroup> groups_;
    std::vector<std::string> reasons_;
    Row users_ = 0;
    Row items_ = 0;
};

}  // namespace alster
