#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "host/model/served_model.hpp"
#include "host/personalize/eligibility.hpp"
#include "host/personalize/rerank/reranker.hpp"

namespace alster {

struct SearchOptions {
    std::string input;                   // JSON lines {"user": id, "items": [ids], …}, plain or packed
    Row k = 0;                           // items to keep of each line; 0: all
    Eligibility* eligibility = nullptr;  // who may see what; null: everybody everything
    Reranker* reranker = nullptr;        // chooses from what the model ordered; null: the score alone does
};

/// What became of the lines and of their candidates.
struct SearchCounts {
    std::int64_t lines = 0;
    std::int64_t unknown_users = 0;    // lines in the order they had
    std::int64_t nothing_learned = 0;  // likewise, of users of whom nothing was learned
    std::int64_t candidates = 0;
    std::int64_t unknown_items = 0;  // dropped: ids that the model does not have
    std::int64_t repeated = 0;       // dropped: in the line before
    std::int64_t not_eligible = 0;   // dropped: the rules do not let the user see them
    std::int64_t unscored = 0;       // kept behind the others: nothing was learned of them

    [[nodiscard]] SearchCounts over(const Communicator& ranks) const;
    [[nodiscard]] std::string text() const;
    [[nodiscard]] nlohmann::json json() const;
};

/// Puts the items of each line in the order of its user, and hands the lines to `write` on the first rank, in the order
/// of the input. A line keeps its other fields, and gets "scores" (null: unscored), "order" (model, unknown-user or
/// nothing-learned) and "dropped" by reason, where something was. Errors: bad_data (65) with file and line for what is no
/// such object. Ranks share the lines by blocks; no more than one block of each is in memory. Collective.
SearchCounts order_search_results(ServedModel& served, const SearchOptions& options,
                                  const std::function<void(std::string_view)>& write);

}  // namespace alster
