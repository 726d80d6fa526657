#include "host/personalize/user_list_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace alster {

LeftOut left_out(const RecommendOptions& options, const DatasetInfo& data)
{
    if (options.include_seen) return {};
    return {.consumed = true,
            .held_out = options.exclusion.held_out && data.held_out > 0,
            .disliked = options.exclusion.disliked};
}

const char* remark(Knowledge knowledge)
{
    switch (knowledge) {
        case Knowledge::learned:
            return "";
        case Knowledge::no_history:
            return ": no history, so the most popular items";
        case Knowledge::nothing_learned:
            return ": nothing was learned from its history, so the most popular items";
        case Knowledge::unknown_id:
            return ": unknown to the model, so the most popular items";
    }
    return "";
}

nlohmann::json facts(const ServedModel& served, const RecommendOptions& options, const UserCounts& counts)
{
    auto object = counts.json();
    object["objective"] = served.info().objective;
    object["score"] = score_formula(served.info());
    if (served.is_explicit()) object["mean"] = served.info().mean;
    const DatasetInfo& data = served.dataset().info();
    if (data.held_out > 0)
        object["held_out"] = {{"interactions", data.held_out},
                              {"split", data.split},
                              {"excluded", options.exclusion.held_out && !options.include_seen}};
    return object;
}

std::string held_out_note(const ServedModel& served, const RecommendOptions& options)
{
    const DatasetInfo& data = served.dataset().info();
    if (data.held_out == 0) return "";
    const bool known = served.info().fingerprint == data.fingerprint;
    return fmt::format(
        "{} held-out interactions of {} ({}) {}{}: to serve, prepare with --split none and train on everything",
        data.held_out, served.options().data.string(), data.split,
        known ? "were not learned from" : "may have been learned from or not, as the model was trained on other data",
        options.exclusion.held_out && !options.include_seen ? ", their titles are excluded" : "");
}

}  // namespace alster
