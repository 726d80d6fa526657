#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "host/model/labels.hpp"
#include "host/personalize/lists.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// A list as a table: place, score, id, title. Ends with a line that declares a shortfall, if there is one. `reasons`:
/// of its places, where they may differ; those that are not the first one's are marked.
[[nodiscard]] std::string list_text(const TopK& lists, Row row, const ItemLabels& labels,
                                    std::span<const Reason> reasons = {});

/// {"items": [ids], "scores": […], "titles": […] where there are any, "filled": n, "k": k}
[[nodiscard]] nlohmann::json list_json(const TopK& lists, Row row, const ItemLabels& labels);

/// Adds "reason", that of the first place (none: "none"), and where places differ "reasons" of all that are filled.
void add_reasons(nlohmann::json& list, std::span<const Reason> reasons);

/// What a command says once its lists lie in a file: a summary, or the same as facts.
[[nodiscard]] std::string written_text(const std::filesystem::path& path, const std::string& summary,
                                       nlohmann::json facts, bool json);

}  // namespace alster
