#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "host/model/labels.hpp"
#include "host/personalize/lists.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// A list as a table: place, score, id, title. Places whose reason is not the first one's are marked. Ends with a line
/// that declares a shortfall, if there is one.
[[nodiscard]] std::string list_text(const Lists& made, Row row, const ItemLabels& labels);

/// {"items": [ids], "scores": […], "titles": […] where there are any, "filled": n, "k": k}
[[nodiscard]] nlohmann::json list_json(const TopK& lists, Row row, const ItemLabels& labels);

/// Adds "reason", that of the first place (none: "none"), and where places differ "reasons" of all that are filled.
void add_reasons(nlohmann::json& list, std::span<const Reason> reasons);

/// Adds "because": for each place that is filled a list of {"item", "title" where there are titles, "weight"}.
void add_evidence(nlohmann::json& list, const Evidence& evidence, const TopK& lists, Row row, const ItemLabels& labels);

/// {"item", "title" where there are titles, "weight"}
[[nodiscard]] nlohmann::json evidence_json(std::int32_t item, double weight, const ItemLabels& labels);

/// Adds "shortfall" where a list is short: places, and items by why they are not in it.
void add_shortfall(nlohmann::json& list, const Shortfall& shortfall);

/// What a command says once its lists lie in a file: a summary, or the same as facts.
[[nodiscard]] std::string written_text(const std::filesystem::path& path, const std::string& summary,
                                       nlohmann::json facts, bool json);

}  // namespace alster
