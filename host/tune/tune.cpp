#include "host/tune/tune.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "data/validation_part.hpp"
#include "distributed/leader.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/machine/stopwatch.hpp"
#include "host/machine/threads.hpp"
#include "host/personalize/walk.hpp"
#include "host/train/job.hpp"
#include "host/train/run_directory.hpp"
#include "host/tune/journal.hpp"
#include "host/tune/tune_report.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// of the budget; what is left is for the final model
constexpr double share_of_search = 0.6, share_of_blend = 0.8;

json key_of(const TrialSettings& settings, int sweeps)
{
    return {{"factors", settings.factors},
            {"reg", settings.reg},
            {"alpha0", settings.alpha0},
            {"nu", settings.nu},
            {"sweeps", sweeps}};
}

/// The first `most` neighbours of each item.
ItemWalk shortened(const ItemWalk& walk, Row most)
{
    ItemWalk result;
    for (Row i = 0; i < walk.rows(); ++i) {
        const auto items = walk.items_of(i);
        const auto n = static_cast<std::size_t>(std::min<Row>(most, std::ssize(items)));
        result.items.insert(result.items.end(), items.begin(), items.begin() + static_cast<std::ptrdiff_t>(n));
        const auto weights = walk.weights_of(i).first(n);
        result.weights.insert(result.weights.end(), weights.begin(), weights.end());
        result.offsets.push_back(std::ssize(result.items));
    }
    return result;
}

/// The part to choose by, which must be that of the dataset. Collective.
void require_validation(const Communicator& ranks, const fs::path& data)
{
    const ParallelFileAccess access(ranks);
    const DatasetReader dataset(data, access);
    const fs::path path = validation_of(data);
    by_leader(ranks, [&] {
        if (!fs::exists(path))
            throw Error(ExitCode::bad_data,
                        "{}: there is no validation part to choose by: prepare {} with --validation, as in --split "
                        "time:0.1 --validation time:0.1",
                        path.string(), data.string());
    });
    const DatasetInfo info = DatasetReader(path, access).info();
    if (validates(info) != dataset.info().fingerprint)
        throw Error(ExitCode::bad_data, "{}: is not the validation part of {}: prepare both again", path.string(),
                    data.string());
    if (info.held_out == 0)
        throw Error(ExitCode::bad_data,
                    "{}: nothing is held out to choose by: prepare again with a larger --validation", path.string());
}

fs::path journal_of(const TuneOptions& options) { return options.out / "tune.jsonl"; }

/// Before anything is computed.
void make_output(const Communicator& ranks, const TuneOptions& options)
{
    by_leader(ranks, [&] {
        if (!options.overwrite && fs::exists(options.out / "model.h5") && !fs::exists(journal_of(options)))
            throw Error(ExitCode::cannot_create,
                        "{}: holds another run's model: choose another --out, or add --overwrite",
                        options.out.string());
        std::error_code error;
        fs::create_directories(options.out, error);
        if (error)
            throw Error(ExitCode::cannot_create, "{}: cannot be made: {}", options.out.string(), error.message());
    });
}

class Tuning {
public:
    Tuning(const Communicator& ranks, const TuneOptions& options)
        : ranks_(ranks), options_(options), access_(ranks), validation_(validation_of(options.data))
    {
        const DatasetReader validation(validation_, access_);
        space_.emplace(validation.info(), options.factors);
        open_journal(validation.info().fingerprint);
        set_threads(ranks, options.threads);
        result_.metric = options.by.text();
    }

    TuneResult run()
    {
        const auto best =
            search(*space_, options_.trials, options_.sweeps, options_.seed,
                   [this](const TrialSettings& settings, int sweeps) { return measure(settings, sweeps); });
        if (interrupted_) return {.saved = true};
        result_.trial = *best;
        result_.search_s = watch_.lap();
        if (!fit()) return {.saved = true};
        result_.blend_s = watch_.lap();
        if (!make_final()) return {.saved = true};
        result_.final_s = watch_.lap();
        result_.seconds = since_start_.elapsed();
        by_leader(ranks_, [&] {
            write_whole(options_.out / "tune.json", json_text(to_json(result_, options_), 2) + '\n');
            std::error_code ignored;
            fs::remove_all(work(), ignored);
        });
        return std::move(result_);
    }

private:
    void open_journal(const std::string& fingerprint)
    {
        const json about = {{"format", "alster-trials"},   {"data", fingerprint},       {"metric", options_.by.text()},
                            {"factors", options_.factors}, {"trials", options_.trials}, {"sweeps", options_.sweeps},
                            {"seed", options_.seed}};
        journal_.emplace(ranks_, journal_of(options_), about, options_.overwrite);
        by_leader(ranks_, [&] {
            if (!journal_->resumed()) fs::remove_all(work());
            fs::create_directories(work());
        });
    }

