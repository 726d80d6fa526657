#include <fmt/format.h>
#include <omp.h>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/train_options.hpp"
#include "host/machine/backend_choice.hpp"
#include "host/personalize/walk.hpp"
#include "host/plan/page_plan.hpp"
#include "host/plan/plan.hpp"
#include "host/plan/solve_rate.hpp"
#include "host/plan/walk_plan.hpp"

namespace alster {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* examples =
    "  alster plan --data dataset.h5 --factors 128 --ranks 1,2,4,8\n"
    "  alster plan --users 100000000 --items 10000000 --interactions 5000000000 --factors 128 --ranks 64,128";

struct PlanOptions {
    TrainOptions train;
    std::string data;
    Sizes sizes;
    std::vector<int> ranks = {1};
    Place place;
    double gflops = 0;
    double network_gbs = 1;
    bool neighbours = false;
    bool pages = false;
    std::string page;
    Row classes = 1;
    Row genres = 20;
};

void add_options(CLI::App& app, PlanOptions& options)
{
    const CLI::Range counts(Row{1}, Row{1} << 40);
    auto* data = app.add_option("--data", options.data, "dataset.h5: exact counts, in a pass over it");
    auto* users = app.add_option("--users", options.sizes.users, "Instead of --data: the number of users …")
                      ->check(counts)
                      ->type_name("N");
    auto* items = app.add_option("--items", options.sizes.items, "… items …")->check(counts);
    auto* all = app.add_option("--interactions", options.sizes.interactions, "… and interactions")->check(counts);
    for (auto* size : {users, items, all}) size->excludes(data)->needs(users)->needs(items)->needs(all);
    app.add_option("--popularity-exponent", options.sizes.popularity_exponent, "Without --data: power law of the items")
        ->check(CLI::Range(0.0, 3.0));
    app.add_option("--activity-exponent", options.sizes.activity_exponent, "Without --data: power law of the users")
        ->check(CLI::Range(0.0, 3.0));
    app.add_option("--factors", options.train.objective.factors, "Latent factors")
        ->check(CLI::Range(Row{1}, max_factors));
    add_objective(app, options.train.objective.feedback);
    app.add_option("--alpha", options.train.objective.alpha, "As for train: its weights take memory")
        ->check(CLI::Range(0.0, 1e12));
    app.add_option("--sweeps", options.train.sweeps, "For the time limit")->check(CLI::Range(1, 100000));
    add_cg_steps(app, options.train);
    add_precision(app, options.train);
    add_exchange(app, options.train.solve.exchange);
    app.add_flag("--neighbours", options.neighbours, "Say what train --neighbours adds, too");
    auto* pages = app.add_flag("--pages", options.pages, "Say what alster page --all takes, too");
    app.add_option("--page", options.page, "Of what pages are to be: page.toml")->needs(pages);
    app.add_option("--classes", options.classes, "Classes of users in the rules of who may see what")
        ->needs(pages)
        ->check(CLI::Range(Row{1}, Row{1'000'000}));
    app.add_option("--genres", options.genres, "Without --data: values that are rows of a page")
        ->needs(pages)
        ->check(CLI::Range(Row{0}, Row{64}));
    app.add_option("--ranks", options.ranks, "Numbers of ranks to plan for")
        ->delimiter(',')
        ->check(CLI::Range(1, 100000));
    app.add_option("--ranks-per-node", options.place.ranks_per_node, "Ranks of a node")->check(CLI::Range(1, 1024));
    app.add_option("--threads", options.place.threads, "Threads of a rank")->check(CLI::Range(1, 4096));
    app.add_flag("--gpus", options.place.gpus,
                 "One GPU a rank; times then need --gflops, which nothing here can measure");
    app.add_option("--gflops", options.gflops,
                   "Of a rank's row solves; 0: one core of this machine is measured, and multiplied by --threads")
        ->check(CLI::Range(0.0, 1e9));
    app.add_option("--network", options.network_gbs, "GB/s that a rank receives: an assumption unless you measured it")
        ->check(CLI::Range(1e-3, 1e6));
}

/// What no backend of the job could do is refused as training would.
void require_known_solver(const PlanOptions& options)
{
    (void)choose_precision(options.place.gpus ? BackendKind::cuda : BackendKind::cpu, options.train.machine.precision);
    if (options.place.gpus && options.train.solve.cg_steps > 0)
        throw Error(ExitCode::usage, "--cg-steps {}: GPUs solve all rows exactly; leave it or --gpus out",
                    options.train.solve.cg_steps);
}

Rates rates_of(const PlanOptions& options, const DatasetReader* dataset)
{
    const double given = options.gflops * 1e9 / 2;
    const auto w = static_cast<double>(options.train.objective.width());
    const double eigenproblem = given > 0 ? 9 * w * w * w / given : 0;
    Rates rates{.solve = given, .basis = given, .eigenproblem = eigenproblem, .network = options.network_gbs * 1e9};
    if (rates.solve > 0 || options.place.gpus) return rates;
    const RowCost cost = options.train.row_cost();
    const RowSizes rows = dataset ? row_sizes(*dataset, cost) : row_sizes(options.sizes, cost);
    omp_set_num_threads(1);
    rates.solve = options.place.threads * measure_solve_rate(rows.typical(), options.train);
    rates.basis = options.place.threads * measure_basis_rate(options.train);
    rates.eigenproblem = measure_eigenproblem(options.train.objective.width());
    return rates;
}

Json json_of(const PlannedSideExchange& side)
{
    return {
        {"plan", side.name()}, {"all_gather_bytes", side.all_gather_bytes}, {"need_only_bytes", side.need_only_bytes}};
}

Json json_of(const std::vector<MemoryUse>& uses)
{
    Json object = Json::object();
    for (const auto& use : uses) object[use.purpose] = use.bytes;
    return object;
}

Json json_of(const Plan& plan)
{
    Json object = {{"ranks", plan.ranks},
                   {"users", plan.sizes.users},
                   {"items", plan.sizes.items},
                   {"interactions", plan.sizes.interactions},
                   {"factors", plan.factors},
                   {"memory_bytes", plan.memory.total()},
                   {"memory_moment", plan.memory.moment},
                   {"memory", json_of(plan.memory.uses)},
                   {"imbalance", plan.imbalance}};
    if (const auto& exchange = plan.exchange) {
        object["exchange"] = {{"users", json_of(exchange->users)}, {"items", json_of(exchange->items)}};
        object["received_bytes_most"] = exchange->received_bytes_most;
    }
    if (const auto& device = plan.device) {
        object["device_memory_bytes"] = device->all.total();
        object["device_memory_streaming_bytes"] = device->streaming;
        object["device_memory_least_bytes"] = device->least;
        object["device_memory"] = json_of(device->all.uses);
    }
    if (const auto& seconds = plan.seconds)
        object["seconds"] = {{"solve", seconds->solve},
                             {"basis", seconds->basis},
                             {"exchange", seconds->exchange},
                             {"sweep", seconds->sweep()}};
    if (const auto& walk = plan.walk)
        object["neighbours"] = {
            {"steps", walk->steps}, {"memory_bytes", walk->memory_bytes}, {"seconds", walk->seconds}};
    if (const auto& pages = plan.pages)
        object["pages"] = {{"file_bytes", pages->file_bytes},
                           {"memory_bytes", pages->memory_bytes},
                           {"memory", json_of(pages->uses)},
                           {"seconds", pages->seconds}};
    object["sbatch"] = plan.sbatch;
    return object;
}

std::string gib(double bytes) { return fmt::format("{:9.3f} GiB", bytes / (1 << 30)); }

void print_uses(const std::vector<MemoryUse>& uses)
{
    for (const auto& use : uses) print("    {:<34}{}\n", use.purpose, gib(use.bytes));
}

void print_exchange(const char* side, const PlannedSideExchange& planned)
{
    print("  {} by {:<10}  {} a sweep over all ranks by all-gather, {} by need-only\n", side, planned.name(),
          gib(planned.all_gather_bytes), gib(planned.need_only_bytes));
}

void print_plan(const Plan& plan)
{
    print("{} ranks\n  memory of a rank  {} while {}\n", plan.ranks, gib(plan.memory.total()), plan.memory.moment);
    print_uses(plan.memory.uses);
    if (const auto& device = plan.device) {
        print("  memory of its GPU {}\n", gib(device->all.total()));
        print_uses(device->all.uses);
        print("    or, interactions passing through  {}\n", gib(device->streaming));
        print("    or, factors in host memory as well{}\n", gib(device->least));
    }
    print("  imbalance         {:9.2f}\n", plan.imbalance);
    if (const auto& exchange = plan.exchange) {
        print_exchange("users", exchange->users);
        print_exchange("items", exchange->items);
        print("  received by a rank{} a sweep at most\n", gib(exchange->received_bytes_most));
    }
    if (const auto& seconds = plan.seconds)
        print("  time of a sweep   {:9.3g} s (solve {:.3g}, basis {:.3g}, exchange {:.3g})\n", seconds->sweep(),
              seconds->solve, seconds->basis, seconds->exchange);
    if (const auto& walk = plan.walk)
        print("  neighbours        {} of a rank beside the program, {:.3g} s\n", gib(walk->memory_bytes),
              walk->seconds);
    if (const auto& pages = plan.pages) {
        const auto time = pages->seconds > 0 ? fmt::format(", {:.3g} s", pages->seconds) : "";
        print("  pages             {} in all; {} of a rank beside the program{}\n", gib(pages->file_bytes),
              gib(pages->memory_bytes), time);
        print_uses(pages->uses);
    }
    for (const auto& line : plan.sbatch) print("  #SBATCH {}\n", line);
}

/// What pages would be made of; nothing where they were not asked for.
std::optional<PageLoad> page_load_of(const PlanOptions& options, const DatasetReader* dataset)
{
    if (!options.pages) return std::nullopt;
    PageLoad load{.users = options.sizes.users,
                  .items = options.sizes.items,
                  .history = static_cast<double>(options.sizes.interactions) / static_cast<double>(options.sizes.users),
                  .width = options.train.objective.served_width(),
                  .factors = options.train.objective.factors,
                  .groups = 1 + options.genres,
                  .classes = options.classes};
    if (!options.page.empty()) load.rules = PageRules::load(options.page);
    if (dataset) look_at(*dataset, load);
    return load;
}

/// Of what was measured here, or what --gflops says; none for GPUs of which nothing is known.
std::optional<PageRates> page_rates_of(const PlanOptions& options, const PageLoad& load)
{
    const double multiply_adds = options.gflops * 1e9 / 2 / options.place.threads;
    if (multiply_adds > 0)
        return PageRates{static_cast<double>(load.width) / multiply_adds,
                         static_cast<double>(load.factors) / multiply_adds};
    if (options.place.gpus) return std::nullopt;
    return measure_page_rates(load);
}

}  // namespace

