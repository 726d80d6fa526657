#include "host/update/update.hpp"

#include <omp.h>

#include <algorithm>
#include <chrono>

#include "data/error.hpp"
#include "distributed/leader.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/machine/backend_choice.hpp"
#include "host/machine/run_id.hpp"
#include "host/machine/threads.hpp"
#include "host/machine/utc_now.hpp"
#include "host/machine/version.hpp"
#include "host/model/model_output.hpp"
#include "host/solve/sides.hpp"
#include "host/update/fold.hpp"
#include "host/update/touched_rows.hpp"
#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

namespace {

constexpr Row sampled_users = 256;

/// One side of the model that is updated.
struct Updating {
    RowMarks touched;
    RowMarks sampled;  // solved as if touched, to be compared; empty: none
    RowMarks mapped;   // from features, of the model; nothing was learned of them
    UpdatedRows report;
};

class Update {
public:
    Update(const Communicator& ranks, const UpdateOptions& options, const PrepareOptions& events)
        : ranks_(ranks),
          options_(options),
          access_(ranks),
          model_(options.model, access_),
          before_(events.extend, access_),
          now_(events.out, access_),
          objective_(Objective::of(model_.info())),
          backend_(common_instruction_set(ranks, Precision::fp32))
    {
        solve_.exchange.kind = ExchangeKind::automatic;
    }

    void run(UpdateReport& report)
    {
        mark();
        load();
        fold_side(Side::users);
        fold_side(Side::items);
        fold_side(Side::users);
        report.users = users_.report;
        report.items = items_.report;
        const std::filesystem::path path = options_.out / "model.h5";
        write(path);
        report.model = path.string();
        report.run_id = info_.run_id;
        report.others = staleness(ranks_, now_, ModelReader(path, access_, Verify::nothing), sample_);
    }

private:
    [[nodiscard]] Updating& of(Side side) { return side == Side::users ? users_ : items_; }
    [[nodiscard]] FactorSide<CpuBackend>& factors_of(Side side)
    {
        return side == Side::users ? sides_->users : sides_->items;
    }
    [[nodiscard]] RowRange mine(Side side) { return factors_of(side).partition.of(ranks_.rank()); }

    void mark()
    {
        enter_phase("looking for rows that have changed");
        for (const Side side : {Side::users, Side::items}) {
            Updating& rows = of(side);
            rows.touched = touched_rows(ranks_, before_, now_, side);
            const auto status = model_.status(side, {0, model_.rows(side)});
            for (std::size_t r = 0; r < rows.touched.size(); ++r) {
                rows.mapped.push_back(r < status.size() &&
                                      status[r] == static_cast<std::uint8_t>(RowStatus::mapped_from_features));
                const bool known = r < status.size() && rows.mapped[r] == 0 &&
                                   status[r] != static_cast<std::uint8_t>(RowStatus::prior_only);
                if (side == Side::items && options_.keep_items && known) rows.touched[r] = 0;
                rows.report.folded += rows.touched[r];
                rows.report.fresh += rows.touched[r] != 0 && !known;
            }
        }
        sample_users();
    }

    /// Some of those who are not folded in, evenly spaced.
    void sample_users()
    {
        std::vector<Row> others;
        for (Row r = 0; r < model_.rows(Side::users); ++r)
            if (users_.touched[r] == 0) others.push_back(r);
        users_.sampled.resize(users_.touched.size());
        const Row step = std::max<Row>(1, std::ssize(others) / sampled_users);
        for (Row n = 0; n < std::ssize(others); n += step) users_.sampled[others[n]] = 1;
    }

    [[nodiscard]] static bool is_marked(const RowMarks& marks, Row row) { return !marks.empty() && marks[row] != 0; }

    [[nodiscard]] SideInput input(Side side)
    {
        RowMarks solved = of(side).touched;
        for (std::size_t r = 0; r < of(side).sampled.size(); ++r) solved[r] |= of(side).sampled[r];
        const RowCost cost = row_cost(objective_, solve_);
        const RowRange even = RowPartition::even(now_.rows(side), rows_per_chunk, ranks_.size()).of(ranks_.rank());
        std::vector<double> chunks(static_cast<std::size_t>((even.size() + rows_per_chunk - 1) / rows_per_chunk));
        each_slice_of_offsets(now_, side, even, [&](Row first, std::span<const Offset> offsets) {
            for (std::size_t r = 0; r + 1 < offsets.size(); ++r)
                if (const Row row = first + static_cast<Row>(r); solved[row] != 0)
                    chunks[(row - even.first) / rows_per_chunk] += cost(offsets[r + 1] - offsets[r]);
        });
        const SideCosts costs{.rows = now_.rows(side), .chunks = ranks_.all_gather(std::span<const double>(chunks))};
        SideInput input{make_share(costs, ranks_.size(), cost, part_entries(backend_)), {}};
        const RowRange rows = input.share.rows.of(ranks_.rank());
        input.own.rows = objective_.apply(marked_interactions(now_, side, rows, solved), model_.info().mean);
        input.own.start_keys.resize(static_cast<std::size_t>(rows.size()));
        return input;
    }

