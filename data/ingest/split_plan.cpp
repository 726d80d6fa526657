#include "data/ingest/split_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "data/error.hpp"
#include "data/id_hash.hpp"

namespace alster {

namespace {

template <class Number>
bool parse_number(std::string_view text, Number& number)
{
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    return status == std::errc() && end == text.data() + text.size();
}

/// The earliest t such that at most `most` events are at t or later. Found by histograms that narrow the range by 2^16
/// a round: a copy of the times to sort would cost 8 bytes an event.
Milliseconds threshold(std::span<const EventRecord> records, Offset most, const SumOverAll& sum)
{
    constexpr Milliseconds bins = 1 << 16;
    Milliseconds low = 0, high = (Milliseconds{1} << 32) * 1000;
    Offset later = 0;  // events at `high` or later
    while (low < high) {
        const Milliseconds width = (high - low + bins - 1) / bins;
        std::vector<Offset> counts(bins);
        for (const auto& record : records)
            if (const auto time = record.time(); time >= low && time < high) ++counts[(time - low) / width];
        sum(counts);
        Milliseconds bin = bins - 1;
        while (bin >= 0 && later + counts[bin] <= most) later += counts[bin--];
        if (bin < 0) return low;
        high = std::min(high, low + (bin + 1) * width);
        low += bin * width;
        if (width == 1) return high;
    }
    return high;
}

}  // namespace

SplitPlan SplitPlan::parse(const std::string& text, const std::string& option)
{
    SplitPlan plan{.text = text, .option = option};
    const auto colon = text.find(':');
    const auto word = std::string_view(text).substr(0, colon);
    const auto argument = colon == text.npos ? std::string_view() : std::string_view(text).substr(colon + 1);
    bool good = text == "none";
    if (word == "random" || word == "time") {
        plan.kind = word == "time" ? Kind::time : Kind::random;
        good = parse_number(argument, plan.fraction) && plan.fraction > 0 && plan.fraction < 1;
    } else if (word == "last") {
        plan.kind = Kind::last;
        good = parse_number(argument, plan.last) && plan.last > 0;
    }
    if (!good)
        throw Error(ExitCode::usage, "{}: '{}' is not one of none, random:F, last:N, time:F with 0 < F < 1, N ≥ 1",
                    option, text);
    return plan;
}

std::string leak_of_split(const std::string& text)
{
    if (!text.starts_with("random:") && !text.starts_with("last:")) return "";
    return fmt::format(
        "--split {} leaks: training sees events that are later than held-out ones, which makes every figure better "
        "than "
        "it will be in service; time:F does not",
        text);
}

bool held_at_random(double fraction, std::uint64_t seed, std::uint64_t user, std::uint64_t item)
{
    const std::uint64_t bits = mixed_bits(mixed_bits(mixed_bits(seed) ^ user) ^ item);
    return static_cast<double>(bits >> 11) * 0x1p-53 < fraction;  // uniform in [0, 1)
}

Milliseconds mark_latest(std::span<EventRecord> records, const SplitPlan& plan, const SumOverAll& sum)
{
    const bool timed = std::any_of(records.begin(), records.end(), [](const EventRecord& r) { return r.time() > 0; });
    std::array<Offset, 2> all = {static_cast<Offset>(records.size()), timed};
    sum(all);
    if (all[1] == 0)
        throw Error(ExitCode::usage, "{} {}: the log has no times; name their column, as in --columns …,time=3",
                    plan.option, plan.text);
    const auto most = static_cast<Offset>(plan.fraction * static_cast<double>(all[0]));
    const Milliseconds first_held = threshold(records, most, sum);
    for (auto& record : records) record.held = record.time() >= first_held;
    return first_held;
}

}  // namespace alster
