#pragma once
#include <string>

#include "distributed/communicator.hpp"
#include "host/machine/stop_signals.hpp"
#include "host/machine/stopwatch.hpp"

namespace alster {

/// When a run has to be over and how often it saves its state.
struct BorderOptions {
    double checkpoint_minutes = 10;  // 0: only when it is asked to
    double stop_after_minutes = 0;   // from the start of the process; 0: no limit
};

/// What to do between two half-steps.
struct BorderDecision {
    bool save = false;
    bool end = false;    // saves, too
    bool model = false;  // ends with a model as well, for which there is time
    std::string why;
};

/// Decides at the border between two half-steps, for all ranks alike. The run ends where a rank got USR1 or TERM, or
/// where the time that Slurm or the user gave it may not suffice for another half-step, a checkpoint and a model. A
/// model is made where the time is over, or Slurm announced that by USR1, and Slurm leaves enough of it; after TERM it
/// may not.
class Borders {
public:
    /// Takes over the signals, and SLURM_JOB_END_TIME of the environment.
    Borders(const Communicator& ranks, const BorderOptions& options);

    /// To be told how long things take: half-steps; the last one, in half-steps before it; a save, before there was
    /// one.
    void took(double half_step_s);
    void expect(double last_step, double save_s);
    void saved(double save_s);

    /// Collective.
    [[nodiscard]] BorderDecision decide();

private:
    [[nodiscard]] double seconds_left() const;
    [[nodiscard]] bool slurm_end_known() const { return ranks_.max(std::int64_t{slurm_end_ > 0}) > 0; }
    [[nodiscard]] double model_seconds() const;
    [[nodiscard]] bool out_of_time() const;
    [[nodiscard]] bool time_for_model() const;

    const Communicator& ranks_;
    BorderOptions options_;
    StopSignals signals_;
    double slurm_end_ = 0;  // Unix seconds; 0: unknown
    Stopwatch since_start_;
    Stopwatch since_save_;
    double longest_step_s_ = 0;
    double longest_save_s_ = 0;
    double last_step_ = 1;
};

}  // namespace alster
