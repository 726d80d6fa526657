#include "host/plan/memory.hpp"

#include <algorithm>

namespace alster {

namespace {

/// Open MPI, HDF5, OpenBLAS and the program itself, as a rank that has read nothing yet takes them.
constexpr double program_bytes = 42e6;
constexpr double thread_bytes = 2e6;

double rows_of_floats(Row rows, Row width) { return 4.0 * static_cast<double>(rows) * static_cast<double>(width); }

/// CSR, the order in which rows are solved, and `entry_bytes` for each interaction.
double interactions(Row rows, Offset entries, std::int64_t entry_bytes)
{
    return 16.0 * static_cast<double>(rows) + static_cast<double>(entries * entry_bytes);
}

double factors(const RankLoad& load, Row width) { return rows_of_floats(load.users + load.items, width); }

/// Lists of the rows to send, and rows on their way: segments, or all that are its own where they have to be rounded.
/// Planning takes 9 bytes for each row of a table, before there are factors and tables, which take more.
double exchange(const RankLoad& load, const MemorySettings& settings)
{
    constexpr double two_segments = 2 * (8 << 20);
    double lists = 0;
    double staging = 0;
    const auto add = [&](Row own, Row table, bool by_need) {
        if (by_need) {
            lists += 4.0 * static_cast<double>(table);
            staging = std::max(staging, std::min(two_segments, rows_of_floats(table, settings.width)));
        } else if (table > 0 && settings.wire != Wire::fp32) {
            staging = std::max(staging, static_cast<double>(own * row_bytes(settings.wire, settings.width)));
        }
    };
    add(load.users, load.user_table, load.user_lists);
    add(load.items, load.item_table, load.item_lists);
    return lists + staging;
}

/// Residuals and penalties of rows, and for each thread a row's system and sums of a Gramian.
double workspace(const RankLoad& load, const MemorySettings& settings)
{
    const auto square = static_cast<double>(settings.width * settings.width);
    return 16.0 * static_cast<double>(std::max(load.users, load.items)) + settings.threads * 28.0 * square +
           64.0 * square;
}

double validation(const RankLoad& load, const MemorySettings& settings)
{
    if (!settings.validates) return 0;
    return 16.0 * static_cast<double>(load.users) + 4.0 * static_cast<double>(load.by_user) +
           static_cast<double>(load.held_out * settings.stored_bytes) + rows_of_floats(settings.items, settings.width);
}

/// The larger side's table, as bf16.
double rounded_table(const RankLoad& load, const MemorySettings& settings)
{
    if (!settings.rounds) return 0;
    return rows_of_floats(std::max({load.users, load.items, load.user_table, load.item_table}), settings.width) / 2;
}

MemoryPlan reading(const RankLoad& load, const MemorySettings& settings)
{
    return {{{"interactions by user", interactions(load.users, load.by_user, settings.kept_bytes)},
             {"interactions by item, with values", interactions(load.items, load.by_item, settings.stored_bytes)}},
            "reading"};
}

MemoryPlan sweeping(const RankLoad& load, const MemorySettings& settings)
{
    return {{{"interactions by user", interactions(load.users, load.by_user, settings.kept_bytes)},
             {"interactions by item", interactions(load.items, load.by_item, settings.kept_bytes)},
             {"own factors", factors(load, settings.width)},
             {"others' factors", rows_of_floats(load.user_table + load.item_table, settings.width)},
             {"rounded factors", rounded_table(load, settings)},
             {"exchange", exchange(load, settings)},
             {"validation", validation(load, settings)},
             {"workspace", workspace(load, settings)}},
            "sweeps"};
}

/// The items' factors are copied, and once more with a norm in common; users come with ids, counts and times.
MemoryPlan writing(const RankLoad& load, const MemorySettings& settings)
{
    const auto rows = static_cast<double>(std::max(load.users, load.items));
    return {{{"own factors", factors(load, settings.width)},
             {"items' vectors", 2 * rows_of_floats(load.items, settings.width)},
             {"ids and counts", rows * (24 + 2 * settings.id_bytes)},
             {"validation", validation(load, settings)},
             {"workspace", workspace(load, settings)}},
            "writing the model"};
}

}  // namespace

MemorySettings memory_settings(const DatasetInfo& data, const TrainOptions& options, int threads)
{
    const bool weights = data.weighted || (!options.is_explicit() && options.alpha > 0);
    return {.width = options.width(),
            .items = data.items,
            .threads = threads,
            .stored_bytes = data.weighted ? 16 : 8,
            .kept_bytes = options.is_explicit() ? 8
                          : weights             ? 12
                                                : 4,
            .validates = data.held_out > 0,
            .rounds = options.precision == "bf16",
            .wire = options.exchange.wire};
}

double MemoryPlan::total() const
{
    double total = 0;
    for (const auto& use : uses) total += use.bytes;
    return total;
}

MemoryPlan plan_memory(const RankLoad& load, const MemorySettings& settings)
{
    MemoryPlan most;
    for (auto&& plan : {reading(load, settings), sweeping(load, settings), writing(load, settings)})
        if (plan.total() > most.total()) most = plan;
    most.uses.push_back({"program and libraries", program_bytes + settings.threads * thread_bytes});
    std::erase_if(most.uses, [](const MemoryUse& use) { return use.bytes == 0; });
    return most;
}

}  // namespace alster
