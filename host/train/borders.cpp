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

bool Borders::out_of_time() const
{
    return seconds_left() < margin * (longest_step_s_ + (1 + saves_in_an_export) * longest_save_s_);
}

BorderDecision Borders::decide()
{
    enum : std::int64_t { nothing, save, save_asked, time_over, signal };
    std::int64_t mine = nothing;
    if (ranks_.leads() && options_.checkpoint_minutes > 0 && since_save_.elapsed() > 60 * options_.checkpoint_minutes)
        mine = save;
    if (signals_.take_save()) mine = save_asked;
    if (ranks_.leads() && out_of_time()) mine = time_over;
    if (signals_.end()) mine = signal;
    switch (ranks_.max(mine)) {
        case save:
            return {true, false, "the interval has passed"};
        case save_asked:
            return {true, false, "asked for by a signal"};
        case time_over:
            return {true, true, "the time is nearly over"};
        case signal:
            return {true, true, "asked to end by a signal"};
        default:
            return {};
    }
}

}  // namespace alster
