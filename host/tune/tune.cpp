#include "host/tune/tune.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "data/validation_part.hpp"
#include "distributed/leader.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/machine/stopwatch.hpp"
#include "host/personalize/walk.hpp"
#include "host/train/run_directory.hpp"
#include "host/tune/trials.hpp"
#include "host/tune/tune_report.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr double share_of_blend = 0.8;  // of the budget; what is left is for the final model

/// ", rho 0.2 of 7 days"; empty where recent popularity is not added.
std::string recent_text(const BlendSettings& blend)
{
    return blend.rho > 0 ? fmt::format(", rho {} of {} days", blend.rho, blend.recent_days) : "";
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
    const std::string of = validates(info);  // before users or items were erased from it, perhaps
    if (of.empty() || (of != dataset.info().fingerprint && dataset.info().erased_from.find(of) == std::string::npos))
        throw Error(ExitCode::bad_data, "{}: is not the validation part of {}: prepare both again", path.string(),
                    data.string());
    if (info.held_out == 0)
        throw Error(ExitCode::bad_data,
                    "{}: nothing is held out to choose by: prepare again with a larger --validation", path.string());
}

/// Before anything is computed.
void make_output(const Communicator& ranks, const TuneOptions& options)
{
    by_leader(ranks, [&] {
        const bool of_tune = fs::exists(options.out) && !journals_in(options.out).empty();
        if (!options.overwrite && fs::exists(options.out / "model.h5") && !of_tune)
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
        : ranks_(ranks), options_(options), access_(ranks), trials_(ranks, options)
    {
        result_.metric = options.by.text();
    }

    TuneResult run()
    {
        const auto best =
            search(trials_.space(), options_.trials, options_.sweeps, options_.seed,
                   [this](std::span<const TrialSettings> some, int sweeps) { return trials_.measure(some, sweeps); });
        if (trials_.interrupted()) return {.saved = true};
        if (options_.worker > 0) return {.helped = true};
        result_.trial = *best;
        result_.trials = trials_.measured();
        result_.search_s = watch_.lap();
        if (!fit()) return {.saved = true};
        result_.blend_s = watch_.lap();
        if (!make_final()) return {.saved = true};
        result_.final_s = watch_.lap();
        result_.seconds = since_start_.elapsed();
        result_.out_of_time = trials_.time_ended();
        by_leader(ranks_, [&] {
            write_whole(options_.out / "tune.json", json_text(to_json(result_, options_), 2) + '\n');
            std::error_code ignored;
            fs::remove_all(trials_.work(), ignored);
        });
        return std::move(result_);
    }

private:
    /// The neighbours of the part that trials learn from: the term with the first `most` of each item.
    NeighbourTerm term(ValidationRun& run, double b, Row most)
    {
        constexpr Row most_tried = 200;
        if (!walked_ || walked_b_ != b) {
            const fs::path path = trials_.work() / "neighbours.h5";
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
        const auto run = trials_.trained(settings, options_.sweeps);
        if (!run) return false;
        const bool times = run->served().dataset().info().times;
        const BlendFit fit = fit_blend(times, [&](const BlendSettings& blend) -> std::optional<double> {
            json key = key_of(settings, options_.sweeps);
            key.update({{"b", blend.b}, {"most", blend.most}, {"mu", blend.mu}});
            if (blend.rho > 0) key.update({{"rho", blend.rho}, {"recent_days", blend.recent_days}});
            if (const auto found = trials_.journal().find(key)) return found->at("value").get<double>();
            const bool ends = trials_.asked_to_end() || trials_.out_of_time(share_of_blend);
            if (blend != BlendSettings{} && ends) return std::nullopt;
            const Stopwatch watch;
            std::optional<NeighbourTerm> neighbours;
            if (blend.mu > 0) neighbours.emplace(term(*run, blend.b, blend.most));
            const double value = run->value(run->blend(neighbours ? &*neighbours : nullptr, blend)).value;
            trials_.journal().add(key, {{"value", value}, {"seconds", ranks_.max(watch.elapsed())}});
            trials_.tell(fmt::format("blend: b {}, {} neighbours, mu {}{}: {} {:.4f}", blend.b, blend.most, blend.mu,
                                     recent_text(blend), result_.metric, value));
            return value;
        });
        if (trials_.interrupted()) return false;
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
        const RankingReport blend = run.blend(&neighbours, result_.blend);
        result_.values = {.popularity = run.value(run.popularity()),
                          .neighbours = run.value(alone),
                          .model = run.value(model),
                          .blend = run.value(blend),
                          .gain_over_model = run.gain(blend, model),
                          .gain_over_neighbours = run.gain(blend, alone)};
        if (!run.served().dataset().info().times) return;
        const RankingReport recent = run.recent_popularity();
        result_.values.recent = run.value(recent);
        result_.values.gain_over_recent = run.gain(blend, recent);
    }

    /// The model of all of part train, and its neighbours; false where the run was asked to end.
    bool make_final()
    {
        TrainOptions options = trials_.train_options(result_.trial.settings, options_.sweeps);
        options.data = options_.data;
        options.out = options_.out;
        options.overwrite = holds_other_model(options);
        if (!trials_.train(options)) return false;
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
    Trials trials_;
    std::optional<NeighbourTerm> walked_;
    double walked_b_ = 0;
    Stopwatch since_start_;
    Stopwatch watch_;
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
