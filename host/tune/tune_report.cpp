#include "host/tune/tune_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

#include "data/json_text.hpp"
#include "data/printable.hpp"

namespace alster {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Measurement& value) { return {{"value", value.value}, {"low", value.low}, {"high", value.high}}; }

Json to_json(const TrialSettings& settings)
{
    return {{"factors", settings.factors}, {"reg", settings.reg}, {"alpha0", settings.alpha0}, {"nu", settings.nu}};
}

Json to_json(const BlendSettings& blend)
{
    return {
        {"mu", blend.mu}, {"b", blend.b}, {"most", blend.most}, {"rho", blend.rho}, {"recent_days", blend.recent_days}};
}

Json to_json(const TunedValues& values)
{
    Json object = {{"popularity", to_json(values.popularity)},
                   {"neighbours", to_json(values.neighbours)},
                   {"model", to_json(values.model)},
                   {"blend", to_json(values.blend)},
                   {"gain_over_model", to_json(values.gain_over_model)},
                   {"gain_over_neighbours", to_json(values.gain_over_neighbours)}};
    if (values.recent) object["recent_popularity"] = to_json(*values.recent);
    if (values.gain_over_recent) object["gain_over_recent_popularity"] = to_json(*values.gain_over_recent);
    return object;
}

std::string gain_text(const Measurement& gain)
{
    return fmt::format("{:+.4f} (95 %: {:+.4f} … {:+.4f})", gain.value, gain.low, gain.high);
}

std::string why_blend(const TuneResult& result)
{
    const TunedValues& values = result.values;
    const BlendSettings& blend = result.blend;
    if (blend.mu == 0 && blend.rho == 0)
        return fmt::format("no blend was better than the model alone, {:.4f}", values.model.value);
    std::string what;
    if (blend.mu == mostly_neighbours)
        what = "with neighbours, the model deciding between ties,";
    else if (blend.mu > 0)
        what = fmt::format("blended with mu {}, b {}, {} neighbours an item", blend.mu, blend.b, blend.most);
    if (blend.rho > 0)
        what += fmt::format("{} rho {} for what was popular in the last {} days", what.empty() ? "with" : " and",
                            blend.rho, blend.recent_days);
    return fmt::format("{} it has {:.4f}, {} over the model alone", what, values.blend.value,
                       gain_text(values.gain_over_model));
}

/// The better of two popular lists.
std::string best_popularity(const TunedValues& values)
{
    if (!values.recent || values.recent->value <= values.popularity.value)
        return fmt::format("popularity has {:.4f}", values.popularity.value);
    return fmt::format("popularity of the last {} days has {:.4f}{}", recent_days, values.recent->value,
                       values.recent->value > values.blend.value ? ", which is more" : "");
}

std::size_t settings_tried(const TuneResult& result)
{
    std::set<std::string> settings;
    for (const RankedTrial& trial : result.trials) settings.insert(trial.settings.text());
    return settings.size();
}

std::string serve_command(const TuneResult& result, const TuneOptions& options)
{
    std::string blend = result.blend.mu > 0 ? fmt::format(" --blend {}", result.blend.mu) : "";
    if (result.blend.rho > 0)
        blend += fmt::format(" --rho {} --recent-days {}", result.blend.rho, result.blend.recent_days);
    return fmt::format("--model {} --data {}{}", result.model.string(), options.data.string(), blend);
}

}  // namespace

std::string TuneResult::sentence() const
{
    return fmt::format(
        "Of {} settings {} had the best {} on the validation part; {}; {}.{}", settings_tried(*this),
        trial.settings.text(), metric, why_blend(*this), best_popularity(values),
        out_of_time ? " Time ended before all was tried: a larger --budget may choose something else." : "");
}

Json to_json(const TuneResult& result, const TuneOptions& options)
{
    Json chosen = to_json(result.trial.settings);
    chosen["sweeps"] = options.sweeps;
    chosen.update(to_json(result.blend));
    Json trials = Json::array(), curve = Json::array();
    for (const auto& trial : result.trials) {
        Json one = to_json(trial.settings);
        one.update({{"sweeps", trial.sweeps}, {"value", trial.value}});
        trials.push_back(one);
    }
    for (const auto& [blend, value] : result.curve) {
        curve.push_back(to_json(blend));
        curve.back()["value"] = value;
    }
    return {
        {"format", "alster-tune"},
        {"data", options.data.string()},
        {"metric", result.metric},
        {"chosen", chosen},
        {"why", result.sentence()},
        {"out_of_time", result.out_of_time},
        {"validation", to_json(result.values)},
        {"trials", trials},
        {"curve", curve},
        {"model", result.model.string()},
        {"neighbours", result.neighbours.string()},
        {"seconds",
         {{"search", result.search_s}, {"blend", result.blend_s}, {"final", result.final_s}, {"all", result.seconds}}}};
}

std::string to_text(const TuneResult& result, const TuneOptions& options)
{
    return fmt::format("{}\nwrote {}, {} and tune.json in {:.1f} s\nalster evaluate {}\n", printable(result.sentence()),
                       printable(result.model.string()), printable(result.neighbours.string()), result.seconds,
                       printable(serve_command(result, options)));
}

std::string train_config(const TrainOptions& options)
{
    const Objective& objective = options.objective;
    return fmt::format(
        "data={}\nout={}\nobjective=\"implicit\"\nfactors={}\nreg={}\nalpha0={}\nnu={}\nsweeps={}\nseed={}\nbackend="
        "\"{}\"\nthreads={}\n",
        json_text(nlohmann::json(options.data.string())), json_text(nlohmann::json(options.out.string())),
        objective.factors, objective.lambda, objective.alpha0, objective.nu, options.sweeps, options.solve.seed,
        options.machine.backend, options.machine.threads);
}

}  // namespace alster