int plan_command(int argc, char** argv)
{
    PlanOptions options;
    CommandLine line("plan", "Says what a training run will take: memory, exchange, time, and the lines for Slurm.",
                     examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    if (options.data.empty() && options.sizes.users == 0)
        throw Error(ExitCode::usage, "give --data, or --users, --items and --interactions; see alster plan --help");
    require_known_solver(options);

    std::optional<DatasetReader> dataset;
    DatasetInfo info;
    info.users = options.sizes.users;
    info.items = options.sizes.items;
    info.interactions = options.sizes.interactions;
    if (!options.data.empty()) {
        dataset.emplace(options.data);
        info = dataset->info();
        options.sizes.users = info.users;
        options.sizes.items = info.items;
        options.sizes.interactions = info.interactions;
    }
    const MemorySettings memory = memory_settings(info, options.train.objective,
                                                  {.threads = options.place.threads,
                                                   .rounds = options.train.machine.precision == "bf16",
                                                   .wire = options.train.solve.exchange.wire});
    const Rates rates = rates_of(options, dataset ? &*dataset : nullptr);
    const NeighbourOptions walk;
    std::optional<WalkLoad> histories;
    if (options.neighbours)
        histories = dataset ? walk_load(*dataset, walk.history_limit) : walk_load(options.sizes, walk.history_limit);
    const auto pages = page_load_of(options, dataset ? &*dataset : nullptr);
    const auto page_rates = pages ? page_rates_of(options, *pages) : std::nullopt;
    std::vector<Plan> plans;
    for (const int ranks : options.ranks) {
        Place place = options.place;
        place.ranks = ranks;
        const Distribution distribution =
            dataset ? distribute(*dataset, options.train.row_cost(), options.train.solve.exchange, ranks)
                    : distribute(options.sizes, options.train.row_cost(), options.train.solve.exchange, ranks);
        plans.push_back(make_plan(distribution, memory, options.train, options.sizes, place, rates));
        if (pages) plans.back().pages = plan_pages(*pages, place, page_rates);
        if (histories) plans.back().walk = plan_walk(*histories, walk.rule.most, place);
    }
    if (line.json()) {
        Json objects = Json::array();
        for (const Plan& plan : plans) objects.push_back(json_of(plan));
        print("{}\n", json_text(objects));
    } else {
        for (const Plan& plan : plans) print_plan(plan);
    }
    return 0;
}

}  // namespace alster
