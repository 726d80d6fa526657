#include "host/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/machine/backend_choice.hpp"
#include "host/sharding/device_memory.hpp"

namespace alster {

namespace {

using Json = nlohmann::ordered_json;

constexpr double spare = 1.2;  // memory asked for over what is planned: page cache, other versions of libraries
constexpr double time_limit_spare = 1.5;

/// Bytes of rows on their way.
double bytes_of(Row rows, const TrainOptions& options)
{
    return static_cast<double>(rows * row_bytes(options.solve.exchange.wire, options.objective.width()));
}

Json exchange_of(const ExchangeVolumes& volumes, bool need_only, const TrainOptions& options)
{
    return {{"plan", need_only ? "need-only" : "all-gather"},
            {"all_gather_bytes", bytes_of(volumes.all_gather, options)},
            {"need_only_bytes", bytes_of(volumes.need_only, options)}};
}

/// Of a sweep: the most loaded rank's solves, both Gramians and eigenproblems, and what a rank receives.
Json seconds_of(const Distribution& distribution, const TrainOptions& options, const Rates& rates)
{
    const auto w = static_cast<double>(options.objective.width());
    const double rows = static_cast<double>(distribution.ranks.front().users + distribution.ranks.front().items);
    const double solve = *std::ranges::max_element(distribution.cost) / rates.solve;
    // Gramian and rotation; for steps the start's rotation too, by the kernel for bf16
    const double start = options.machine.precision == "bf16" ? 1 : 0.5;
    const double passes = options.solve.cg_steps > 0 ? 1.5 + start : 1.5;
    const double basis = passes * rows * w * w / rates.basis + 2 * rates.eigenproblem;
    const double exchange = bytes_of(*std::ranges::max_element(distribution.received), options) / rates.network;
    return {{"solve", solve}, {"basis", basis}, {"exchange", exchange}, {"sweep", solve + basis + exchange}};
}

/// Of the rank that needs most of its GPU.
void add_device_memory(const Distribution& distribution, const MemorySettings& memory, const PlannedDevice& device,
                       Json& plan)
{
    MemoryPlan most;
    double streaming = 0;
    double least = 0;
    for (const RankLoad& load : distribution.ranks) {
        auto needs = plan_device_memory(load, memory, device);
        if (needs.total() > most.total()) most = std::move(needs);
        streaming = std::max(streaming, streaming_device_memory(load, memory, device));
        least = std::max(least, least_device_memory(load, memory, device));
    }
    plan["device_memory_bytes"] = most.total();
    plan["device_memory_streaming_bytes"] = streaming;
    plan["device_memory_least_bytes"] = least;
    for (const auto& use : most.uses) plan["device_memory"][use.purpose] = use.bytes;
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

Json make_plan(const Distribution& distribution, const MemorySettings& memory, const TrainOptions& options,
               const Sizes& sizes, const Place& place, const Rates& rates)
{
    std::vector<MemoryPlan> plans;
    for (const RankLoad& load : distribution.ranks)
        plans.push_back(place.gpus ? plan_memory_beside_gpu(load, memory, false) : plan_memory(load, memory));
    const auto most = std::ranges::max_element(plans, {}, &MemoryPlan::total);
    Json uses = Json::object();
    for (const auto& use : most->uses) uses[use.purpose] = use.bytes;

    const double all_cost = std::accumulate(distribution.cost.begin(), distribution.cost.end(), 0.0);
    const double imbalance = *std::ranges::max_element(distribution.cost) * place.ranks / all_cost;
    const RankLoad& first = distribution.ranks.front();
    Json plan = {{"ranks", place.ranks},
                 {"users", sizes.users},
                 {"items", sizes.items},
                 {"interactions", sizes.interactions},
                 {"factors", options.objective.factors},
                 {"memory_bytes", most->total()},
                 {"memory_moment", most->moment},
                 {"memory", uses},
                 {"imbalance", imbalance}};
    if (place.ranks > 1) {
        plan["exchange"] = {{"users", exchange_of(distribution.users, first.user_lists, options)},
                            {"items", exchange_of(distribution.items, first.item_lists, options)}};
        plan["received_bytes_most"] = bytes_of(*std::ranges::max_element(distribution.received), options);
    }
    if (place.gpus)
        add_device_memory(distribution, memory,
                          {.precision = choose_precision(BackendKind::cuda, options.machine.precision)}, plan);
    double run_seconds = 0;
    if (rates.solve > 0) {
        plan["seconds"] = seconds_of(distribution, options, rates);
        run_seconds = plan["seconds"]["sweep"].get<double>() * options.sweeps;
    }
    plan["sbatch"] = sbatch_lines(place, most->total() * std::min(place.ranks, place.ranks_per_node), run_seconds);
    return plan;
}

}  // namespace alster
