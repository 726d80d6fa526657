#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/publish/list_difference_report.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster diff lists/yesterday.h5 lists/today.h5\n"
    "  alster diff lists/yesterday.h5 lists/today.h5 --k 10 --show 50 --json";

}  // namespace

int diff_command(int argc, char** argv)
{
    ListDifferenceOptions options;
    CommandLine line("diff", "Says how the lists of one file differ from those of another, and whose changed most.",
                     examples);
    line.app().add_option("before", options.before, "A list file, made by alster recommend --all --out")->required();
    line.app().add_option("after", options.after, "Another one")->required();
    line.app().add_option("--group", options.group, "Which lists of files with several, such as topk/home");
    line.app().add_option("--k", options.k, "Places to look at; 0: all")->check(CLI::Range(Row{0}, longest_list));
    line.app()
        .add_option("--show", options.shown, "Users and items to name")
        ->check(CLI::Range(Row{0}, Row{1'000'000}));
    if (!line.parse(argc, argv)) return 0;
    const ListDifference difference = compare_lists(options);
    if (line.json())
        print("{}\n", json_text(to_json(difference)));
    else
        print("{}", to_text(difference));
    return 0;
}

}  // namespace alster
