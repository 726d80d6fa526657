#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/id_column.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// A positive among given negatives. Ids that the model does not know are rows -1.
struct CandidateList {
    Row user = -1;
    std::vector<Row> items;  // the positive first
};

/// What a file of given negatives holds.
struct CandidateFile {
    std::vector<CandidateList> lists;
    std::int64_t unknown_users = 0;  // lists
    std::int64_t unknown_items = 0;  // mentions
};

/// Reads lines "(user,positive)<tab>negative<tab>negative…", plain or gzip: the format of the NCF benchmark.
/// Errors: bad_data (65) with file:line for a line of another form, without negatives or with an empty id, and for a
/// file without lines.
[[nodiscard]] CandidateFile read_candidates(const std::string& path, const IdColumn& users, const IdColumn& items);

/// Lists to judge, and the users that one rank holds: `rows` of all `users`, cut on borders of rows_per_chunk.
struct CandidateTask {
    std::span<const CandidateList> lists;
    RowRange rows;
    Row users = 0;
    std::vector<Row> ks;
    std::span<const std::uint8_t> learned = {};  // (rows) has_learned(), or empty: of everybody but unknown users
};

/// Means over lists, at each k.
struct CandidateMeans {
    Offset lists = 0;
    std::vector<double> hit_rate = {};
    std::vector<double> ndcg = {};
    double mrr = 0;
};

/// The place of a positive is 1 + the negatives that score at least as much: a tie counts against it.
struct CandidateReport {
    std::vector<Row> ks;
    CandidateMeans all;
    CandidateMeans with_history;  // lists of users of whom something was learned
};

/// Scores a user (number on this rank, or -1 where the model does not know it) and an item (row, or -1).
using PairScore = std::function<double(Row user, Row item)>;

/// Each rank ranks the lists of its own users, the first one also those of unknown users. The same bits for any number
/// of ranks. Collective.
[[nodiscard]] CandidateReport evaluate_candidates(const Communicator& ranks, const CandidateTask& task,
                                                  const PairScore& score);

}  // namespace alster