    void load()
    {
        enter_phase("reading the rows that have changed");
        SideInput by_user = input(Side::users);
        SideInput by_item = input(Side::items);
        sides_.emplace(make_sides(ranks_, backend_, objective_, solve_, std::move(by_user), std::move(by_item)));
        for (const Side side : {Side::users, Side::items}) {
            const RowRange rows = mine(side),
                           known{std::min(rows.first, model_.rows(side)), std::min(rows.last, model_.rows(side))};
            const Row width = objective_.width();
            auto factors = trained_factors(side, objective_, model_.factors(side, known));
            factors.resize(static_cast<std::size_t>(rows.size() * width));
            for (Row r = 0; r < rows.size(); ++r)
                if (of(side).mapped[rows.first + r] != 0) std::fill_n(factors.begin() + r * width, width, 0.0F);
            backend_.write_on_host(factors_of(side).factors,
                                   [&](std::span<float> to) { std::ranges::copy(factors, to.begin()); });
            if (auto prior = model_.prior(side)) {
                Features features = read_features(now_, side, prior->names, rows);
                factors_of(side).prior = std::make_unique<SidePrior>(std::move(*prior), std::move(features));
            }
        }
    }

    /// As the model has it: rows are pulled to it, and it stays.
    [[nodiscard]] const FeaturePrior* prior_of(Side side)
    {
        const auto& prior = factors_of(side).prior;
        return prior ? &prior->prior() : nullptr;
    }

    void fold_side(Side side)
    {
        if (of(side).report.folded == 0 && of(side).sampled.empty()) return;
        FactorSide<CpuBackend>& solved = factors_of(side);
        const auto before = host_copy(backend_, solved.factors);
        of(side).report.seconds += fold(ranks_, backend_, objective_, solved, factors_of(other(side))).seconds();
        if (of(side).sampled.empty()) return;
        sample_.clear();
        backend_.write_on_host(solved.factors, [&](std::span<float> factors) { put_back_sample(before, factors); });
    }

    /// Sampled users were solved to be compared.
    void put_back_sample(std::span<const float> before, std::span<float> factors)
    {
        const RowRange rows = mine(Side::users);
        const auto width = static_cast<std::size_t>(objective_.width());
        for (Row r = 0; r < rows.size(); ++r) {
            if (users_.sampled[rows.first + r] == 0) continue;
            const auto stored = before.subspan(r * width, width);
            const auto exact = factors.subspan(r * width, width);
            const ServedFactors served_stored(Side::users, objective_, stored),
                served_exact(Side::users, objective_, exact);
            const auto copy = [](std::span<const float> row) { return std::vector<float>(row.begin(), row.end()); };
            sample_.push_back({rows.first + r, copy(served_stored.values()), copy(served_exact.values())});
            std::ranges::copy(stored, exact.begin());
        }
    }

    void describe()
    {
        const DatasetInfo& data = now_.info();
        const ModelInfo& parent = model_.info();
        info_ = parent;
        info_.users = data.users;
        info_.items = data.items;
        info_.interactions = data.interactions;
        info_.value_min = data.value_min;
        info_.value_max = data.value_max;
        info_.watermark = data.watermark;
        info_.fingerprint = data.fingerprint;
        info_.ranks = ranks_.size();
        info_.run_id = make_run_id(ranks_);
        info_.created_utc = utc_now(ranks_, "{:%Y-%m-%dT%H:%M:%SZ}");
        info_.tool_version = version();
        info_.git_commit = git_commit();
        info_.evaluation = "";
        info_.updates = parent.updates + 1;
        info_.parent_run_id = parent.run_id;
        info_.parent_space_id = parent.space_id;
        info_.align_residual = 0;
    }

