#include "host/train/run_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "host/report/json_fields.hpp"

namespace alster {

namespace {

std::string retried_text(std::int64_t rows) { return rows > 0 ? fmt::format("  {} rows again in fp64", rows) : ""; }

/// The line that a sweep prints.
std::string sweep_line(int sweep, int sweeps, const HalfStep& users, const HalfStep& items, const std::string& metric)
{
    const std::int64_t retried = users.retried_rows + items.retried_rows;
    return fmt::format(
        "sweep {:>{}}/{}  objective {:.7g}{}  {:.2f} s (users {:.2f}, items {:.2f}, basis {:.2f}, exchange {:.2f})  "
        "imbalance {:.2f}{}",
        sweep, fmt::formatted_size("{}", sweeps), sweeps, items.objective, metric, users.seconds() + items.seconds(),
        users.solve_s, items.solve_s, users.basis_s + items.basis_s, users.waited_s + items.waited_s,
        std::max(users.imbalance, items.imbalance), retried_text(retried));
}

nlohmann::json fields_of(const HalfStep& step, int sweep)
{
    return {{"sweep", sweep},
            {"side", name(step.solved)},
            {"objective", step.objective},
            {"basis_s", step.basis_s},
            {"exchange_s", step.exchange_s},
            {"waited_s", step.waited_s},
            {"received_bytes", step.received_bytes},
            {"first_stage_bytes", step.first_stage_bytes},
            {"solve_s", step.solve_s},
            {"imbalance", step.imbalance},
            {"dual_rows", step.dual_rows},
            {"cg_rows", step.cg_rows},
            {"retried_rows", step.retried_rows}};
}

}  // namespace

RunLog::RunLog(const Communicator& ranks, const TrainOptions& options, const DatasetReader& dataset, int steps,
               MetricsLog records)
    : ranks_(ranks),
      options_(options),
      dataset_(dataset),
      progress_(steps, ranks.leads() && !options.quiet),
      records_(std::move(records))
{
}

void RunLog::resumed(const FoundCheckpoint& from, const std::string& arithmetic)
{
    const CheckpointInfo& info = from.reader.info();
    if (!from.passed_over.empty()) line(fmt::format("warning: passed over a damaged checkpoint: {}", from.passed_over));
    if (info.arithmetic != arithmetic)
        line(fmt::format("warning: begun by {}, goes on by {}: the last bits will not be those of an undisturbed run",
                         info.arithmetic, arithmetic));
    line(fmt::format("goes on after {} of {} half-steps from {}", info.half_steps, 2 * options_.sweeps,
                     from.path.string()));
    record("resume", {{"half_steps", info.half_steps},
                      {"restart", info.restarts + 1},
                      {"seconds", info.seconds},
                      {"checkpoint", from.path.filename().string()},
                      {"passed_over", from.passed_over}});
}

void RunLog::exchange(Side side, const FactorExchange& exchange, const ExchangeVolumes& volumes)
{
    const double row_mib = static_cast<double>(exchange.bytes_of_row(options_.objective.width())) / (1 << 20);
    const double all_gather = static_cast<double>(volumes.all_gather) * row_mib;
    const double need_only = static_cast<double>(volumes.need_only) * row_mib;
    const double most = static_cast<double>(ranks_.max(exchange.received().all)) * row_mib;
    line(fmt::format("{} are exchanged by {}: {:.3g} MiB a sweep (all-gather {:.3g}, need-only {:.3g})", name(side),
                     exchange.name(), exchange.by_need() ? need_only : all_gather, all_gather, need_only));
    record("exchange", {{"side", name(side)},
                        {"plan", exchange.name()},
                        {"stages", exchange.stages()},
                        {"all_gather_mib", all_gather},
                        {"need_only_mib", need_only},
                        {"received_mib_most", most}});
}

void RunLog::half_step_begins(int sweep, Side side)
{
    progress_.step(fmt::format("sweep {}/{}: {}", sweep, options_.sweeps, name(side)));
}

void RunLog::half_step(const HalfStep& step, int sweep) { record("half_step", fields_of(step, sweep)); }

void RunLog::sweep(const TrainingState& state, const HalfStep& users, const HalfStep& items)
{
    line(sweep_line(state.sweeps(), options_.sweeps, users, items, metric_text(state)));
    nlohmann::json fields{
        {"sweep", state.sweeps()}, {"objective", items.objective}, {"seconds", users.seconds() + items.seconds()}};
    fields.update(metric_fields(trained_metric(options_.objective, state)));
    record("sweep", std::move(fields));
}

void RunLog::out_of_patience(const TrainingState& state)
{
    line(fmt::format("stopped: no better {} since sweep {}", metric_name(options_.objective), state.best_sweep));
}

void RunLog::checkpoint(const std::filesystem::path& path, std::int64_t half_steps, double seconds,
                        const std::string& why)
{
    line(fmt::format("checkpoint {} in {:.2f} s: {}", path.string(), seconds, why));
    record("checkpoint", {{"half_steps", half_steps}, {"seconds", seconds}, {"why", why}});
}

void RunLog::rebalanced(double slowest_s, double expected_s, double even_s)
{
    line(fmt::format("rows are shared out anew: the slowest ranks take {:.3g} s of a sweep, {:.3g} then", slowest_s,
                     expected_s));
    record("rebalance", {{"slowest_s", slowest_s}, {"expected_s", expected_s}, {"even_s", even_s}});
}

void RunLog::audited(Side side, const Audit& audit)
{
    if (audit.rows == 0)
        not_audited(side, "all are split over ranks");
    else
        line(fmt::format("audited on {} sampled rows of {}: {:.1e} from their fp64 solutions", audit.rows, name(side),
                         audit.largest_error));
    record("audit", {{"side", name(side)}, {"rows", audit.rows}, {"largest_error", audit.largest_error}});
}

void RunLog::not_audited(Side side, const std::string& why)
{
    line(fmt::format("{} are not audited: {}", name(side), why));
}

void RunLog::solved_again(Side side, const Audit& audit, double bound)
{
    line(fmt::format("{} is {:.1e} from its fp64 solution, {:.0e} are allowed: all {} are solved again",
                     describe_row(dataset_, side, audit.farthest, options_.objective), audit.largest_error, bound,
                     name(side)));
    record("solved_again", {{"side", name(side)}, {"largest_error", audit.largest_error}});
}

void RunLog::last_half_step(const TrainingState& state, const HalfStep& step)
{
    const bool of_users = step.solved == Side::users;
    line(fmt::format("last half-step, {}: objective {:.7g}{}  {:.2f} s{}", name(step.solved), step.objective,
                     of_users ? metric_text(state) : "", step.seconds(), retried_text(step.retried_rows)));
    nlohmann::json fields = fields_of(step, state.sweeps());
    if (of_users) fields.update(metric_fields(trained_metric(options_.objective, state)));
    record("last_half_step", std::move(fields));
}

void RunLog::ended(const TrainResult& result) { record(result.saved() ? "stopped" : "end", json_of(result)); }

std::string RunLog::metric_text(const TrainingState& state) const
{
    if (!state.metric) return "";
    return fmt::format("  {} {:.4f} ({} {:.4f})", metric_name(options_.objective), state.metric->value,
                       state.baseline.name, state.baseline.value);
}

std::optional<TrainedMetric> trained_metric(const Objective& objective, const TrainingState& state)
{
    if (!state.metric) return std::nullopt;
    return TrainedMetric{metric_name(objective), objective.is_explicit() ? "ratings" : "users", *state.metric,
                         state.baseline};
}

nlohmann::json metric_fields(const std::optional<TrainedMetric>& metric)
{
    nlohmann::json fields = nlohmann::json::object();
    if (metric)
        TrainResult::fields_of(*metric, [&](const std::string& name, const auto& value) { fields[name] = value; });
    return fields;
}

}  // namespace alster
