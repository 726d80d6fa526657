/// How often experiments in which nothing differs are said to differ: false_alarms SEEDS PAIRED_SEEDS <
/// values, one number a user. Prints shares of the seeds, as JSON. Users are assigned as `alster ab assign` does, and arrive on 20 days in a random
/// order; the looks are at the end of each day.
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "data/id_hash.hpp"
#include "host/evaluate/variants.hpp"
#include "host/statistics/experiment.hpp"
#include "host/statistics/paired.hpp"
#include "host/statistics/verdict.hpp"

namespace alster {
namespace {

constexpr std::size_t days = 20;

/// Sums of a group that grows.
struct Growing {
    double units = 0, sum = 0, squares = 0;

    void add(double value)
    {
        units += 1;
        sum += value;
        squares += value * value;
    }

    [[nodiscard]] Group group() const
    {
        return {static_cast<std::int64_t>(units), sum / units, (squares - sum * sum / units) / (units - 1)};
    }
};

struct Alarms {
    double once = 0;             // at the last look
    double peeking = 0;          // at any look, by the interval of a single one
    double always_valid = 0;     // at any look, by the interval that holds at all
    double paired = 0;           // p of the sign-flip test below 5 %
    double paired_interval = 0;  // the bootstrap interval leaves out 0
    double paired_verdict = 0;   // better or worse
};

bool leaves_out_zero(const Interval& interval) { return interval.low > 0 || interval.high < 0; }

void add_experiment(const std::vector<double>& values, std::uint64_t seed, Alarms& alarms)
{
    const Variants variants = Variants::parse("control=1,treatment=1");
    const SequencePlan plan{.planned = static_cast<double>(values.size())};
    std::vector<std::size_t> arrival(values.size());
    std::iota(arrival.begin(), arrival.end(), std::size_t{0});
    std::ranges::sort(arrival, {}, [&](std::size_t user) { return mixed_bits(seed ^ mixed_bits(user)); });
    Growing groups[2];
    bool peeked = false, always = false, last = false;
    for (std::size_t day = 1; day <= days; ++day) {
        for (std::size_t n = (day - 1) * values.size() / days; n < day * values.size() / days; ++n)
            groups[variants.of_user(std::to_string(seed), std::to_string(arrival[n]))].add(values[arrival[n]]);
        const auto found = group_difference(groups[0].group(), groups[1].group(), plan);
        last = leaves_out_zero(found.interval);
        peeked = peeked || last;
        always = always || leaves_out_zero(found.always_valid);
    }
    alarms.once += last;
    alarms.peeking += peeked;
    alarms.always_valid += always;
}

/// Two systems that differ by chance only: each user's difference has a random sign.
void add_pairs(const std::vector<double>& values, std::uint64_t seed, Alarms& alarms)
{
    std::vector<std::uint64_t> keys(values.size());
    std::iota(keys.begin(), keys.end(), 0U);
    std::vector<double> differences;
    for (std::size_t user = 0; user < values.size(); ++user)
        differences.push_back((mixed_bits(mixed_bits(seed) + user) & 1) != 0 ? values[user] : -values[user]);
    const auto found = paired_difference({keys, differences}, seed);
    const auto verdict = verdict_of(found.interval, found.p, 0);
    alarms.paired += found.p < false_alarm_rate;
    alarms.paired_interval += leaves_out_zero(found.interval);
    alarms.paired_verdict += verdict == Verdict::better || verdict == Verdict::worse;
}

}  // namespace
}  // namespace alster

int main(int, char** argv)
{
    std::vector<double> values;
    for (double value = 0; std::cin >> value;) values.push_back(value);
    const auto seeds = static_cast<std::uint64_t>(std::atoll(argv[1]));
    alster::Alarms alarms;
    const auto paired_seeds = static_cast<std::uint64_t>(std::atoll(argv[2]));
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) alster::add_experiment(values, seed, alarms);
    for (std::uint64_t seed = 1; seed <= paired_seeds; ++seed) alster::add_pairs(values, seed, alarms);
    const auto share = [&](double count) { return count / static_cast<double>(seeds); };
    const auto paired = [&](double count) { return count / static_cast<double>(paired_seeds); };
    std::cout << nlohmann::ordered_json{{"users", values.size()},
                                        {"seeds", seeds},
                                        {"once", share(alarms.once)},
                                        {"peeking", share(alarms.peeking)},
                                        {"always_valid", share(alarms.always_valid)},
                                        {"paired", paired(alarms.paired)},
                                        {"paired_interval", paired(alarms.paired_interval)},
                                        {"paired_verdict", paired(alarms.paired_verdict)}}
                     .dump()
              << '\n';
}
