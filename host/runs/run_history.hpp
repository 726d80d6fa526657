#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/evaluate/measurement.hpp"

namespace alster {

/// What metrics.jsonl tells of one half-step, in the units of docs/formats.md.
struct HalfStepFacts {
    double solve_s = 0;  // of the slowest rank
    double basis_s = 0;
    double waited_s = 0;  // for rows of other ranks
    double imbalance = 1;
    std::int64_t received_bytes = 0;
    std::int64_t retried_rows = 0;

    [[nodiscard]] double seconds() const { return solve_s + basis_s + waited_s; }
};

/// What it tells of one sweep.
struct SweepFacts {
    double sweep = 0;  // its number; that of the last half-step, which finishes a model, is half a sweep later
    double objective = 0;
    std::optional<Measurement> metric = {};
    std::optional<HalfStepFacts> users = {};  // the half-step that solves them
    std::optional<HalfStepFacts> items = {};

    [[nodiscard]] bool whole() const { return users && items; }

    /// A number of both half-steps together.
    template <class Number>
    [[nodiscard]] Number sum(Number HalfStepFacts::*number) const
    {
        return (users ? (*users).*number : Number{}) + (items ? (*items).*number : Number{});
    }
    [[nodiscard]] double seconds() const { return (users ? users->seconds() : 0) + (items ? items->seconds() : 0); }

    /// Takes a half_step or last_half_step.
    void take(const nlohmann::json& half_step);
};

/// A run from its start to its end, as its metrics.jsonl has it. What a resumed run did again replaces what it had done.
struct RunHistory {
    nlohmann::json start = nlohmann::json::object();  // the record of the last start; empty: there is none
    nlohmann::json end = nlohmann::json::object();    // the record of the end; empty: the run has none
    std::string metric = {};                          // "ndcg@10" or "rmse"; empty: nothing was measured
    std::string baseline = {};                        // name of the best one
    double baseline_value = 0;
    std::vector<SweepFacts> sweeps = {};
    std::vector<nlohmann::json> exchanges = {};  // plans of the last start
    std::vector<std::string> incidents = {};     // what did not go as planned, a sentence each
    double wall_s = 0;                           // from each start to its last record
    int starts = 0;

    /// Takes one line of metrics.jsonl, in their order.
    void take(const nlohmann::json& event);

    /// Median of the seconds of whole sweeps; 0 where there are none.
    [[nodiscard]] double seconds_of_sweep() const;
    [[nodiscard]] int ranks() const { return start.value("ranks", 1); }
    /// What the run counts its cost in: GPUs, or cores. A rank has one GPU.
    [[nodiscard]] bool on_gpus() const { return start.value("backend", "") == "cuda"; }
    [[nodiscard]] std::int64_t units() const { return ranks() * (on_gpus() ? 1 : start.value("threads", 1)); }
    [[nodiscard]] double unit_hours() const { return static_cast<double>(units()) * wall_s / 3600; }

private:
    void take_start(const nlohmann::json& event);
    void take_measurement(const nlohmann::json& event, SweepFacts& sweep);
    SweepFacts& sweep_at(double sweep);

    std::vector<SweepFacts> former_ = {};  // of the start before, until it is known whether the run was resumed
    double started_ = 0;                   // t of the last start
    double before_s_ = 0;                  // of the starts before
};

/// Reads DIRECTORY/metrics.jsonl. Half a line, as a killed run may leave one, is passed over. Errors: bad_data (65)
/// where the file is missing, has no start, or is none of alster's.
[[nodiscard]] RunHistory read_history(const std::filesystem::path& directory);

}  // namespace alster
