#include "host/personalize/rerank/choice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <unordered_map>

namespace alster {

double Pool::cosine(Row i, Row j) const
{
    double sum = 0;
    for (Row a = 0; a < width; ++a) sum += directions[i * width + a] * directions[j * width + a];
    return sum;
}

namespace {

/// The largest cosine of each item to those that were chosen.
class LargestCosine {
public:
    explicit LargestCosine(const Pool& pool) : pool_(pool), largest_(pool.size(), -2) {}

    [[nodiscard]] double gain(Row i) const { return largest_[i] < -1.5 ? 0 : -largest_[i]; }
    void take(Row taken)
    {
        for (Row i = 0; i < pool_.size(); ++i) largest_[i] = std::max(largest_[i], pool_.cosine(i, taken));
    }

private:
    const Pool& pool_;
    std::vector<double> largest_;  // −2: nothing was chosen
};

/// What each item adds to ln det S of those that were chosen: d² = S_ii − |c|², c the row of the Cholesky factor that it
/// would get.
class Determinant {
public:
    explicit Determinant(const Pool& pool) : pool_(pool), squares_(pool.size(), 1), rows_(pool.size()) {}

    [[nodiscard]] double gain(Row i) const { return std::log(std::max(squares_[i], least)); }
    void take(Row taken)
    {
        if (squares_[taken] <= least) return;  // all that is left depends on what was chosen: nothing changes any more
        const double d = std::sqrt(squares_[taken]);
        const std::vector<double> row = rows_[taken];
        for (Row i = 0; i < pool_.size(); ++i) {
            double e = i == taken ? 1 : (1 + pool_.cosine(i, taken)) / 2;
            for (std::size_t n = 0; n < row.size(); ++n) e -= rows_[i][n] * row[n];
            e /= d;
            rows_[i].push_back(e);
            squares_[i] -= e * e;
        }
    }

private:
    static constexpr double least = 1e-10;
    const Pool& pool_;
    std::vector<double> squares_;
    std::vector<std::vector<double>> rows_;
};

/// How the list would fit the user's taste with one more item.
class Fit {
public:
    Fit(const Pool& pool, const ItemValues& attribute, const Taste& taste)
        : taste_(taste), weights_(taste.values.size()), shares_(taste.values.size())
    {
        for (const auto item : pool.items) {
            const auto values = attribute.of(item);
            auto& known = known_.emplace_back();
            for (const auto value : values) {
                const auto found = std::ranges::lower_bound(taste.values, value);
                if (found != taste.values.end() && *found == value)
                    known.push_back(static_cast<std::size_t>(found - taste.values.begin()));
            }
            part_.push_back(values.empty() ? 0 : 1 / static_cast<double>(values.size()));
        }
    }

    [[nodiscard]] double gain(Row i)
    {
        const double described = described_ + (part_[i] > 0 ? 1 : 0);
        for (std::size_t v = 0; v < weights_.size(); ++v) shares_[v] = weights_[v];
        for (const auto v : known_[i]) shares_[v] += part_[i];
        if (described > 0)
            for (double& share : shares_) share /= described;
        return -divergence(taste_, shares_);
    }
    void take(Row taken)
    {
        described_ += part_[taken] > 0 ? 1 : 0;
        for (const auto v : known_[taken]) weights_[v] += part_[taken];
    }

private:
    const Taste& taste_;
    std::vector<std::vector<std::size_t>> known_;  // of each item its values that the taste has
    std::vector<double> part_;                     // of each item 1 / its values; 0: none
    std::vector<double> weights_;
    std::vector<double> shares_;
    double described_ = 0;  // items of the list that have values
};

/// What caps and quotas let through.
class Limits {
public:
    Limits(const Pool& pool, const Aims& aims) : pool_(pool), aims_(aims), taken_(aims.caps.size())
    {
        for (const auto& quota : aims.quotas) {
            missing_.push_back(quota.at_least);
            left_.push_back(std::ranges::count_if(pool.items, [&](auto item) { return (*quota.counts)[item]; }));
        }
    }

    [[nodiscard]] bool below_caps(Row i) const
    {
        for (std::size_t c = 0; c < taken_.size(); ++c)
            for (const auto value : aims_.caps[c].attribute->of(pool_.items[i])) {
                const auto found = taken_[c].find(value);
                if (found != taken_[c].end() && found->second >= aims_.caps[c].at_most) return false;
            }
        return true;
    }