    [[nodiscard]] fs::path work() const { return options_.out / ".tune"; }

    void tell(const std::string& line) const
    {
        if (ranks_.leads()) say("{}", line);
    }

    /// By the leading rank's clock: all must come to the same end.
    bool out_of_time(double share)
    {
        const double spent = since_start_.elapsed() + spent_before_;
        const bool over = options_.minutes > 0 && spent > share * options_.minutes * 60;
        if (ranks_.max(std::int64_t{ranks_.leads() && over}) == 0) return false;
        result_.out_of_time = true;
        return true;
    }

    [[nodiscard]] TrainOptions train_options(const TrialSettings& settings, int sweeps) const
    {
        TrainOptions options;
        options.data = validation_;
        options.objective = settings.objective();
        options.sweeps = sweeps;
        options.solve.seed = options_.seed;
        options.machine.backend = options_.backend;
        options.machine.threads = options_.threads;
        options.measured = false;
        options.quiet = true;
        return options;
    }

    /// False where the run was asked to end. Collective.
    bool train(const TrainOptions& options)
    {
        interrupted_ = run_training(ranks_, options, train_config(options)).saved();
        return !interrupted_;
    }

    [[nodiscard]] fs::path place_of(const TrialSettings& settings, int sweeps) const
    {
        return work() /
               fmt::format("{}-{}-{}-{}-{}", settings.factors, settings.reg, settings.alpha0, settings.nu, sweeps);
    }

    /// The run of these settings without the validation part.
    std::unique_ptr<ValidationRun> trained(const TrialSettings& settings, int sweeps)
    {
        TrainOptions options = train_options(settings, sweeps);
        options.out = place_of(settings, sweeps);
        by_leader(ranks_, [&] { fs::create_directories(options.out); });
        if (!train(options)) return nullptr;
        const ServedOptions served{options.out / "model.h5", validation_, options_.backend, options_.threads};
        return std::make_unique<ValidationRun>(ranks_, served, options_.by);
    }

    std::optional<double> measure(const TrialSettings& settings, int sweeps)
    {
        const json key = key_of(settings, sweeps);
        auto found = journal_->find(key);
        if (!found && !result_.trials.empty() && out_of_time(share_of_search)) return std::nullopt;
        if (!found) {
            const Stopwatch watch;
            const auto run = trained(settings, sweeps);
            if (!run) return std::nullopt;
            const double value = run->value(run->model()).value;
            forget(settings, sweeps);
            found = json{{"value", value}, {"seconds", ranks_.max(watch.elapsed())}};
            journal_->add(key, *found);
        } else {
            spent_before_ += found->at("seconds").get<double>();
        }
        result_.trials.push_back({settings, sweeps, found->at("value").get<double>()});
        tell(fmt::format("trial {}: {}, {} sweeps: {} {:.4f} ({:.1f} s)", result_.trials.size(), settings.text(),
                         sweeps, result_.metric, result_.trials.back().value, found->at("seconds").get<double>()));
        return result_.trials.back().value;
    }

    /// Removes a trial's model, which nobody needs once it is measured.
    void forget(const TrialSettings& settings, int sweeps)
    {
        by_leader(ranks_, [&] { fs::remove_all(place_of(settings, sweeps)); });
    }

