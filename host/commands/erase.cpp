#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/personalize/asked_users.hpp"
#include "host/update/erase.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster erase dataset.h5 run lists.h5 pages.h5 --user 42\n"
    "  alster erase dataset.h5 run neighbours.h5 --users-from leavers.txt --items-from recalled.txt\n"
    "\n"
    "Each file is replaced at once. Give what depends on a dataset together with it. docs/erase.md says what is\n"
    "cleared, what stays, and what other files to delete.";

struct Options {
    EraseOptions erase;
    std::string users_from;
    std::string items_from;
};

void add_options(CLI::App& app, Options& options)
{
    app.add_option("files", options.erase.files, "Datasets, models or their runs, lists, pages and neighbours")
        ->required();
    app.add_option("--user", options.erase.users, "Id of a user to erase")->allow_extra_args(false);
    app.add_option("--item", options.erase.items, "Id of an item to erase")->allow_extra_args(false);
    app.add_option("--users-from", options.users_from, "A file with ids of users, one a line; -: standard input");
    app.add_option("--items-from", options.items_from, "A file with ids of items, one a line");
}

void add_ids(const std::string& path, std::vector<std::string>& ids)
{
    if (path.empty()) return;
    const auto more = read_ids(path);
    ids.insert(ids.end(), more.begin(), more.end());
}

std::string as_text(const ErasedFile& file)
{
    if (!file.written) return fmt::format("{} ({}): nothing to erase\n", printable(file.path.string()), file.kind);
    std::string text =
        fmt::format("{} ({}): {} users, {} items", printable(file.path.string()), file.kind, file.users, file.items);
    if (file.interactions > 0) text += fmt::format(", {} interactions", file.interactions);
    if (file.places > 0) text += fmt::format(", {} places", file.places);
    if (file.evidence > 0) text += fmt::format(", {} pieces of evidence", file.evidence);
    return text + (file.follows ? "; follows the dataset\n" : "\n");
}

nlohmann::json as_json(const EraseReport& report)
{
    auto files = nlohmann::json::array();
    for (const auto& file : report.files)
        files.push_back({{"file", file.path.string()},
                         {"kind", file.kind},
                         {"users", file.users},
                         {"items", file.items},
                         {"interactions", file.interactions},
                         {"places", file.places},
                         {"evidence", file.evidence},
                         {"follows", file.follows},
                         {"written", file.written}});
    return {{"files", files}, {"warnings", report.warnings}};
}

}  // namespace

int erase_command(int argc, char** argv)
{
    Options options;
    CommandLine line("erase", "Removes users and items from files, so that they stay removed.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    add_ids(options.users_from, options.erase.users);
    add_ids(options.items_from, options.erase.items);
    const EraseReport report = erase(options.erase);
    for (const auto& warning : report.warnings) say("alster: warning: {}", warning);
    if (line.json()) {
        print("{}\n", json_text(as_json(report)));
        return 0;
    }
    for (const auto& file : report.files) print("{}", as_text(file));
    return 0;
}

}  // namespace alster
