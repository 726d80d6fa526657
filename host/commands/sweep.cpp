#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/train_options.hpp"
#include "host/sweep/sweep_file.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster sweep sweep.toml\n"
    "  sbatch --array=$(alster sweep sweep.toml --array)%4 slurm/sweep.sbatch sweep.toml dataset.h5 sweeps/first\n"
    "  mpirun -n 4 alster sweep sweep.toml --index 3 --data dataset.h5 --out sweeps/first --threads 2\n"
    "  alster sweep-report sweeps/first\n"
    "\n"
    "A sweep file:\n"
    "  sweeps = 12               # all runs\n"
    "  [grid]                    # every combination\n"
    "  factors = [64, 128]\n"
    "  reg = [0.003, 0.01]\n"
    "  [[run]]                   # and these besides\n"
    "  factors = 256\n"
    "  reg = 0.02";

struct SweepOptions {
    std::string file;
    bool array = false;
    std::size_t index = 0;
    std::filesystem::path out;
};

void add_options(CLI::App& app, SweepOptions& options)
{
    app.allow_extras();  // those of train
    app.set_config();    // --config is one of them
    app.add_option("file", options.file, "The sweep file, in front of all options")->required();
    app.add_flag("--array", options.array, "Print what sbatch --array takes, 0-5 for six runs");
    auto* index = app.add_option("--index", options.index, "Train this run of the sweep, the first being 0");
    auto* out = app.add_option("--out", options.out, "Directory of the sweep: run 3 goes into 003 there");
    index->needs(out);
    out->needs(index);
}

/// Why train cannot have this setting; empty where it can.
std::string refusal(CLI::App& train, const Setting& setting)
{
    auto* option = train.get_option_no_throw("--" + setting.option);
    if (!option || !option->get_configurable() || setting.option == "data" || setting.option == "out")
        return "unknown key; keys are the options of alster train but for data, out and overwrite";
    try {
        option->clear();
        option->add_result(setting.value);
        option->run_callback();
    } catch (const CLI::Error& error) {
        return error.what();
    }
    return "";
}

std::vector<SweepRun> runs_of(const std::string& file)
{
    CLI::App train;
    TrainOptions ignored;
    add_train_options(train, ignored);
    return read_sweep(file, [&](const Setting& setting) { return refusal(train, setting); });
}

std::string array_of(const std::vector<SweepRun>& runs) { return fmt::format("0-{}", runs.size() - 1); }

void print_runs(const std::string& file, const std::vector<SweepRun>& runs)
{
    for (std::size_t n = 0; n < runs.size(); ++n) print("{:>5}  {}\n", n, text_of(runs[n]));
    print("\nsbatch --array={} slurm/sweep.sbatch {} DATASET DIRECTORY\n", array_of(runs), file);
}

nlohmann::ordered_json to_json(const std::vector<SweepRun>& runs)
{
    auto list = nlohmann::ordered_json::array();
    for (const auto& run : runs) {
        auto object = nlohmann::ordered_json::object();
        for (const auto& [option, value] : run) object[option] = value;
        list.push_back(object);
    }
    return list;
}

bool gives(const std::string& word, const std::string& option)
{
    return word == "--" + option || word.starts_with("--" + option + "=");
}

/// The words of `alster train` for this run: what else stands on the command line, and what the run sets.
std::vector<std::string> words_of(const SweepOptions& options, const SweepRun& run,
                                  const std::vector<std::string>& given)
{
    std::vector<std::string> words{"train"};
    words.insert(words.end(), given.begin(), given.end());
    for (const auto& [option, value] : run) {
        for (const auto& word : given)
            if (gives(word, option))
                throw Error(ExitCode::usage, "--{} is set by {}, too: leave one of them out", option, options.file);
        words.push_back(fmt::format("--{}={}", option, value));
    }
    words.push_back(fmt::format("--out={}", (options.out / fmt::format("{:03}", options.index)).string()));
    return words;
}

int train(std::vector<std::string> words)
{
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    return run({"train", "", train_command, true}, static_cast<int>(words.size()), argv.data());
}

int train_run(const SweepOptions& options, const std::vector<SweepRun>& runs, std::vector<std::string> given, bool json)
{
    if (options.index >= runs.size())
        throw Error(ExitCode::usage, "{} has {} runs: --index is one of {}", options.file, runs.size(), array_of(runs));
    if (json) given.emplace_back("--json");
    const int code = train(words_of(options, runs[options.index], given));
    if (code == 0 && !json && first_process())
        print("this was run {} of {}; alster sweep-report {} compares those that are finished\n", options.index,
              array_of(runs), options.out.string());
    return code;
}

}  // namespace

int sweep_command(int argc, char** argv)
{
    SweepOptions options;
    CommandLine line("sweep",
                     "Lists the runs of a sweep file, or trains one of them; all options that are not listed here are "
                     "those of alster train.",
                     examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    const auto given = line.app().remaining();
    if (options.file != argv[1])
        throw Error(ExitCode::usage, "the sweep file goes in front of all options; see alster sweep --help");
    const auto runs = runs_of(options.file);
    if (line.app().count("--index") > 0) return train_run(options, runs, given, line.json());

    if (!given.empty()) throw Error(ExitCode::usage, "{} needs --index; see alster sweep --help", given.front());
    if (!first_process()) return 0;
    if (options.array)
        print("{}\n", array_of(runs));
    else if (line.json())
        print("{}\n", json_text(to_json(runs)));
    else
        print_runs(options.file, runs);
    return 0;
}

}  // namespace alster