    /// The neighbours of the part that trials learn from: the term with the first `most` of each item.
    NeighbourTerm term(ValidationRun& run, double b, Row most)
    {
        constexpr Row most_tried = 200;
        if (!walked_ || walked_b_ != b) {
            const fs::path path = work() / "neighbours.h5";
            (void)make_neighbours(ranks_, run.served().dataset(), {.rule = {.b = b, .most = most_tried}}, path);
            walked_ = NeighbourTerm(run.served(), path);
            walked_b_ = b;
        }
        return NeighbourTerm(shortened(walked_->neighbours(), most));
    }

    /// The blend; false where the run was asked to end.
    bool fit()
    {
        const TrialSettings& settings = result_.trial.settings;
        const auto run = trained(settings, options_.sweeps);
        if (!run) return false;
        const BlendFit fit = fit_blend([&](const BlendSettings& blend) -> std::optional<double> {
            json key = key_of(settings, options_.sweeps);
            key.update({{"b", blend.b}, {"most", blend.most}, {"mu", blend.mu}});
            if (const auto found = journal_->find(key)) {
                spent_before_ += found->at("seconds").get<double>();
                return found->at("value").get<double>();
            }
            if (blend.mu > 0 && out_of_time(share_of_blend)) return std::nullopt;
            const Stopwatch watch;
            const auto report = blend.mu == 0 ? run->model() : run->blend(term(*run, blend.b, blend.most), blend.mu);
            const double value = run->value(report).value;
            journal_->add(key, {{"value", value}, {"seconds", ranks_.max(watch.elapsed())}});
            tell(fmt::format("blend: b {}, {} neighbours, mu {}: {} {:.4f}", blend.b, blend.most, blend.mu,
                             result_.metric, value));
            return value;
        });
        result_.curve = fit.curve;
        result_.blend = fit.curve[fit.best].settings;
        compare(*run);
        return true;
    }

    /// What was chosen beside its parts.
    void compare(ValidationRun& run)
    {
        const NeighbourTerm neighbours = term(run, result_.blend.b, result_.blend.most);
        const RankingReport model = run.model(), alone = run.neighbours(neighbours);
        const RankingReport blend = run.blend(neighbours, result_.blend.mu);
        result_.values = {.popularity = run.value(run.popularity()),
                          .neighbours = run.value(alone),
                          .model = run.value(model),
                          .blend = run.value(blend),
                          .gain_over_model = run.gain(blend, model),
                          .gain_over_neighbours = run.gain(blend, alone)};
    }

    /// The model of all of part train, and its neighbours; false where the run was asked to end.
    bool make_final()
    {
        TrainOptions options = train_options(result_.trial.settings, options_.sweeps);
        options.data = options_.data;
        options.out = options_.out;
        options.overwrite = holds_other_model(options);
        if (!train(options)) return false;
        result_.model = options_.out / "model.h5";
        result_.neighbours = neighbours_beside(result_.model);
        const DatasetReader dataset(options_.data, access_, Verify::nothing);
        (void)make_neighbours(ranks_, dataset, {.rule = {.b = result_.blend.b, .most = result_.blend.most}},
                              result_.neighbours);
        return true;
    }

    /// Whether OUT holds the model of an earlier choice.
    [[nodiscard]] bool holds_other_model(const TrainOptions& options) const
    {
        std::int64_t holds = 0;
        by_leader(ranks_, [&] {
            const fs::path model = options.out / "model.h5";
            holds = fs::exists(model) &&
                    ModelReader(model, serial_access(), Verify::nothing).info().config != result_config(options);
        });
        ranks_.broadcast(std::span(&holds, 1));
        return holds != 0;
    }

    const Communicator& ranks_;
    const TuneOptions& options_;
    ParallelFileAccess access_;
    fs::path validation_;
    std::optional<TrialSpace> space_;
    std::optional<Journal> journal_;
    std::optional<NeighbourTerm> walked_;
    double walked_b_ = 0;
    Stopwatch since_start_;
    Stopwatch watch_;
    double spent_before_ = 0;  // seconds of what earlier runs of the same command have measured
    bool interrupted_ = false;
    TuneResult result_;
};

}  // namespace

TuneResult tune(const Communicator& ranks, const TuneOptions& options)
{
    require_validation(ranks, options.data);
    make_output(ranks, options);
    const auto lock = lock_output(ranks, journal_of(options));
    return Tuning(ranks, options).run();
}

}  // namespace alster
