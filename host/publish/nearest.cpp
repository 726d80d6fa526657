#include "host/publish/nearest.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <set>

namespace alster {

namespace {

using Table = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatTable = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Row tile = 1024;  // candidates that are scored at once
constexpr Row compared = 10;

/// Rows of length 1; a row of zeros stays one.
void normalize(Table& table)
{
    for (Eigen::Index n = 0; n < table.rows(); ++n)
        if (const double length = table.row(n).norm(); length > 0) table.row(n) /= length;
}

Table as_table(std::span<const float> values, Row width, bool cosine)
{
    Table table = Eigen::Map<const FloatTable>(values.data(), std::ssize(values) / width, width).cast<double>();
    if (cosine) normalize(table);
    return table;
}

}  // namespace

NearestSearch::NearestSearch(std::span<const float> queries, Row width, Row k, bool cosine)
    : width_(width), k_(k), cosine_(cosine), kept_(queries.size() / static_cast<std::size_t>(width))
{
    const Table table = as_table(queries, width, cosine);
    queries_.assign(table.data(), table.data() + table.size());
}

void NearestSearch::add(std::span<const float> candidates)
{
    const Eigen::Map<const Table> queries(queries_.data(), std::ssize(kept_), width_);
    const Row rows = std::ssize(candidates) / width_;
    for (Row first = 0; first < rows; first += tile) {
        const Row count = std::min(tile, rows - first);
        const Table some = as_table(candidates.subspan(first * width_, count * width_), width_, cosine_);
        const Table scores = queries * some.transpose();
        take(scores.data(), count);
        candidates_ += count;
    }
}

void NearestSearch::take(const double* scores, Row count)
{
    for (std::size_t q = 0; q < kept_.size(); ++q) {
        auto& kept = kept_[q];
        for (Row n = 0; n < count; ++n) kept.push_back({scores[static_cast<Row>(q) * count + n], candidates_ + n});
        if (std::ssize(kept) <= k_) continue;
        std::ranges::nth_element(kept, kept.begin() + k_, std::less<>());
        kept.resize(static_cast<std::size_t>(k_));
    }
}

std::vector<std::vector<NearestSearch::Neighbour>> NearestSearch::best() const
{
    auto sorted = kept_;
    for (auto& neighbours : sorted) std::ranges::sort(neighbours, std::less<>());
    return sorted;
}

std::optional<Recall> recall_of(const VectorTable& exported, const Encoding& encoding, Row queries)
{
    const bool of_users = exported.side() == Side::users;
    const VectorTable others(exported.model(), other(exported.side()), exported.kind(), false);
    const VectorTable& users = of_users ? exported : others;
    const VectorTable& items = of_users ? others : exported;
    const bool cosine = exported.kind() == VectorKind::ann_cosine;
    const auto asked = users.sample(queries);
    if (asked.empty() || items.rows() == 0) return std::nullopt;
    NearestSearch exact(asked, users.width(), compared, cosine);
    NearestSearch rounded(of_users ? encoding.rounded(asked) : asked, users.width(), compared, cosine);
    items.each([&](const VectorRows& rows) {
        exact.add(rows.values);
        rounded.add(of_users ? std::vector<float>(rows.values.begin(), rows.values.end())
                             : encoding.rounded(rows.values));
    });
    const auto right = exact.best();
    const auto found = rounded.best();
    Row same = 0;
    Row all = 0;
    for (std::size_t q = 0; q < right.size(); ++q) {
        std::set<Row> wanted;
        for (const auto& neighbour : right[q]) wanted.insert(neighbour.candidate);
        for (const auto& neighbour : found[q]) same += static_cast<Row>(wanted.count(neighbour.candidate));
        all += std::ssize(wanted);
    }
    return Recall{static_cast<double>(same) / static_cast<double>(all), std::ssize(right)};
}

}  // namespace alster
