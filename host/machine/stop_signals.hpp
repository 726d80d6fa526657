#pragma once

namespace alster {

/// What signals ask of a job: USR1, TERM, INT and HUP to save its state and end, USR2 to save it and go on. As long as this
/// lives, and after one that was asked to end, they only set a mark; at other times they do what they did before. A
/// second INT ends the process at once. Where one lives within the life of another one, as of a run of several, both see
/// the same marks.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// Whether this process was asked to end.
    [[nodiscard]] bool end() const;

    /// Whether it was asked so by TERM, INT or HUP, which give little time.
    [[nodiscard]] bool terminated() const;

    /// Whether it was asked to save since the last call.
    [[nodiscard]] bool take_save();
};

}  // namespace alster
