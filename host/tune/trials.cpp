#include "host/tune/trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/validation_part.hpp"
#include "distributed/leader.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/machine/threads.hpp"
#include "host/train/job.hpp"
#include "host/tune/tune_report.hpp"

namespace alster {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr double share_of_search = 0.6;  // of the budget; what is left is for the blend and the final model

}  // namespace

fs::path journal_of(const TuneOptions& options)
{
    return options.out / (options.worker > 0 ? fmt::format("tune.{}.jsonl", options.worker) : "tune.jsonl");
}

std::vector<fs::path> journals_in(const fs::path& directory)
{
    std::vector<fs::path> journals;
    for (const auto& entry : fs::directory_iterator(directory)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("tune.") && name.ends_with(".jsonl")) journals.push_back(entry.path());
    }
    std::ranges::sort(journals);
    return journals;
}

json key_of(const TrialSettings& settings, int sweeps)
{
    return {{"factors", settings.factors},
            {"reg", settings.reg},
            {"alpha0", settings.alpha0},
            {"nu", settings.nu},
            {"sweeps", sweeps}};
}

/// The right to measure a trial, until it ends with this or with the process.
struct Trials::Claim {
    std::optional<OutputLock> lock;  // of the leading rank
    bool mine = true;
};

Trials::Trials(const Communicator& ranks, const TuneOptions& options)
    : ranks_(ranks), options_(options), validation_(validation_of(options.data))
{
    const ParallelFileAccess access(ranks);
    const DatasetInfo info = DatasetReader(validation_, access).info();
    space_.emplace(info, options.factors);
    open_journal(info.fingerprint);
    set_threads(ranks, options.threads);
}

void Trials::open_journal(const std::string& fingerprint)
{
    const json about = {{"format", "alster-trials"},   {"data", fingerprint},       {"metric", options_.by.text()},
                        {"factors", options_.factors}, {"trials", options_.trials}, {"sweeps", options_.sweeps},
                        {"seed", options_.seed}};
    if (options_.overwrite)
        by_leader(ranks_, [&] {
            for (const auto& journal : journals_in(options_.out)) fs::remove(journal);
        });
    journal_.emplace(ranks_, journal_of(options_), about, options_.overwrite);
    journal_->read(journals_in(options_.out));
    by_leader(ranks_, [&] {
        if (!journal_->resumed() && options_.worker < 0) fs::remove_all(work());
        fs::create_directories(work());
    });
}

void Trials::tell(const std::string& line) const
{
    if (ranks_.leads()) say("{}", line);
}

bool Trials::out_of_time(double share)
{
    const double spent = since_start_.elapsed() + journal_->seconds_before();
    const bool over = options_.minutes > 0 && spent > share * options_.minutes * 60;
    if (ranks_.max(std::int64_t{ranks_.leads() && over}) == 0) return false;
    time_ended_ = true;
    return true;
}

TrainOptions Trials::train_options(const TrialSettings& settings, int sweeps) const
{
    TrainOptions options;
    options.data = validation_;
    options.objective = settings.objective();
    options.sweeps = sweeps;
    options.solve.seed = options_.seed;
    options.machine.backend = options_.backend;
    options.machine.threads = options_.threads;
    options.measured = false;
    options.quiet = true;
    return options;
}

bool Trials::train(const TrainOptions& options)
{
    interrupted_ = run_training(ranks_, options, train_config(options)).saved();
    return !interrupted_;
}

fs::path Trials::place_of(const TrialSettings& settings, int sweeps) const
{
    return work() / fmt::format("{}-{}-{}-{}-{}", settings.factors, settings.reg, settings.alpha0, settings.nu, sweeps);
}

std::unique_ptr<ValidationRun> Trials::trained(const TrialSettings& settings, int sweeps)
{
    TrainOptions options = train_options(settings, sweeps);
    options.out = place_of(settings, sweeps);
    by_leader(ranks_, [&] { fs::create_directories(options.out); });
    if (!train(options)) return nullptr;
    const ServedOptions served{options.out / "model.h5", validation_, options_.backend, options_.threads};
    return std::make_unique<ValidationRun>(ranks_, served, options_.by);
}

std::vector<double> Trials::measure(std::span<const TrialSettings> candidates, int sweeps)
{
    while (measure_what_nobody_does(candidates, sweeps) && !interrupted_) wait_for_others();
    std::vector<double> values;
    for (const TrialSettings& settings : candidates) {
        const auto found = interrupted_ ? std::nullopt : journal_->find(key_of(settings, sweeps));
        if (!found) break;
        values.push_back(found->at("value").get<double>());
        measured_.push_back({settings, sweeps, values.back()});
    }
    return values;
}

/// True where others are measuring some of them.
bool Trials::measure_what_nobody_does(std::span<const TrialSettings> candidates, int sweeps)
{
    bool elsewhere = false;
    for (const TrialSettings& settings : candidates) {
        const json key = key_of(settings, sweeps);
        if (journal_->find(key)) continue;
        const bool in_any_case = measured_.empty() && &settings == candidates.data();
        if (!in_any_case && out_of_time(share_of_search)) break;
        const Claim claim = claimed(settings, sweeps);
        if (!claim.mine)
            elsewhere = true;
        else if (!journal_->find(key))
            measure(settings, sweeps);
        if (interrupted_) break;
    }
    return elsewhere;
}

/// What others have measured before is known when it returns.
Trials::Claim Trials::claimed(const TrialSettings& settings, int sweeps)
{
    Claim claim;
    if (options_.worker < 0) return claim;
    std::int64_t mine = 1;
    by_leader(ranks_, [&] {
        fs::create_directories(work());
        try {
            claim.lock.emplace(OutputLock::of_file(place_of(settings, sweeps) += ".claim"));
        } catch (const Error&) {  // another worker has it
            mine = 0;
        }
    });
    ranks_.broadcast(std::span(&mine, 1));
    claim.mine = mine != 0;
    if (claim.mine) journal_->read(journals_in(options_.out));
    return claim;
}

void Trials::measure(const TrialSettings& settings, int sweeps)
{
    const Stopwatch watch;
    const auto run = trained(settings, sweeps);
    if (!run) return;
    const double value = run->value(run->model()).value;
    by_leader(ranks_, [&] { fs::remove_all(place_of(settings, sweeps)); });
    const double seconds = ranks_.max(watch.elapsed());
    journal_->add(key_of(settings, sweeps), {{"value", value}, {"seconds", seconds}});
    static_cast<void>(asked_to_end());
    tell(fmt::format("trial: {}, {} sweeps: {} {:.4f} ({:.1f} s)", settings.text(), sweeps, options_.by.text(), value,
                     seconds));
}

bool Trials::asked_to_end()
{
    interrupted_ = ranks_.max(std::int64_t{interrupted_ || signals_.end()}) != 0;
    return interrupted_;
}

void Trials::wait_for_others()
{
    constexpr auto pause = std::chrono::milliseconds(200);
    if (!waited_) tell("waiting for trials that other workers measure");
    waited_ = true;
    std::this_thread::sleep_for(pause);
    static_cast<void>(asked_to_end());
    journal_->read(journals_in(options_.out));
}

}  // namespace alster
