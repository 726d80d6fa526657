#include "host/evaluate/user_means.hpp"

#include <algorithm>

#include "host/statistics/draws.hpp"

namespace alster {

namespace {

constexpr std::size_t replicates = 200;
constexpr std::uint32_t largest_weight = Draws::largest_weight;

}  // namespace

std::pair<double, double> middle_95(std::vector<double> sample)
{
    std::sort(sample.begin(), sample.end());
    const std::size_t cut = sample.size() / 40;
    return {sample[cut], sample[sample.size() - 1 - cut]};
}

std::vector<std::uint64_t> user_keys(const IdColumn& ids)
{
    std::vector<std::uint64_t> keys;
    for (Row u = 0; u < ids.rows(); ++u) {
        std::uint64_t key = 0xcbf29ce484222325U;  // FNV-1a
        for (const char byte : ids.text(u)) key = (key ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
        keys.push_back(key);
    }
    return keys;
}

UserMeans::UserMeans(std::size_t measures, Row users, std::uint64_t seed)
    : UserMeans(measures, seed,
                ExactSum((1 + replicates) * (1 + measures), static_cast<double>(users) * largest_weight))
{
}

UserMeans::UserMeans(std::size_t measures, std::uint64_t seed, ExactSum sum)
    : measures_(measures), seed_(seed), chunk_((1 + replicates) * (1 + measures)), sum_(std::move(sum))
{
}

UserMeans UserMeans::zero() const { return {measures_, seed_, sum_.zero()}; }

void UserMeans::add(std::uint64_t key, std::span<const double> values)
{
    const Draws draws(seed_, key);
    for (std::size_t b = 0; b <= replicates; ++b) {
        const double weight = b == 0 ? 1 : draws.poisson(b);
        double* row = chunk_.data() + b * (1 + measures_);
        row[0] += weight;
        for (std::size_t m = 0; m < measures_; ++m) row[1 + m] += weight * values[m];
    }
}

void UserMeans::end_chunk()
{
    sum_.add(chunk_);
    std::fill(chunk_.begin(), chunk_.end(), 0.0);
}

void UserMeans::add(const UserMeans& other) { sum_.add(other.sum_); }

Means UserMeans::over(const Communicator& ranks) const
{
    ExactSum all = sum_;
    ranks.sum(all);
    const auto sums = all.values();
    const auto mean = [&](std::size_t b, std::size_t m) {
        const double* row = sums.data() + b * (1 + measures_);
        return row[0] > 0 ? row[1 + m] / row[0] : 0.0;
    };
    Means means;
    means.users = static_cast<Row>(sums[0]);
    for (std::size_t b = 1; b <= replicates; ++b) {
        if (means.users > 0 && sums[b * (1 + measures_)] == 0) continue;  // nobody was drawn
        means.replicates.emplace_back();
        for (std::size_t m = 0; m < measures_; ++m) means.replicates.back().push_back(mean(b, m));
    }
    for (std::size_t m = 0; m < measures_; ++m) {
        std::vector<double> sample;
        for (const auto& replicate : means.replicates) sample.push_back(replicate[m]);
        const auto [low, high] = middle_95(std::move(sample));
        means.values.push_back(mean(0, m));
        means.low.push_back(low);
        means.high.push_back(high);
    }
    return means;
}

}  // namespace alster
