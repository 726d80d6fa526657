#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "distributed/parallel_file_access.hpp"
#include "host/model/served_model.hpp"
#include "host/personalize/rerank/reranker.hpp"

namespace alster {

/// What commands are asked for that order lists by rules.
struct RerankOptions {
    std::string rules;                            // rerank.toml; empty: by score alone
    std::vector<std::filesystem::path> previous;  // lists that were shown before
};

void add_rerank(CLI::App& app, RerankOptions& options);

/// The rules that were asked for; without any, or where they change nothing, neutral ones. Errors: those of the rules;
/// usage (64) where --previous and fatigue do not go together.
[[nodiscard]] RerankRules rerank_rules(const RerankOptions& options);

/// The former lists, and what chooses by the rules.
struct ChosenLists {
    ParallelFileAccess access;
    FormerLists former;
    Reranker reranker;

    /// Collective.
    ChosenLists(ServedModel& served, const RerankRules& rules, const RerankOptions& options, bool measures_hits);
};

/// Says on the first rank what re-ranking cost, and returns it for the summary. Collective.
[[nodiscard]] nlohmann::json say_price(const Communicator& ranks, const Reranker& reranker);

}  // namespace alster
