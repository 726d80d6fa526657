#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_set>

#include "data/console.hpp"
#include "data/dataset_file.hpp"
#include "data/error.hpp"
#include "data/ingest/named_table.hpp"
#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/evaluate/experiment_readout.hpp"

namespace alster {

namespace {

constexpr const char* assign_examples =
    "  alster ab assign --salt rows-2026-11 --shares control=0.5,treatment=0.5 --data dataset.h5 --out variants.csv\n"
    "\n"
    "A user's variant follows from salt and id alone: docs/experiments.md has the ten lines that a service needs.";

constexpr const char* read_examples =
    "  alster ab read --shares control=0.5,treatment=0.5 --exposures exposures.csv --outcomes outcomes.csv\n"
    "\n"
    "exposures: user,variant and any column that tells users apart; outcomes and --before: user,value.\n"
    "Verdicts hold however often you look; --once is for a single look at a time fixed before.";

struct AssignOptions {
    std::string shares;
    std::string salt;
    std::string data;
    std::string users;
    std::string out;
};

std::string quoted(const std::string& field)
{
    if (field.find_first_of(",\"\t;\r\n") == std::string::npos) return field;
    std::string text = "\"";
    for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
    return text + '"';
}

/// Visits each id of a table's column "user" once.
template <class Visit>
void each_user_of_table(const std::string& path, const Visit& visit)
{
    static constexpr std::array<std::string_view, 1> needed{"user"};
    NamedTable table(path, needed);
    std::unordered_set<std::string> seen;
    std::int64_t repeated = 0;
    while (table.next()) {
        if (table.text("user").empty()) throw Error(ExitCode::bad_data, "{}: names no user", table.where());
        const auto [user, added] = seen.emplace(table.text("user"));
        repeated += !added;
        if (added) visit(*user);
    }
    if (repeated > 0) say("alster: {}: {} lines name a user again, who is assigned once", path, repeated);
}

/// Visits the ids of a dataset's users, or of a table's.
template <class Visit>
void each_user(const AssignOptions& options, const Visit& visit)
{
    if (!options.users.empty()) return each_user_of_table(options.users, visit);
    const DatasetReader dataset(options.data);
    const IdColumn ids = dataset.ids(Side::users, {0, dataset.info().users});
    for (Row user = 0; user < ids.rows(); ++user) visit(ids.text(user));
}

int assign(int argc, char** argv)
{
    AssignOptions options;
    CommandLine line("ab assign", "Says which user gets which variant of an experiment.", assign_examples);
    line.app().add_option("--shares", options.shares, "Variants and their shares, the control first")->required();
    line.app().add_option("--salt", options.salt, "Name of the experiment: another one mixes users anew")->required();
    auto* data = line.app().add_option("--data", options.data, "A dataset.h5: its users");
    line.app().add_option("--users", options.users, "A table with a column user")->excludes(data)->type_name("TABLE");
    line.app().add_option("--out", options.out, "Table of user,variant")->required();
    if (!line.parse(argc, argv)) return 0;
    if (options.data.empty() && options.users.empty())
        throw Error(ExitCode::usage, "name the users by --data or --users; see alster ab assign --help");

    const Variants variants = Variants::parse(options.shares);
    std::vector<std::int64_t> counts(variants.names.size());
    OutputFile out(options.out);
    out.write("user,variant\n");
    each_user(options, [&](const std::string& id) {
        const int variant = variants.of_user(options.salt, id);
        counts[variant] += 1;
        out.write(fmt::format("{},{}\n", quoted(id), quoted(variants.names[variant])));
    });
    out.commit();
    nlohmann::ordered_json object;
    for (std::size_t n = 0; n < counts.size(); ++n) object[variants.names[n]] = counts[n];
    if (line.json())
        print("{}\n", json_text(object));
    else
        for (const auto& [name, count] : object.items())
            print("{:<24} {:>12} users\n", name, count.get<std::int64_t>());
    return 0;
}

int read(int argc, char** argv)
{
    ExperimentFiles files;
    ReadoutRules rules;
    std::string shares;
    CommandLine line("ab read", "Says what came of an experiment, after it has looked whether the log can be right.",
                     read_examples);
    line.app().add_option("--shares", shares, "Variants and their shares, the control first")->required();
    line.app()
        .add_option("--exposures", files.exposures, "Table of user,variant and what tells users apart")
        ->required();
    line.app().add_option("--outcomes", files.outcomes, "Table of user,value; values of a user are added")->required();
    line.app().add_option("--before", files.before, "The same of before the experiment: takes variance away");
    line.app()
        .add_option("--planned", rules.planned, "Users the experiment was planned for, fixed before it began")
        ->check(CLI::Range(1.0, 1e15));
    line.app()
        .add_option("--practical", rules.practical, "A smaller difference is of no use, in units of the outcome")
        ->check(CLI::Range(0.0, 1e300));
    line.app()
        .add_option("--least-users", rules.least_users, "A variant with fewer users is not read")
        ->check(CLI::Range(std::int64_t{2}, std::int64_t{1'000'000'000}));
    line.app().add_flag("--once", rules.once, "This is the only look, at a time that was fixed before");
    line.app().add_flag("--false-discoveries", rules.false_discoveries,
                        "Adjust p by Benjamini and Hochberg, not by Holm");
    if (!line.parse(argc, argv)) return 0;
    const Variants variants = Variants::parse(shares);
    const Readout readout = read_out(read_experiment(files, variants), variants, rules);
    if (line.json())
        print("{}\n", json_text(to_json(readout)));
    else
        print("{}", to_text(readout));
    return 0;
}

}  // namespace

int ab_command(int argc, char** argv)
{
    const std::string_view word = argc > 1 ? argv[1] : "--help";
    if (word == "assign") return assign(argc - 1, argv + 1);
    if (word == "read") return read(argc - 1, argv + 1);
    if (word != "--help" && word != "-h")
        throw Error(ExitCode::usage, "alster ab {}: say assign or read; see alster ab --help", word);
    print("Experiments.\n\n  {:<18} {}\n  {:<18} {}\n\nalster ab assign --help explains it.\n", "ab assign",
          "say which user gets which variant", "ab read", "say what came of it");
    return 0;
}

}  // namespace alster
