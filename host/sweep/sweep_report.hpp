#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "host/runs/run_record.hpp"

namespace alster {

/// The runs of a sweep beside each other.
struct SweepReport {
    std::string metric;
    std::vector<std::string> varied;  // options in which the runs differ
    std::vector<RunRecord> runs;      // the finished ones first, best first: runs[0] is the winner
    std::size_t finished = 0;         // how many of them are
    std::size_t as_good = 0;          // runs[1 … as_good] lie within the winner's 95 % interval
    std::size_t cheapest = 0;         // of the winner and those: the fewest factors, then the least time
};

/// Compares by the metric of the held-out part. Errors: bad_data (65) where no run is finished, where nothing was held
/// out, or where runs measured different things.
[[nodiscard]] SweepReport compare(std::vector<RunRecord> runs);

/// A table for people, the winner and what to make of it.
[[nodiscard]] std::string to_text(const SweepReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const SweepReport& report);
/// One page that needs nothing else; `name` is that of the sweep.
[[nodiscard]] std::string to_html(const SweepReport& report, const std::string& name);

}  // namespace alster
