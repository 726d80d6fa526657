#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/report/json_fields.hpp"
#include "host/train/job.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster export-checkpoint run --data dataset.h5 --out model.h5\n"
    "  mpirun -n 4 alster export-checkpoint run/ckpt/half-000007.h5 --data dataset.h5 --out model.h5\n"
    "\n"
    "The model is that of a run of so many sweeps; one that was begun is completed. The run itself is left as it is.";

void add_options(CLI::App& app, CheckpointExport& options)
{
    app.add_option("checkpoint", options.source, "A checkpoint, or a run's directory: its newest one")->required();
    app.add_option("--data", options.data, "The dataset.h5 that the run learns from")->required();
    app.add_option("--out", options.out, "The model to write")->required();
    app.add_option("--backend", options.backend, "auto, cuda, cpu or reference, as of alster train")
        ->check(CLI::IsMember({"auto", "cuda", "cpu", "reference"}));
    app.add_option("--precision", options.precision,
                   "fp32, bf16 or tf32x3; auto: that of the run, where the backend has it")
        ->check(CLI::IsMember({"auto", "fp32", "tf32x3", "bf16"}));
    app.add_option("--align-to", options.align_to,
                   "The earlier model into whose space the run was to be turned, or the directory of its run");
    app.add_option("--threads", options.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

}  // namespace

int export_checkpoint_command(int argc, char** argv)
{
    CheckpointExport options;
    CommandLine line("export-checkpoint", "Makes a model of a checkpoint, of a run that is not finished.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    const TrainResult result = export_checkpoint(ranks, options);
    if (!ranks.leads()) return 0;
    if (line.json())
        print("{}\n", json_text(json_of(result)));
    else
        print("wrote {} ({} sweeps, partial)\n", printable(result.model), result.sweeps);
    return 0;
}

}  // namespace alster
