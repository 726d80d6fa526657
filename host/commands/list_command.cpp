#include "host/commands/list_command.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/ingest/attribute_encoder.hpp"
#include "data/json_text.hpp"
#include "host/machine/utc_now.hpp"
#include "host/personalize/blocks.hpp"
#include "host/personalize/list_text.hpp"

namespace alster {

CLI::Option* add_files(CLI::App& app, ListOptions& options, const std::string& data)
{
    app.add_option("--model", options.served.model, "model.h5 of alster train, or its run's directory")->required();
    return app.add_option("--data", options.served.data, data);
}

void add_whom(CLI::App& app, ListOptions& options, WhomOptions& whom, const std::string& what)
{
    auto* group = app.add_option_group("whom", fmt::format("Users to make {} for", what));
    group->add_option("--user", whom.ids, "Ids");
    group->add_option("--users", whom.file, "A file of ids, one a line, plain or gzip; - is standard input")
        ->type_name("FILE");
    group->add_flag("--all", options.all, "All users of the model; needs --out");
    group->require_option(1);
}

AskedUsers asked_users(const ServedModel& served, const ListOptions& options, const WhomOptions& whom)
{
    if (!served.ranks().leads() || options.all) return {};
    return find_users(served.model(), whom.file.empty() ? whom.ids : read_ids(whom.file), whom.strict);
}

void add_lists(CLI::App& app, ListOptions& options, const std::string& k)
{
    app.add_option("--k", options.k, k)->check(CLI::Range(Row{1}, Row{65'535}));
    app.add_option("--out", options.out, "Write lists.jsonl, or with --all lists.h5");
}

void add_scoring(CLI::App& app, ServedOptions& options)
{
    app.add_option("--backend", options.backend,
                   "Where items are scored: auto (GPUs with --all where every rank finds one), cuda, or cpu")
        ->check(CLI::IsMember({"auto", "cuda", "cpu"}));
    app.add_option("--threads", options.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

void add_eligibility(CLI::App& app, ListOptions& options)
{
    app.add_option("--eligibility", options.eligibility, "Rules of who may see which items: eligibility.toml");
    app.add_option("--at", options.at, "The instant for which these hold: now, or 2026-11-27T18:00Z")
        ->capture_default_str();
}

std::int64_t instant_of(const Communicator& ranks, const std::string& at)
{
    const auto instant = attribute_time(at == "now" ? utc_now(ranks, "{:%Y-%m-%dT%H:%M:%SZ}") : at);
    if (!instant) throw Error(ExitCode::usage, "--at {}: write now, or a time as 2026-11-27T18:00Z", at);
    return *instant;
}

std::optional<Eligibility> eligibility_of(const ServedModel& served, const ListOptions& options)
{
    const std::int64_t instant = instant_of(served.ranks(), options.at);
    if (options.eligibility.empty()) return std::nullopt;
    if (!served.has_dataset())
        throw Error(ExitCode::usage, "--eligibility needs --data: the dataset says what users and items are");
    std::optional<Eligibility> rules;
    rules.emplace(served.dataset(), EligibilityRules::load(options.eligibility), instant);
    if (served.ranks().leads())
        for (const auto& warning : rules->warnings()) say("alster: warning: {}", warning);
    return rules;
}

void add_blend(CLI::App& app, BlendOptions& options)
{
    app.add_option("--blend", options.mu, "Weight of what neighbours say, beside the model's 1; 0: the model alone")
        ->check(CLI::Range(0.0, 1e6));
    app.add_option("--neighbours", options.neighbours,
                   "Made by alster neighbours; else neighbours.h5 beside the model");
}

void add_recent(CLI::App& app, BlendOptions& options)
{
    auto* rho = app.add_option("--rho", options.rho,
                               "Weight of what was popular lately, beside the model's 1; 0: the model alone")
                    ->check(CLI::Range(0.0, 1e6));
    app.add_option("--recent-days", options.recent_days, "Days before the newest event that are lately")
        ->check(CLI::Range(0.01, 36'500.0))
        ->needs(rho)
        ->capture_default_str();
}

void check(const ListOptions& options, const char* file, const char* lists)
{
    if (options.all && options.out.empty())
        throw Error(ExitCode::usage, "--all needs --out {}.h5 or --out {}.jsonl", file, file);
    const auto ending = options.out.extension();
    if (!options.out.empty() && !is_json_lines(options.out) && ending != ".h5" && ending != ".hdf5")
        throw Error(ExitCode::usage,
                    "--out {}: lists are written to .h5 or .jsonl; alster export {}.h5 --to csv makes other formats",
                    options.out.string(), file);
    if (!options.all && !options.out.empty() && !is_json_lines(options.out))
        throw Error(ExitCode::usage, "--out {}: an HDF5 file holds the {}; name a .jsonl file", options.out.string(),
                    lists);
}

void say_warnings(const ServedModel& served)
{
    if (!served.ranks().leads()) return;
    if (!served.warning().empty()) say("alster: warning: {}", served.warning());
    if (!served.note().empty()) say("alster: note: {}", served.note());
}

namespace {

/// What is wrong with the lists as a whole, the summary says before the file appears.
ListSummary write_lists(const ServedModel& served, const ListOptions& options, const ListJob& job)
{
    const auto writer = make_list_writer(served.ranks(), job.file);
    const auto write = [&](std::span<const Row> block) {
        const Lists made = job.make(block);
        const auto first = job.names.empty() ? 0 : static_cast<std::size_t>(block.data() - job.rows.data());
        writer->write({block, job.names.empty() ? job.names : job.names.subspan(first, block.size()), made.lists,
                       made.reasons, made.shortfall, job.file.evidence > 0 ? &made.evidence : nullptr});
    };
    for_asked_blocks(served.ranks(), options.all, served.model().rows(job.file.side), job.rows,
                     std::max(options.k, job.places), write);
    ListSummary summary = job.summary();
    writer->commit();
    return summary;
}

nlohmann::json print_lists(const ListJob& job, Row places, bool json)
{
    auto objects = nlohmann::json::array();
    std::size_t place = 0;
    for_blocks(job.rows, places, [&](std::span<const Row> block) {
        const Lists made = job.make(block);
        for (std::size_t n = 0; n < block.size(); ++n) {
            const OneList list{made, static_cast<Row>(n), block[n], job.names[place++]};
            if (json)
                objects.push_back(job.json(list));
            else
                print("{}", job.text(list));
        }
    });
    return objects;
}

}  // namespace

void run_lists(const ServedModel& served, const ListOptions& options, const ListJob& job, bool json)
{
    nlohmann::json lists;
    ListSummary summary;
    if (!options.out.empty()) {
        summary = write_lists(served, options, job);
    } else {
        if (served.ranks().leads()) lists = print_lists(job, std::max(options.k, job.places), json);
        summary = job.summary();
    }
    if (!served.ranks().leads()) return;
    if (!options.out.empty()) {
        print("{}\n", written_text(options.out, summary.text, summary.facts, json));
    } else if (json) {
        summary.facts["lists"] = lists;
        print("{}\n", json_text(summary.facts));
    }
}

}  // namespace alster
