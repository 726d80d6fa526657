#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "host/model/served_model.hpp"
#include "host/personalize/asked_users.hpp"
#include "host/personalize/blend.hpp"
#include "host/personalize/eligibility.hpp"
#include "host/personalize/list_writer.hpp"
#include "host/personalize/lists.hpp"

namespace alster {

/// What every command that makes lists is asked for.
struct ListOptions {
    ServedOptions served;
    bool all = false;  // lists of all rows, in place of those named
    Row k = 10;
    std::filesystem::path out;  // empty: standard output
    std::string eligibility;    // rules; empty: everybody may see everything
    std::string at = "now";     // the instant for which they hold
};

/// Users that a command was asked to make something for.
struct WhomOptions {
    std::vector<std::string> ids;
    std::string file;     // of ids; "": none
    bool strict = false;  // an unknown id ends the run
};

/// The options of all of them, in groups: their order is that of --help. `data` and `k` are the words of help.
CLI::Option* add_files(CLI::App& app, ListOptions& options, const std::string& data);
/// --user, --users or --all; `what` is made for them: "lists".
void add_whom(CLI::App& app, ListOptions& options, WhomOptions& whom, const std::string& what);
void add_lists(CLI::App& app, ListOptions& options, const std::string& k);
void add_scoring(CLI::App& app, ServedOptions& options);
void add_eligibility(CLI::App& app, ListOptions& options);

/// The users that were named, on the first rank; none with --all. Errors: bad_data (65).
[[nodiscard]] AskedUsers asked_users(const ServedModel& served, const ListOptions& options, const WhomOptions& whom);

/// The instant of --at, Unix seconds. Error: usage (64). Collective.
[[nodiscard]] std::int64_t instant_of(const Communicator& ranks, const std::string& at);

/// The rules that were asked for, if any; says their warnings. Errors: those of the rules; usage (64) where there is no dataset. Collective.
[[nodiscard]] std::optional<Eligibility> eligibility_of(const ServedModel& served, const ListOptions& options);

/// The options of the neighbour term.
void add_blend(CLI::App& app, BlendOptions& options);
/// Those of the recent-popularity term.
void add_recent(CLI::App& app, BlendOptions& options);

/// Throws usage (64) where --all and --out do not go together. `file` is the stem of a name to propose, `lists` what
/// is written: "neighbours of --all items".
void check(const ListOptions& options, const char* file, const char* lists);

/// Says on the first rank what one should know of the model and its dataset.
void say_warnings(const ServedModel& served);

/// One list among those that were made together.
struct OneList {
    const Lists& made;
    Row n;             // its place among them
    Row owner;         // the row of the model that it is for
    std::string name;  // the id of that row, as it was asked for
};

struct ListSummary {
    std::string text;      // "5 lists"
    nlohmann::json facts;  // what an object says beside the lists
};

/// Lists, and how they are shown.
struct ListJob {
    const ListFile& file;
    std::span<const Row> rows = {};           // asked for, on the first rank; unless all of them are
    std::span<const std::string> names = {};  // (rows) ids as they were asked for
    Row places = 0;                           // of the longest lists that make() holds on its way; 0: k
    std::function<Lists(std::span<const Row>)> make;
    std::function<std::string(const OneList&)> text;
    std::function<nlohmann::json(const OneList&)> json;
    std::function<ListSummary()> summary;  // asked for on all ranks when all lists are made
};

/// Makes the lists and writes them to the file, or prints them on the first rank. Collective.
void run_lists(const ServedModel& served, const ListOptions& options, const ListJob& job, bool json);

}  // namespace alster
