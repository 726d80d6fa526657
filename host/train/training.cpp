#include "host/train/training.hpp"

#include <fmt/format.h>

#include "host/utc_now.hpp"
#include "host/version.hpp"

namespace alster {

namespace {

/// An exact half-step cannot raise the objective. What may look like it: Y Q is rounded to fp32, which moves a
/// prediction by a few eps; 16 eps of the objective is above that, and far below what a wrong row solve would add.
/// In bf16 the fixed side is read with elements rounded by up to 2^-9, and a squared residual moves by twice that; the
/// objective of the next half-step is that of other rounded factors.
double rise_tolerance(const Job& job) { return job.precision == Precision::bf16 ? 0x1p-7 : 16 * 0x1p-23; }

}  // namespace

void require_descent(const Job& job, const HalfStep& step, std::optional<double> before, int sweep)
{
    if (!before || step.objective <= *before * (1 + rise_tolerance(job))) return;
    throw Error(ExitCode::diverged,
                "the objective rose from {:.9g} to {:.9g} when sweep {} solved the {}: an exact solve cannot do that; "
                "please report it with config.resolved.toml",
                *before, step.objective, sweep, name(step.solved));
}

void log_half_step(MetricsLog& log, const HalfStep& step, int sweep)
{
    log.write("half_step", {{"sweep", sweep},
                            {"side", name(step.solved)},
                            {"objective", step.objective},
                            {"basis_s", step.basis_s},
                            {"exchange_s", step.exchange_s},
                            {"solve_s", step.solve_s},
                            {"imbalance", step.imbalance},
                            {"dual_rows", step.dual_rows},
                            {"retried_rows", step.retried_rows}});
}

std::string sweep_line(int sweep, int sweeps, const HalfStep& users, const HalfStep& items, const std::string& metric)
{
    return fmt::format(
        "sweep {:>{}}/{}  objective {:.7g}{}  {:.2f} s (users {:.2f}, items {:.2f}, basis {:.2f}, exchange {:.2f})  "
        "imbalance {:.2f}",
        sweep, fmt::formatted_size("{}", sweeps), sweeps, items.objective, metric,
        seconds_of(users) + seconds_of(items), users.solve_s, items.solve_s, users.basis_s + items.basis_s,
        users.exchange_s + items.exchange_s, std::max(users.imbalance, items.imbalance));
}

ModelInfo describe(const Job& job, const Outcome& outcome)
{
    const DatasetInfo& data = job.dataset.info();
    const TrainOptions& options = job.options;
    const bool is_explicit = options.is_explicit();
    nlohmann::json evaluation = nlohmann::json::object();
    if (outcome.metric) evaluation[is_explicit ? "rmse" : "ndcg@10"] = *outcome.metric;
    return {.objective = is_explicit ? "explicit" : "implicit",
            .users = data.users,
            .items = data.items,
            .width = served_width(options),
            .factors = options.factors,
            .interactions = data.interactions,
            .mean = is_explicit ? data.value_mean : 0,
            .value_min = data.value_min,
            .value_max = data.value_max,
            .alpha0 = options.unobserved_weight(),
            .alpha = is_explicit ? 0 : options.alpha,
            .lambda = options.lambda,
            .nu = options.nu,
            .bias_lambda = options.bias_lambda < 0 ? options.lambda : options.bias_lambda,
            .seed = static_cast<std::int64_t>(options.seed),
            .sweeps = outcome.sweeps,
            .ranks = job.ranks.size(),
            .objective_value = outcome.objective,
            .watermark = data.watermark,
            .fingerprint = data.fingerprint,
            .run_id = job.run_id,
            .space_id = job.run_id,
            .created_utc = utc_now(job.ranks, "{:%Y-%m-%dT%H:%M:%SZ}"),
            .tool_version = version(),
            .git_commit = git_commit(),
            .config = result_config(options),
            .evaluation = evaluation.dump()};
}

void report_exchange(const Job& job, Side side, const FactorExchange& exchange, const ExchangeVolumes& volumes)
{
    const double row_mib = static_cast<double>(job.options.width() * sizeof(float)) / (1 << 20);
    const double all_gather = static_cast<double>(volumes.all_gather) * row_mib;
    const double need_only = static_cast<double>(volumes.need_only) * row_mib;
    const double most = static_cast<double>(job.ranks.max(exchange.received_rows())) * row_mib;
    job.progress.line(fmt::format(
        "{} are exchanged by {}: {:.3g} MiB a sweep (all-gather {:.3g}, need-only {:.3g})", name(side), exchange.name(),
        exchange.name() == std::string("need-only") ? need_only : all_gather, all_gather, need_only));
    job.log.write("exchange", {{"side", name(side)},
                               {"plan", exchange.name()},
                               {"all_gather_mib", all_gather},
                               {"need_only_mib", need_only},
                               {"received_mib_most", most}});
}

void report_audit(const Job& job, const Audit& audit)
{
    job.progress.line(fmt::format("audited on {} sampled rows of items: {:.1e} from their fp64 solutions", audit.rows,
                                  audit.largest_error));
    job.log.write("audit", {{"rows", audit.rows}, {"largest_error", audit.largest_error}});
}

void refuse(const NotFinite& row, const TrainOptions& options)
{
    const DatasetReader dataset(options.data);
    throw Error(ExitCode::diverged,
                "the factors of {} {} are not finite: look at its values and confidences with alster inspect",
                row.side == Side::users ? "user" : "item", dataset.ids(row.side, {row.row, row.row + 1}).text(0));
}

}  // namespace alster
