#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "distributed/communicator.hpp"
#include "host/evaluate/evaluation.hpp"
#include "host/evaluate/paired_comparison.hpp"
#include "host/runs/run_history.hpp"
#include "host/runs/run_record.hpp"
#include "host/runs/sample_users.hpp"

namespace alster {

/// Which run to report on, and how much of it.
struct RunReportOptions {
    std::filesystem::path run;   // its directory
    std::filesystem::path data;  // empty: the dataset that the run names
    bool log_only = false;       // nothing is opened but the run's own records
    std::vector<Row> ks;         // lengths of lists; empty: 10, 20, 100
    std::int64_t users = 6;      // whose lists are shown
    Row list = 10;               // places shown of each
    std::string backend = "auto";
    int threads = 0;
};

/// All that a page says of a run.
struct RunReport {
    RunRecord record;
    RunHistory history;
    std::optional<ModelInfo> model = {};
    std::optional<DatasetInfo> data = {};
    std::optional<Evaluation> evaluation = {};        // where something is held out
    std::optional<SystemComparison> comparison = {};  // with popularity, for everybody and by slices
    std::string compared_by = {};                     // "ndcg@10"
    std::vector<SampleUser> users = {};
    std::vector<std::string> warnings = {};          // what to know before anything is believed
    nlohmann::json files = nlohmann::json::array();  // of manifest.json: file, bytes, sha256
};

/// Reads a run and measures it as `alster evaluate` and `alster compare` do. The result is whole on rank 0. Errors:
/// usage (64) where the dataset is not where the run says, or there is no model yet; bad_data (65). Collective.
[[nodiscard]] RunReport make_run_report(const Communicator& ranks, const RunReportOptions& options);

/// The page: one file that needs nothing else (docs/reports.md).
[[nodiscard]] std::string to_html(const RunReport& report);

}  // namespace alster
