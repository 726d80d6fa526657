#pragma once
#include <optional>

#include "data/dataset_file.hpp"
#include "host/personalize/page_rules.hpp"
#include "host/plan/plan.hpp"

namespace alster {

/// What `alster page --all` makes pages of.
struct PageLoad {
    Row users = 0;
    Row items = 0;
    double history = 0;  // interactions of a user, the mean
    Row width = 0;       // of the model's rows
    Row factors = 0;
    Row groups = 1;  // lists of one pass over the items: top picks, what is new, and a row of each genre
    Row classes = 1;
    Row user_id_bytes = 8;
    Row item_id_bytes = 8;
    Row title_bytes = 40;
    PageRules rules = {};
};

/// Takes genres, ids and titles from a dataset. Throws bad_config (78) where it lacks what the rules name.
void look_at(const DatasetReader& dataset, PageLoad& load);

/// Seconds of one thread for one user and one item: of the pass with all groups, and of one for titles like a seed.
struct PageRates {
    double grouped = 0;
    double plain = 0;
};

/// Measures them here, on one thread, in about a second.
[[nodiscard]] PageRates measure_page_rates(const PageLoad& load);

/// Without `rates` no time.
[[nodiscard]] PlannedPages plan_pages(const PageLoad& load, const Place& place, const std::optional<PageRates>& rates);

}  // namespace alster
