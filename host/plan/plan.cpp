#include "host/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/machine/backend_choice.hpp"
#include "host/sharding/device_memory.hpp"

namespace alster {

namespace {

constexpr double spare = 1.2;  // memory asked for over what is planned: page cache, other versions of libraries
constexpr double time_limit_spare = 1.5;

/// Bytes of rows on their way.
double bytes_of(Row rows, const TrainOptions& options)
{
    return static_cast<double>(rows * row_bytes(options.solve.exchange.wire, options.objective.width()));
}

PlannedSideExchange exchange_of(const ExchangeVolumes& volumes, bool need_only, const TrainOptions& options)
{
    return {need_only, bytes_of(volumes.all_gather, options), bytes_of(volumes.need_only, options)};
}

/// Of a sweep: the most loaded rank's solves, both Gramians and eigenproblems, and what a rank receives.
PlannedSeconds seconds_of(const Distribution& distribution, const TrainOptions& options, const Rates& rates)
{
    const auto w = static_cast<double>(options.objective.width());
    const double rows = static_cast<double>(distribution.ranks.front().users + distribution.ranks.front().items);
    // Gramian and rotation; for steps the start's rotation too, by the kernel for bf16
    const double start = options.machine.precision == "bf16" ? 1 : 0.5;
    const double passes = options.solve.cg_steps > 0 ? 1.5 + start : 1.5;
    return {.solve = *std::ranges::max_element(distribution.cost) / rates.solve,
            .basis = passes * rows * w * w / rates.basis + 2 * rates.eigenproblem,
            .exchange = bytes_of(*std::ranges::max_element(distribution.received), options) / rates.network};
}

PlannedDeviceMemory device_memory_of(const Distribution& distribution, const MemorySettings& memory,
                                     const PlannedDevice& device)
{
    PlannedDeviceMemory most;
    for (const RankLoad& load : distribution.ranks) {
        auto needs = plan_device_memory(load, memory, device);
        if (needs.total() > most.all.total()) most.all = std::move(needs);
        most.streaming = std::max(most.streaming, streaming_device_memory(load, memory, device));
        most.least = std::max(most.least, least_device_memory(load, memory, device));
    }
    return most;
}

std::vector<std::string> sbatch_lines(const Place& place, double node_bytes, double run_seconds)
{
    const int on_node = std::min(place.ranks, place.ranks_per_node);
    std::vector<std::string> lines = {fmt::format("--nodes={}", (place.ranks + on_node - 1) / on_node),
                                      fmt::format("--ntasks-per-node={}", on_node),
                                      fmt::format("--cpus-per-task={}", place.threads),
                                      fmt::format("--mem={}M", std::ceil(spare * node_bytes / (1 << 20)))};
    if (place.gpus) lines.push_back(fmt::format("--gpus-per-node={}", on_node));
    if (run_seconds > 0) {
        const auto minutes = static_cast<std::int64_t>(std::ceil(time_limit_spare * run_seconds / 60 + 10));
        lines.push_back(fmt::format("--time={:02}:{:02}:00", minutes / 60, minutes % 60));
    }
    return lines;
}

}  // namespace

Plan make_plan(const Distribution& distribution, const MemorySettings& memory, const TrainOptions& options,
               const Sizes& sizes, const Place& place, const Rates& rates)
{
    std::vector<MemoryPlan> plans;
    for (const RankLoad& load : distribution.ranks)
        plans.push_back(place.gpus ? plan_memory_beside_gpu(load, memory, false) : plan_memory(load, memory));
    const double all_cost = std::accumulate(distribution.cost.begin(), distribution.cost.end(), 0.0);
    Plan plan{.ranks = place.ranks,
              .sizes = sizes,
              .factors = options.objective.factors,
              .memory = *std::ranges::max_element(plans, {}, &MemoryPlan::total),
              .imbalance = *std::ranges::max_element(distribution.cost) * place.ranks / all_cost};
    const RankLoad& first = distribution.ranks.front();
    if (place.ranks > 1)
        plan.exchange = {exchange_of(distribution.users, first.user_lists, options),
                         exchange_of(distribution.items, first.item_lists, options),
                         bytes_of(*std::ranges::max_element(distribution.received), options)};
    if (place.gpus)
        plan.device = device_memory_of(distribution, memory,
                                       {.precision = choose_precision(BackendKind::cuda, options.machine.precision)});
    double run_seconds = 0;
    if (rates.solve > 0) {
        plan.seconds = seconds_of(distribution, options, rates);
        run_seconds = plan.seconds->sweep() * options.sweeps;
    }
    plan.sbatch = sbatch_lines(place, plan.memory.total() * std::min(place.ranks, place.ranks_per_node), run_seconds);
    return plan;
}

}  // namespace alster
