#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/evaluate/decision_log.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster offpolicy decisions.csv\n"
    "\n"
    "Columns: propensity (chance of the logged action by the old policy), target (by the new one), reward; and "
    "perhaps\n"
    "predicted and predicted_target, a model's reward of the action and of the new policy.\n"
    "Refused (65) below an effective sample size of 100 or 1 % of the decisions: docs/experiments.md.";

}  // namespace

int offpolicy_command(int argc, char** argv)
{
    std::string log;
    CommandLine line("offpolicy", "Estimates what a policy would have earned, from the log of another one.", examples);
    line.app().add_option("log", log, "Table of decisions with a header, plain or packed")->required();
    if (!line.parse(argc, argv)) return 0;
    const DecisionLog decisions = read_decisions(log);
    const OffPolicy estimate = off_policy(decisions.decisions());
    if (const auto refusal = estimate.refusal(); !refusal.empty())
        throw Error(ExitCode::bad_data, "{}: {}", log, refusal);
    if (line.json())
        print("{}\n", json_text(to_json(estimate)));
    else
        print("{}", to_text(estimate));
    return 0;
}

}  // namespace alster
