#pragma once
#include <optional>

#include "host/report/metrics_log.hpp"
#include "host/report/progress.hpp"
#include "host/train/audit.hpp"
#include "host/train/model_output.hpp"
#include "host/train/run_directory.hpp"
#include "host/train/sides.hpp"
#include "host/train/validation.hpp"
#include "kernels/cpu/top_k.hpp"

namespace alster {

/// Everything a run needs besides the backend.
struct Job {
    const Communicator& ranks;
    const TrainOptions& options;
    const DatasetReader& dataset;
    const RunDirectory& run;
    Progress& progress;
    MetricsLog& log;
    std::string run_id;
    Precision precision = Precision::fp32;  // with which the backend reads the fixed side
    MakeScorer make_scorer = cpu_scorer;    // ranks for the validation metric
};

/// How a run ended.
struct Outcome {
    int sweeps = 0;
    double objective = 0;
    double seconds = 0;  // in half-steps
    std::optional<double> metric;
};

/// Throws diverged (12) where a half-step raised the objective from `before` by more than rounding can.
void require_descent(const Job& job, const HalfStep& step, std::optional<double> before, int sweep);

void log_half_step(MetricsLog& log, const HalfStep& step, int sweep);

[[nodiscard]] inline double seconds_of(const HalfStep& step) { return step.basis_s + step.exchange_s + step.solve_s; }

/// The line that a sweep prints.
[[nodiscard]] std::string sweep_line(int sweep, int sweeps, const HalfStep& users, const HalfStep& items,
                                     const std::string& metric);

/// What model.h5 says of the run.
[[nodiscard]] ModelInfo describe(const Job& job, const Outcome& outcome);

void report_exchange(const Job& job, Side side, const FactorExchange& exchange, const ExchangeVolumes& volumes);

/// Prints and logs how far sampled rows are from their fp64 solutions.
void report_audit(const Job& job, const Audit& audit);

/// Throws diverged (12), naming the row by its id.
[[noreturn]] void refuse(const NotFinite& row, const TrainOptions& options);

/// Prints and logs how the factors of one side come to the ranks, and what that moves. Collective.
template <Backend B>
void report_exchange(const Job& job, const FactorSide<B>& side)
{
    if (side.exchange->trivial()) return;
    report_exchange(job, side.side, *side.exchange, side.volumes);
}

/// This rank's factors of one side in host memory, for what reads them between sweeps.
template <Backend B>
std::vector<float> host_copy(const B& backend, FactorSide<B>& side)
{
    std::vector<float> copy;
    backend.read_on_host(side.factors,
                         [&](std::span<const float> values) { copy.assign(values.begin(), values.end()); });
    return copy;
}

template <Backend B>
double measure(const Job& job, const B& backend, const Validation& validation, Sides<B>& sides)
{
    const auto users = host_copy(backend, sides.users);
    const auto items = host_copy(backend, sides.items);
    return validation.measure({sides.users.partition.of(job.ranks.rank()), users},
                              {sides.items.partition.of(job.ranks.rank()), items});
}

/// The sweeps.
template <Backend B>
Outcome iterate(const Job& job, const B& backend, Sides<B>& sides)
{
    Solver<B> solver(job.ranks, backend, job.options);
    const Validation validation(job.ranks, job.dataset, job.options, sides.users.partition.of(job.ranks.rank()),
                                job.make_scorer);
    Outcome outcome;
    std::optional<double> before;
    double best = 0;
    int best_sweep = 0;
    solver.begin_with(sides.items);
    for (int sweep = 1; sweep <= job.options.sweeps; ++sweep) {
        const auto half_step = [&](FactorSide<B>& solved, FactorSide<B>& fixed) {
            job.progress.step(fmt::format("sweep {}/{}: {}", sweep, job.options.sweeps, name(solved.side)));
            const HalfStep step = solver.half_step(solved, fixed);
            require_descent(job, step, before, sweep);
            before = step.objective;
            log_half_step(job.log, step, sweep);
            return step;
        };
        const HalfStep users = half_step(sides.users, sides.items);
        const HalfStep items = half_step(sides.items, sides.users);
        outcome.sweeps = sweep;
        outcome.objective = items.objective;
        outcome.seconds += seconds_of(users) + seconds_of(items);
        if (validation.available()) outcome.metric = measure(job, backend, validation, sides);
        const std::string metric =
            outcome.metric ? fmt::format("  {} {:.4f}", validation.metric(), *outcome.metric) : "";
        job.progress.line(sweep_line(sweep, job.options.sweeps, users, items, metric));
        nlohmann::json fields{
            {"sweep", sweep}, {"objective", items.objective}, {"seconds", seconds_of(users) + seconds_of(items)}};
        if (outcome.metric) fields[validation.metric()] = *outcome.metric;
        job.log.write("sweep", fields);

        if (!outcome.metric) continue;
        if (best_sweep == 0 || validation.better(*outcome.metric, best)) {
            best = *outcome.metric;
            best_sweep = sweep;
        }
        if (job.options.patience > 0 && sweep - best_sweep >= job.options.patience) {
            job.progress.line(fmt::format("stopped: no better {} since sweep {}", validation.metric(), best_sweep));
            break;
        }
    }
    report_audit(job, solver.audit(sides.items, sides.users));
    solver.canonicalize(sides.users, sides.items);
    return outcome;
}

template <Backend B>
nlohmann::json train_with(const Job& job, const B& backend)
{
    Stopwatch watch;
    job.progress.line(fmt::format("reading {}", job.options.data.string()));
    auto sides = load_sides(job.ranks, backend, job.options, job.dataset);
    report_exchange(job, sides.users);
    report_exchange(job, sides.items);
    const double load_s = watch.lap();
    Outcome outcome;
    try {
        outcome = iterate(job, backend, sides);
    } catch (const NotFinite& row) {
        refuse(row, job.options);
    }
    watch.lap();
    const auto users = host_copy(backend, sides.users);
    const auto items = host_copy(backend, sides.items);
    write_model(job.ranks, job.dataset, job.options, describe(job, outcome),
                {sides.users.partition.of(job.ranks.rank()), users},
                {sides.items.partition.of(job.ranks.rank()), items}, job.run.model());
    if (job.ranks.leads()) job.run.write_manifest();
    nlohmann::json summary{{"model", job.run.model().string()},
                           {"run", job.run_id},
                           {"sweeps", outcome.sweeps},
                           {"objective", outcome.objective},
                           {"load_s", load_s},
                           {"seconds_per_sweep", outcome.sweeps ? outcome.seconds / outcome.sweeps : 0},
                           {"write_s", watch.lap()}};
    if (outcome.metric) summary[job.options.is_explicit() ? "rmse" : "ndcg@10"] = *outcome.metric;
    job.log.write("end", summary);
    return summary;
}

}  // namespace alster