    void write(const std::filesystem::path& path)
    {
        enter_phase("writing the model");
        describe();
        std::int64_t now =
            std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
        ranks_.broadcast(std::span(&now, 1));
        const auto times = [&](Side side) {
            const RowRange rows = mine(side),
                           known{std::min(rows.first, model_.rows(side)), std::min(rows.last, model_.rows(side))};
            auto folded_at = model_.fold_times(side, known);
            folded_at.resize(static_cast<std::size_t>(rows.size()));
            for (Row r = 0; r < rows.size(); ++r)
                if (of(side).touched[rows.first + r] != 0) folded_at[r] = now;
            return folded_at;
        };
        const auto user_times = times(Side::users), item_times = times(Side::items);
        const MappedAgain items = map_again();
        write_model(ranks_, now_, objective_, info_,
                    {mine(Side::users), sides_->users.factors.values, user_times, prior_of(Side::users)},
                    {mine(Side::items), items.factors, item_times, prior_of(Side::items), items.marks}, path);
    }

    /// This rank's items as they are to be written.
    struct MappedAgain {
        std::vector<float> factors;  // (rows, objective.width())
        RowMarks marks;              // (rows) those that are mapped still; empty: none
    };

    /// Mapped items without new interactions are as they were; rows were solved as if they were not there.
    [[nodiscard]] MappedAgain map_again()
    {
        const RowRange rows = mine(Side::items);
        const Row width = objective_.width();
        const auto& solved = sides_->items.factors.values;
        MappedAgain items{{solved.begin(), solved.end()}, RowMarks(static_cast<std::size_t>(rows.size()))};
        for (Row r = 0; r < rows.size(); ++r) {
            const Row item = rows.first + r;
            if (items_.mapped[item] == 0 || items_.touched[item] != 0) continue;
            items.marks[r] = 1;
            std::ranges::copy(trained_factors(Side::items, objective_, model_.factors(Side::items, {item, item + 1})),
                              items.factors.begin() + r * width);
        }
        if (std::ranges::count(items.marks, 1) == 0) items.marks.clear();
        return items;
    }

    const Communicator& ranks_;
    const UpdateOptions& options_;
    ParallelFileAccess access_;
    ModelReader model_;
    DatasetReader before_;
    DatasetReader now_;
    Objective objective_;
    CpuBackend backend_;
    SolveOptions solve_;
    Updating users_;
    Updating items_;
    std::optional<Sides<CpuBackend>> sides_;
    std::vector<OldAndExact> sample_;
    ModelInfo info_;
};

/// Before hours of reading, not after.
void check(const Communicator& ranks, const UpdateOptions& options)
{
    by_leader(ranks, [&] {
        std::error_code none;
        std::filesystem::create_directories(options.out, none);
        if (!std::filesystem::is_directory(options.out, none))
            throw Error(ExitCode::cannot_create, "{}: no directory can be made of this name", options.out.string());
        if (std::filesystem::exists(options.out / "model.h5", none))
            throw Error(ExitCode::cannot_create, "{}: holds a model already; give an update a directory of its own",
                        options.out.string());
        if (std::filesystem::equivalent(options.out / "dataset.h5", options.prepare.extend, none))
            throw Error(ExitCode::usage, "--out {}: its dataset.h5 is the one to which events are to be added",
                        options.out.string());
        const ModelReader model(options.model, serial_access(), Verify::nothing);
        const DatasetReader dataset(options.prepare.extend, serial_access(), Verify::nothing);
        if (model.info().fingerprint != dataset.info().fingerprint)
            throw Error(ExitCode::bad_data, "{} was not trained on {}: their fingerprints differ; give its own dataset",
                        model.file().path().string(), options.prepare.extend);
    });
}

}  // namespace

UpdateReport run_update(const Communicator& ranks, const UpdateOptions& options)
{
    const Stopwatch watch;
    check(ranks, options);
    const auto lock = lock_output(ranks, options.out / "model.h5");
    PrepareOptions events = options.prepare;
    events.out = options.out / "dataset.h5";
    events.adds = true;
    UpdateReport report;
    report.events = prepare(ranks, events);
    report.dataset = events.out.string();
    set_threads(ranks, options.threads);
    Update update(ranks, options, events);
    try {
        update.run(report);
    } catch (const UnsolvedRow& row) {
        refuse(row, DatasetReader(events.out, serial_access(), Verify::nothing),
               Objective::of(ModelReader(options.model, serial_access(), Verify::nothing).info()));
    }
    report.seconds = watch.elapsed();
    return report;
}

}  // namespace alster
