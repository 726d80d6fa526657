#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "host/recommend/labels.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// A list as a table: place, score, id, title. Ends with a line that declares a shortfall, if there is one.
[[nodiscard]] std::string list_text(const TopK& lists, Row row, const ItemLabels& labels);

/// {"items": [ids], "scores": […], "titles": […] where there are any, "filled": n, "k": k}
[[nodiscard]] nlohmann::json list_json(const TopK& lists, Row row, const ItemLabels& labels);

/// What a command says once its lists lie in a file.
[[nodiscard]] std::string written_text(const std::filesystem::path& path, bool json);

}  // namespace alster
