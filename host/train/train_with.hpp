#pragma once
#include "host/machine/peak_memory.hpp"
#include "host/train/training.hpp"

namespace alster {

/// A whole run. Where it had to end early the result names the checkpoint. Collective.
template <Backend B>
TrainResult train_with(const Job& job, const B& backend)
{
    Stopwatch watch;
    enter_phase("reading the dataset");
    job.log.line(fmt::format("reading {}", job.options.data.string()));
    Training<B> training(job, backend);
    const double load_s = watch.lap();
    Ending ending{.checkpoint = job.resumed ? job.resumed->path : std::filesystem::path()};
    try {
        if (job.run) ending = training.run();
        watch.lap();
        if (ending.model) training.finish(ending.partial());
    } catch (const UnsolvedRow& row) {
        refuse(row, job.dataset, job.options.objective);
    }
    const TrainingState& state = training.state();
    TrainResult result = result_of(job, state);
    result.checkpoint = ending.checkpoint.string();
    result.partial = ending.partial();
    if (ending.model) result.model = (job.run ? job.run->place_of_model(ending.partial()) : job.model).string();
    result.load_s = load_s;
    result.write_s = watch.lap();
    result.memory_bytes = job.ranks.max(peak_memory());
    result.memory_planned_bytes = job.ranks.max(training.planned_memory());
    job.log.ended(result);
    if (!job.run || !ending.model) return result;
    job.run->publish(ending.partial());
    if (!ending.partial()) job.checkpoints->clear();
    return result;
}

}  // namespace alster
