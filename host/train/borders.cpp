#include "host/train/borders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>

namespace alster {

namespace {

/// Another half-step, its checkpoint and an export (a few checkpoints long) may take so much longer than the last ones.
constexpr double margin = 1.3;
constexpr double saves_in_an_export = 3;

double unix_seconds()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Borders::Borders(const Communicator& ranks, const BorderOptions& options) : ranks_(ranks), options_(options)
{
    if (const char* end = std::getenv("SLURM_JOB_END_TIME")) slurm_end_ = std::strtod(end, nullptr);
}

void Borders::took(double half_step_s) { longest_step_s_ = std::max(longest_step_s_, half_step_s); }

void Borders::expect(double last_step, double save_s)
{
    last_step_ = last_step;
    longest_save_s_ = std::max(longest_save_s_, save_s);
}

void Borders::saved(double save_s)
{
    longest_save_s_ = std::max(longest_save_s_, save_s);
    since_save_.restart();
}

double Borders::seconds_left() const
{
    double left = std::numeric_limits<double>::infinity();
    if (slurm_end_ > 0) left = slurm_end_ - unix_seconds();
    if (options_.stop_after_minutes > 0)
        left = std::min(left, 60 * options_.stop_after_minutes - since_start_.elapsed());
    return left;
}

/// The half-step that completes a sweep, the last one, and the export.
double Borders::model_seconds() const
{
    return margin * ((1 + last_step_) * longest_step_s_ + saves_in_an_export * longest_save_s_);
}

bool Borders::out_of_time() const
{
    return seconds_left() < model_seconds() + margin * (longest_step_s_ + longest_save_s_);
}

/// The user's limit is a wish, at Slurm's the process is killed: then the checkpoint has to do.
bool Borders::time_for_model() const { return slurm_end_ <= 0 || slurm_end_ - unix_seconds() > model_seconds(); }

BorderDecision Borders::decide()
{
    enum : std::int64_t { nothing, save, save_asked, time_over, signal };
    std::int64_t mine = nothing;
    if (ranks_.leads() && options_.checkpoint_minutes > 0 && since_save_.elapsed() > 60 * options_.checkpoint_minutes)
        mine = save;
    if (signals_.take_save()) mine = save_asked;
    if (ranks_.leads() && out_of_time()) mine = time_over;
    if (signals_.end()) mine = signal;
    const bool model = ranks_.max(std::int64_t{ranks_.leads() && time_for_model()}) > 0;
    const bool announced = ranks_.max(std::int64_t{signals_.terminated()}) == 0 && slurm_end_known();
    switch (ranks_.max(mine)) {
        case save:
            return {true, false, false, "the interval has passed"};
        case save_asked:
            return {true, false, false, "asked for by a signal"};
        case time_over:
            return {true, true, model, "the time is nearly over"};
        case signal:
            return {true, true, announced && model, "asked to end by a signal"};
        default:
            return {};
    }
}

}  // namespace alster
