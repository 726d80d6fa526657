#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/publish/alias.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster publish runs/new --as runs/current --verdict verdict.json\n"
    "  alster publish --rollback --as runs/current\n"
    "\n"
    "The alias is a symbolic link; ALIAS.previous leads to what it was before.";

struct PublishOptions {
    std::filesystem::path target;
    std::filesystem::path alias;
    std::filesystem::path verdict;
    bool rollback = false;
};

AliasChange change_alias(const PublishOptions& options)
{
    if (options.rollback) {
        if (!options.target.empty())
            throw Error(ExitCode::usage, "--rollback takes what was published before: name no {}",
                        options.target.string());
        return roll_back(options.alias);
    }
    if (options.target.empty() || options.verdict.empty())
        throw Error(ExitCode::usage, "name what to publish and its --verdict (alster gate), or give --rollback");
    require_verdict(read_verdict(options.verdict), options.target);
    return publish_alias(options.alias, options.target);
}

}  // namespace

int publish_command(int argc, char** argv)
{
    PublishOptions options;
    CommandLine line("publish", "Lets an alias lead to a model or list file that a gate has passed.", examples);
    line.app().add_option("target", options.target, "Run directory or file to publish");
    line.app().add_option("--as", options.alias, "The alias, a symbolic link that services follow")->required();
    line.app().add_option("--verdict", options.verdict, "What alster gate wrote about it");
    line.app().add_flag("--rollback", options.rollback, "Go back to what the alias led to before");
    if (!line.parse(argc, argv)) return 0;
    const AliasChange change = change_alias(options);
    if (line.json())
        print("{}\n", json_text(nlohmann::json{{"alias", options.alias.string()},
                                               {"before", change.before.string()},
                                               {"now", change.now.string()},
                                               {"changed", change.changed()}}));
    else
        print("{} → {}{}\n", options.alias.string(), change.now.string(),
              change.changed()
                  ? fmt::format(" (before: {})", change.before.empty() ? "nothing" : change.before.string())
                  : ", as before");
    return 0;
}

}  // namespace alster