    /// Whether the places that are left are all needed by quotas.
    [[nodiscard]] bool reserved(Row places) const
    {
        Row needed = 0;
        for (std::size_t q = 0; q < missing_.size(); ++q) needed += std::min(missing_[q], left_[q]);
        return needed > 0 && needed >= places;
    }
    [[nodiscard]] bool needed(Row i) const
    {
        for (std::size_t q = 0; q < missing_.size(); ++q)
            if (missing_[q] > 0 && counts(q, i)) return true;
        return false;
    }

    void take(Row taken)
    {
        for (std::size_t c = 0; c < taken_.size(); ++c)
            for (const auto value : aims_.caps[c].attribute->of(pool_.items[taken])) ++taken_[c][value];
        for (std::size_t q = 0; q < missing_.size(); ++q) {
            if (!counts(q, taken)) continue;
            --left_[q];
            missing_[q] = std::max<Row>(0, missing_[q] - 1);
        }
    }

    [[nodiscard]] Row missing() const
    {
        Row sum = 0;
        for (const Row items : missing_) sum += items;
        return sum;
    }

private:
    [[nodiscard]] bool counts(std::size_t quota, Row i) const { return (*aims_.quotas[quota].counts)[pool_.items[i]]; }

    const Pool& pool_;
    const Aims& aims_;
    std::vector<std::unordered_map<std::int32_t, Row>> taken_;  // by cap: items of the list by value
    std::vector<Row> missing_;                                  // by quota: items that it still asks for
    std::vector<Row> left_;                                     // by quota: items of the pool that count and are left
};

/// The gain of each item beside what limits it.
class Gains {
public:
    Gains(const Pool& pool, const Aims& aims) : pool_(pool)
    {
        if (aims.diversity) {
            diversity_ = aims.diversity->weight;
            if (aims.diversity->method == Diversity::mmr) cosine_ = std::make_unique<LargestCosine>(pool);
            if (aims.diversity->method == Diversity::dpp) determinant_ = std::make_unique<Determinant>(pool);
        }
        if (aims.calibration > 0 && !aims.taste->values.empty()) {
            calibration_ = aims.calibration;
            fit_ = std::make_unique<Fit>(pool, *aims.calibrated, *aims.taste);
        }
    }

    [[nodiscard]] double of(Row i)
    {
        double gain = (1 - diversity_ - calibration_) * pool_.scores[i];
        if (cosine_) gain += diversity_ * cosine_->gain(i);
        if (determinant_) gain += diversity_ * determinant_->gain(i);
        if (fit_) gain += calibration_ * fit_->gain(i);
        return gain;
    }
    void take(Row taken)
    {
        if (cosine_) cosine_->take(taken);
        if (determinant_) determinant_->take(taken);
        if (fit_) fit_->take(taken);
    }

private:
    const Pool& pool_;
    double diversity_ = 0;
    double calibration_ = 0;
    std::unique_ptr<LargestCosine> cosine_;
    std::unique_ptr<Determinant> determinant_;
    std::unique_ptr<Fit> fit_;
};

}  // namespace

Choice choose(const Pool& pool, const Aims& aims, Row k)
{
    Gains gains(pool, aims);
    Limits limits(pool, aims);
    std::vector<bool> taken(pool.size());
    /// The best of those that are left and let through; −1: there are none.
    const auto best = [&](const auto& lets_through) {
        Row found = -1;
        double highest = -std::numeric_limits<double>::infinity();
        for (Row i = 0; i < pool.size(); ++i) {
            if (taken[i] || !lets_through(i)) continue;
            const double gain = gains.of(i);
            if (found >= 0 && !(gain > highest || (gain == highest && pool.items[i] < pool.items[found]))) continue;
            found = i;
            highest = gain;
        }
        return found;
    };
    Choice choice;
    const Row places = std::min(k, pool.size());
    while (std::ssize(choice.places) < places) {
        Row next = -1;
        if (limits.reserved(places - std::ssize(choice.places)))
            next = best([&](Row i) { return limits.needed(i) && limits.below_caps(i); });
        if (next < 0) next = best([&](Row i) { return limits.below_caps(i); });
        if (next < 0) {
            next = best([](Row) { return true; });
            ++choice.above_caps;
        }
        taken[next] = true;
        choice.places.push_back(next);
        gains.take(next);
        limits.take(next);
    }
    choice.missing_quota = limits.missing();
    return choice;
}

}  // namespace alster
