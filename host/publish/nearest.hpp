#pragma once
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "host/publish/encoding.hpp"

namespace alster {

/// Finds the k best of candidates that come in blocks, for each of some queries. Every score is computed in fp64: it is
/// the dot product, or the cosine.
class NearestSearch {
public:
    /// `queries`: (n, width).
    NearestSearch(std::span<const float> queries, Row width, Row k, bool cosine);

    /// More candidates (m, width), which are numbered on from those before.
    void add(std::span<const float> candidates);

    struct Neighbour {
        double score = 0;
        Row candidate = 0;

        [[nodiscard]] friend bool operator<(const Neighbour& a, const Neighbour& b)
        {
            return a.score > b.score || (a.score == b.score && a.candidate < b.candidate);
        }
    };
    /// Of each query the best first; fewer than k where there are no more candidates.
    [[nodiscard]] std::vector<std::vector<Neighbour>> best() const;

private:
    void take(const double* scores, Row count);

    Row width_;
    Row k_;
    bool cosine_;
    std::vector<double> queries_;  // (n, width), of length 1 for the cosine
    std::vector<std::vector<Neighbour>> kept_;
    Row candidates_ = 0;
};

/// The share of the 10 best items that vectors keep when they are rounded, over `queries` users: items are exported and
/// users exact, or the reverse. Empty where there is nobody to ask for.
struct Recall {
    double at_10 = 0;
    Row queries = 0;
};
[[nodiscard]] std::optional<Recall> recall_of(const VectorTable& exported, const Encoding& encoding, Row queries);

}  // namespace alster
