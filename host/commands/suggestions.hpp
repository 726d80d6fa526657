#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace alster {

/// The one of `known` that somebody may have meant by `word`; empty where none is near. Letters that are missing, wrong,
/// too many or swapped count: up to a third of the word.
[[nodiscard]] std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

/// Throws usage (64) for the first argument that is no option of `app`, naming the one that may be meant: by its
/// spelling, or by its name in implicit and Spark. Options that are missing are looked for after it.
void require_known_options(const CLI::App& app, int argc, char** argv);

}  // namespace alster
