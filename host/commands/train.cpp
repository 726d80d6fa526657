#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "data/validation_part.hpp"
#include "distributed/leader.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/train_options.hpp"
#include "host/machine/threads.hpp"
#include "host/personalize/walk.hpp"
#include "host/report/json_fields.hpp"
#include "host/train/job.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster train --data dataset.h5 --factors 128 --reg 0.003 --alpha0 0.1 --sweeps 16 --out run\n"
    "  mpirun -n 4 alster train --data dataset.h5 --factors 256 --out run\n"
    "  alster train --data ratings.h5 --objective explicit --factors 32 --reg 0.05 --out run\n"
    "  alster train --config run/config.resolved.toml --seed 2 --out run2";

void print_result(const TrainResult& result)
{
    if (result.already_finished)
        print("{} is finished already: nothing to do\n", printable(result.model));
    else if (result.saved())
        print("saved in {}: run the same command again to go on{}\n", printable(result.checkpoint),
              result.model.empty() ? "" : "; the model is partial");
    else
        print("wrote {} ({} sweeps, {:.2f} s a sweep, objective {:.7g})\n", printable(result.model), result.sweeps,
              result.seconds_per_sweep(), result.objective);
    if (const std::string note = result.note(); !note.empty()) print("note: {}\n", note);
}

/// What stops by the test part where there is another part for that; empty: nothing does.
std::string patience_note(const TrainOptions& options)
{
    const auto validation = validation_of(options.data);
    if (options.patience == 0 || !std::filesystem::exists(validation)) return "";
    return fmt::format(
        "--patience stops by the part that {} holds out, so that it is no test any more; {} is there to choose by",
        options.data.string(), validation.string());
}

/// Whether neighbours of this dataset lie there already.
bool has_neighbours(const Communicator& ranks, const DatasetReader& dataset, const std::filesystem::path& path)
{
    std::int64_t has = 0;
    by_leader(ranks, [&] {
        has = std::filesystem::exists(path) &&
              NeighbourReader(path, serial_access(), Verify::nothing).info().fingerprint == dataset.info().fingerprint;
    });
    ranks.broadcast(std::span(&has, 1));
    return has != 0;
}

/// neighbours.h5 beside the model; returns its path.
std::filesystem::path add_neighbours(const Communicator& ranks, const TrainOptions& options, bool already_finished)
{
    const auto path = neighbours_beside(options.out / "model.h5");
    const ParallelFileAccess access(ranks);
    const DatasetReader dataset(options.data, access, Verify::nothing);
    if (already_finished && has_neighbours(ranks, dataset, path)) return path;
    set_threads(ranks, options.machine.threads);
    (void)make_neighbours(ranks, dataset, {}, path);
    return path;
}

}  // namespace

int train_command(int argc, char** argv)
{
    TrainOptions options;
    CommandLine line("train", "Factorizes a dataset into user and item embeddings by exact alternating least squares.",
                     examples);
    add_train_options(line.app(), options);
    bool with_neighbours = false;
    line.app()
        .add_flag("--neighbours", with_neighbours, "Then find all items' neighbours, as alster neighbours does")
        ->group("Run");
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    if (const auto note = patience_note(options); ranks.leads() && !note.empty()) say("alster: note: {}", note);
    const TrainResult result = run_training(ranks, options, line.resolved());
    std::filesystem::path neighbours;
    if (with_neighbours && !result.saved()) neighbours = add_neighbours(ranks, options, result.already_finished);
    // of a launcher's tasks one speaks, and one returns the code
    if (!ranks.leads()) return 0;
    if (line.json()) {
        auto json = json_of(result);
        if (!neighbours.empty()) json["neighbours"] = neighbours.string();
        print("{}\n", json_text(json));
    } else {
        print_result(result);
        if (!neighbours.empty()) print("wrote {}\n", printable(neighbours.string()));
    }
    return static_cast<int>(result.saved() ? ExitCode::requeue : ExitCode::done);
}

}  // namespace alster
