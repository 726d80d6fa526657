#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "data/synthetic.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"

namespace alster {

namespace {

constexpr auto summary_line = "Make a synthetic catalogue, an interaction log and the truth behind them.";

constexpr auto examples =
    "  alster synth --out demo                                     20 000 users, 2 000 items, 1 000 000 events\n"
    "  alster synth --users 138493 --items 26744 --events 20000000 --log ratings --out ml20m-like\n"
    "  alster synth --events 100000000 --users 1000000 --items 50000 --gzip --out large\n";

using Log = SyntheticOptions::Log;

void add_options(CLI::App& app, SyntheticOptions& options, std::string& out)
{
    const std::map<std::string, Log> logs = {{"events", Log::events}, {"ratings", Log::ratings}};
    app.add_option("--out", out,
                   "Directory for events.csv, items.csv, users.csv, rules.toml, eligibility.toml, truth.h5")
        ->required();
    app.add_option("--users", options.users, "Number of users")->capture_default_str()->type_name("N");
    app.add_option("--items", options.items, "Number of items")->capture_default_str()->type_name("N");
    app.add_option("--events", options.events, "Lines of the log, exactly")->capture_default_str();
    app.add_option("--seed", options.seed, "The same seed gives the same bytes on any machine")->capture_default_str();
    app.add_option("--log", options.log, "events: plays, thumbs and stars; ratings: one line of stars for each pair")
        ->transform(CLI::CheckedTransformer(logs).description("events|ratings"))
        ->default_str("events");
    app.add_option("--topics", options.topics, "Planted topics, the rank of the expected counts")
        ->capture_default_str();
    app.add_option("--noise", options.noise, "Share of watches that follow popularity alone")->capture_default_str();
    app.add_option("--repeat", options.repeat, "Probability that a watch repeats an earlier one")
        ->capture_default_str();
    app.add_option("--popularity-exponent", options.popularity_exponent, "Power law of the items")
        ->capture_default_str();
    app.add_option("--activity-exponent", options.activity_exponent, "Power law of the users")->capture_default_str();
    app.add_option("--concentration", options.concentration, "Dirichlet parameter: small is a user of few topics")
        ->capture_default_str();
    app.add_flag("--gzip", options.gzip, "Compress the log: events.csv.gz");
}

void report(const SyntheticOptions& options, const SyntheticSummary& summary, bool json)
{
    if (json) {
        const nlohmann::ordered_json object = {
            {"log", summary.log.string()}, {"users", options.users}, {"items", options.items},
            {"events", summary.lines},     {"plays", summary.plays}, {"thumbs", summary.thumbs},
            {"stars", summary.stars},      {"seed", options.seed},
        };
        print("{}\n", json_text(object));
        return;
    }
    print("{}: {} lines ({} plays, {} thumbs, {} stars) of {} users and {} items\n", summary.log.string(),
          summary.lines, summary.plays, summary.thumbs, summary.stars, options.users, options.items);
}

}  // namespace

int synth_command(int argc, char** argv)
{
    CommandLine line("synth", summary_line, examples);
    SyntheticOptions options;
    std::string out;
    add_options(line.app(), options, out);
    if (!line.parse(argc, argv)) return 0;
    report(options, write_synthetic(options, out), line.json());
    return 0;
}

}  // namespace alster
