#include "host/sharding/host_memory.hpp"

#include <algorithm>

#include "kernels/top_k.hpp"

namespace alster {

namespace {

/// Open MPI, HDF5, OpenBLAS and the program itself, as a rank that has read nothing yet takes them.
constexpr double program_bytes = 42e6;
constexpr double thread_bytes = 2e6;

constexpr Row list_length = 11;  // of validation's lists: NDCG@10, and one place more

/// The host's part of CUDA: driver, runtime and a context. An assumption: nobody has measured it.
constexpr double cuda_bytes = 256e6;

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

/// Residuals and penalties of rows.
double results(const RankLoad& load) { return 16.0 * static_cast<double>(std::max(load.users, load.items)); }

/// What the eigenproblem of a Gramian takes.
double eigenproblem(Row width) { return 64.0 * static_cast<double>(width * width); }

/// Beside these, for each thread, a row's system and sums of a Gramian.
double workspace(const RankLoad& load, const MemorySettings& settings)
{
    const auto square = static_cast<double>(settings.width * settings.width);
    return results(load) + settings.threads * 28.0 * square + eigenproblem(settings.width);
}

/// What a GPU's rank keeps in page-locked memory: all factors, or, where the GPU holds them, room for the largest
/// matrix that is read and the largest that is written there; and pieces of what is copied from other memory.
double page_locked(const RankLoad& load, const MemorySettings& settings, bool factors_on_host)
{
    constexpr Offset most_of_a_piece = 32 << 20;
    constexpr Offset report_bytes = 17;  // of a row
    const Offset largest_copy =
        std::max({4 * load.by_user, 4 * load.by_item, report_bytes * load.users, report_bytes * load.items});
    const auto piece = static_cast<double>(std::min(most_of_a_piece, largest_copy));
    const Row tables = load.user_table + load.item_table;
    if (factors_on_host) return factors(load, settings.width) + rows_of_floats(tables, settings.width) + piece;
    const Row written = std::max({load.items, load.user_table, load.item_table});
    return rows_of_floats(std::max(load.users, written) + written, settings.width) + piece;
}

/// What is held out and what lists exclude, all items and again those of which something was learned, and the batch of
/// users that is measured: their factors, lists and hits.
double validation(const RankLoad& load, const MemorySettings& settings)
{
    if (!settings.validates) return 0;
    constexpr double measured_user_bytes = 300;
    const Row batch = std::min(load.users, rows_per_batch(list_length));
    return 25.0 * static_cast<double>(load.users) + 4.0 * static_cast<double>(load.by_user) +
           static_cast<double>(load.held_out * settings.stored_bytes) +
           2 * rows_of_floats(settings.items, settings.width) + rows_of_floats(batch, settings.width) +
           measured_user_bytes * static_cast<double>(batch);
}

/// The larger side's table, as bf16: its memory is kept from half-step to half-step.
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
             {"rounded factors", rounded_table(load, settings)},
             {"validation", validation(load, settings)},
             {"workspace", workspace(load, settings)}},
            "writing the model"};
}

MemoryPlan sweeping_beside_gpu(const RankLoad& load, const MemorySettings& settings, bool factors_on_host)
{
    return {{{"interactions by user", interactions(load.users, load.by_user, settings.kept_bytes)},
             {"interactions by item", interactions(load.items, load.by_item, settings.kept_bytes)},
             {"page-locked", page_locked(load, settings, factors_on_host)},
             {"exchange", exchange(load, settings)},
             {"validation", validation(load, settings)},
             {"workspace", results(load) + eigenproblem(settings.width)}},
            "sweeps"};
}

/// As without a GPU, but for what stays page-locked; interactions are gone.
MemoryPlan writing_beside_gpu(const RankLoad& load, const MemorySettings& settings, bool factors_on_host)
{
    const auto rows = static_cast<double>(std::max(load.users, load.items));
    return {{{"page-locked", page_locked(load, settings, factors_on_host)},
             {"items' vectors", 3 * rows_of_floats(load.items, settings.width)},
             {"ids and counts", rows * (24 + 2 * settings.id_bytes)},
             {"validation", validation(load, settings)}},
            "writing the model"};
}

/// The one that takes most, and the program.
MemoryPlan largest_of(std::initializer_list<MemoryPlan> moments, double program)
{
    MemoryPlan most = *std::ranges::max_element(moments, {}, &MemoryPlan::total);
    most.uses.push_back({"program and libraries", program});
    std::erase_if(most.uses, [](const MemoryUse& use) { return use.bytes == 0; });
    return most;
}

}  // namespace

MemorySettings memory_settings(const DatasetInfo& data, const Objective& objective, MemorySettings settings)
{
    const bool weights = data.weighted || (!objective.is_explicit() && objective.alpha > 0);
    settings.width = objective.width();
    settings.items = data.items;
    settings.stored_bytes = data.weighted ? 16 : 8;
    settings.kept_bytes = objective.is_explicit() ? 8 : weights ? 12 : 4;
    settings.validates = data.held_out > 0;
    return settings;
}

double MemoryPlan::total() const
{
    double total = 0;
    for (const auto& use : uses) total += use.bytes;
    return total;
}

MemoryPlan plan_memory(const RankLoad& load, const MemorySettings& settings)
{
    return largest_of({reading(load, settings), sweeping(load, settings), writing(load, settings)},
                      program_bytes + settings.threads * thread_bytes);
}

MemoryPlan plan_memory_beside_gpu(const RankLoad& load, const MemorySettings& settings, bool factors_on_host)
{
    return largest_of({reading(load, settings), sweeping_beside_gpu(load, settings, factors_on_host),
                       writing_beside_gpu(load, settings, factors_on_host)},
                      program_bytes + cuda_bytes + settings.threads * thread_bytes);
}

}  // namespace alster
