#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/machine/stop_signals.hpp"
#include "host/machine/stopwatch.hpp"
#include "host/train/options.hpp"
#include "host/tune/journal.hpp"
#include "host/tune/tune.hpp"

namespace alster {

/// The file of a worker's measurements: tune.jsonl of one that is alone, or of worker 0.
[[nodiscard]] std::filesystem::path journal_of(const TuneOptions& options);

/// Those of all workers in a directory, by name.
[[nodiscard]] std::vector<std::filesystem::path> journals_in(const std::filesystem::path& directory);

/// What a measurement is known by.
[[nodiscard]] nlohmann::json key_of(const TrialSettings& settings, int sweeps);

/// Trains models without the validation part and measures them on it, within a budget of time; what is measured stands
/// in a journal. Several workers share trials. All calls are collective.
class Trials {
public:
    /// `options` outlives it. Errors: those of Journal.
    Trials(const Communicator& ranks, const TuneOptions& options);

    /// The values of all of them, whoever measures them; of the first ones where no time is left, or the run was asked to
    /// end. The first ones of all are measured in any case.
    [[nodiscard]] std::vector<double> measure(std::span<const TrialSettings> candidates, int sweeps);

    /// The model of these settings; null where the run was asked to end.
    [[nodiscard]] std::unique_ptr<ValidationRun> trained(const TrialSettings& settings, int sweeps);

    /// By the leading rank's clock: all come to the same end.
    [[nodiscard]] bool out_of_time(double share);

    [[nodiscard]] TrainOptions train_options(const TrialSettings& settings, int sweeps) const;
    /// False where the run was asked to end.
    [[nodiscard]] bool train(const TrainOptions& options);
    void tell(const std::string& line) const;

    [[nodiscard]] const TrialSpace& space() const { return *space_; }
    [[nodiscard]] Journal& journal() { return *journal_; }
    [[nodiscard]] const std::vector<RankedTrial>& measured() const { return measured_; }
    [[nodiscard]] bool interrupted() const { return interrupted_; }
    /// Whether a signal has asked this run to end, which it then does. Collective.
    bool asked_to_end();
    [[nodiscard]] bool time_ended() const { return time_ended_; }
    /// The directory for what nobody needs when all is done.
    [[nodiscard]] std::filesystem::path work() const { return options_.out / ".tune"; }

private:
    struct Claim;
    void open_journal(const std::string& fingerprint);
    [[nodiscard]] std::filesystem::path place_of(const TrialSettings& settings, int sweeps) const;
    [[nodiscard]] Claim claimed(const TrialSettings& settings, int sweeps);
    [[nodiscard]] bool measure_what_nobody_does(std::span<const TrialSettings> candidates, int sweeps);
    void measure(const TrialSettings& settings, int sweeps);
    void wait_for_others();

    const Communicator& ranks_;
    const TuneOptions& options_;
    std::filesystem::path validation_;
    std::optional<TrialSpace> space_;
    std::optional<Journal> journal_;
    std::vector<RankedTrial> measured_;
    Stopwatch since_start_;
    StopSignals signals_;
    bool interrupted_ = false;
    bool time_ended_ = false;
    bool waited_ = false;
};

}  // namespace alster
