#include <fmt/format.h>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/train_options.hpp"
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

}  // namespace

int train_command(int argc, char** argv)
{
    TrainOptions options;
    CommandLine line("train", "Factorizes a dataset into user and item embeddings by exact alternating least squares.",
                     examples);
    add_train_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    const TrainResult result = run_training(ranks, options, line.resolved());
    // of a launcher's tasks one speaks, and one returns the code
    if (!ranks.leads()) return 0;
    if (line.json())
        print("{}\n", json_text(json_of(result)));
    else
        print_result(result);
    return static_cast<int>(result.saved() ? ExitCode::requeue : ExitCode::done);
}

}  // namespace alster
