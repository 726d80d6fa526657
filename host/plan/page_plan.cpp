#include "host/plan/page_plan.hpp"

#include <omp.h>

#include <algorithm>
#include <random>

#include "data/error.hpp"
#include "data/popular_items.hpp"
#include "host/machine/stopwatch.hpp"
#include "kernels/cpu/top_k.hpp"

namespace alster {

namespace {

constexpr Row most_genres = 64;     // as page.cpp
constexpr double thread = 6 << 20;  // of a thread: a tile of scores, its rows, and lists under way

/// A place of a list: item, score, evidence and its weight, and the reason.
constexpr double place_bytes = 4 + 4 + 4 + 4 + 1;

Row seeds_of(const PageRules& rules) { return rules.because + rules.because_recent; }

/// Every value of the file, but the few words of /vocab/reason; headers come to some KB a row of the page.
double file_bytes(const PageLoad& load)
{
    const auto users = static_cast<double>(load.users), items = static_cast<double>(load.items);
    const double popular = std::min(items, static_cast<double>(most_popular_kept));
    const double lists = static_cast<double>(load.rules.titles) * place_bytes + 2;
    return static_cast<double>(load.rules.rows) * users * lists + users * static_cast<double>(load.user_id_bytes) +
           items * static_cast<double>(load.item_id_bytes) + 8 * popular;
}

/// What a block of users holds at once: page.cpp and page_writer.cpp.
double block_bytes(const PageLoad& load, double users)
{
    const PageRules& rules = load.rules;
    const auto lists = static_cast<double>((load.groups + seeds_of(rules)) * rules.pool);
    const double seeds = static_cast<double>(seeds_of(rules)) * (4 * static_cast<double>(load.factors) + 32);
    const double histories = load.history * (4 + 4 + 4 + 16);  // read, kept, excluded, and by time
    const double page = static_cast<double>(rules.rows) * (8.0 * static_cast<double>(rules.titles) + 96);
    const double written = static_cast<double>(rules.titles) * place_bytes;
    return users * (8 * lists + seeds + histories + page + written + 8 * static_cast<double>(load.width) + 128);
}

HostMatrix random_rows(Row rows, Row width, std::mt19937& random)
{
    HostMatrix made(rows, width);
    for (float& value : made.values) value = static_cast<float>(random() % 1000) / 1000 - 0.5F;
    return made;
}

/// Of its second run, for a pair of a query and a candidate.
double seconds_of_pair(Row width, Row k, const BitTable* groups, std::mt19937& random)
{
    constexpr Row queries = 256, candidates = 1 << 14;
    const HostMatrix X = random_rows(queries, width, random), Y = random_rows(candidates, width, random);
    CandidateFilter filter{.groups = groups};
    double seconds = 0;
    for (int run = 0; run < 2; ++run) {
        const Stopwatch watch;
        static_cast<void>(cpu_top_k(X.table(), Y.table(), filter, k));
        seconds = watch.elapsed();
    }
    return seconds / (static_cast<double>(queries) * candidates);
}

}  // namespace

void look_at(const DatasetReader& dataset, PageLoad& load)
{
    const auto types = dataset.attribute_types(Side::items);
    const PageRules& rules = load.rules;
    const auto genres = types.find(rules.genres);
    const bool named = !rules.path.empty() && !rules.genres.empty() && rules.genre_rows > 0;
    if (genres == types.end() && named)
        throw Error(ExitCode::bad_config, "{}: genres = \"{}\": the items of {} have no such attribute", rules.path,
                    rules.genres, dataset.file().path().string());
    load.groups = 1 + Row{!rules.fresh.empty()};
    if (genres != types.end() && rules.genre_rows > 0 && !rules.genres.empty())
        load.groups += std::min(most_genres, dataset.attribute(Side::items, rules.genres, {0, 1}).vocabulary.rows());
    load.user_id_bytes = static_cast<Row>(dataset.ids(Side::users, {0, 1}).id_bytes());
    load.item_id_bytes = static_cast<Row>(dataset.ids(Side::items, {0, 1}).id_bytes());
    load.title_bytes = 0;
    if (types.contains("title") && types.at("title") == AttributeType::text)
        load.title_bytes = static_cast<Row>(dataset.attribute(Side::items, "title", {0, 1}).texts.width);
}

PageRates measure_page_rates(const PageLoad& load)
{
    constexpr Row candidates = 1 << 14;
    std::mt19937 random(1);
    BitTable groups(load.groups, candidates);
    for (Row g = 0; g < load.groups; ++g)
        for (Row c = 0; c < candidates; ++c)
            if (g == 0 || random() % 8 == 0) groups.set(g, c);
    omp_set_num_threads(1);
    return {.grouped = seconds_of_pair(load.width, load.rules.pool, &groups, random),
            .plain = seconds_of_pair(load.factors, load.rules.pool, nullptr, random)};
}

PlannedPages plan_pages(const PageLoad& load, const Place& place, const std::optional<PageRates>& rates)
{
    const auto items = static_cast<double>(load.items), width = static_cast<double>(load.width);
    const double users = static_cast<double>((load.users + place.ranks - 1) / place.ranks);
    const Row places = (load.groups + seeds_of(load.rules) + 1) * load.rules.pool;
    const double block = std::min(users, static_cast<double>(rows_per_batch(places)));
    const double trending = load.rules.trending_days > 0 ? 8 : 0;
    const double genres = load.groups > 1 ? 40 : 0;  // values of two or three a title, read and kept, and shares
    PlannedPages plan{.file_bytes = file_bytes(load)};
    plan.uses = {{"items' factors", items * (4 * width + 8)},
                 {"directions of items", items * (4 * static_cast<double>(load.factors) + 8)},
                 {"ids and titles", items * static_cast<double>(load.item_id_bytes + load.title_bytes)},
                 {"popularity and genres", items * (32 + trending + genres)},
                 {"who may see what, and groups",
                  items * (static_cast<double>(3 * load.classes) + 3 * static_cast<double>(load.groups)) / 8},
                 {"lists under way", std::max(block_bytes(load, block), 4 * width * items)},
                 {"threads", place.threads * thread}};
    for (const auto& use : plan.uses) plan.memory_bytes += use.bytes;
    if (rates) {
        const double of_pair = rates->grouped + static_cast<double>(seeds_of(load.rules)) * rates->plain;
        plan.seconds = users * items * of_pair / place.threads;
    }
    return plan;
}

}  // namespace alster
