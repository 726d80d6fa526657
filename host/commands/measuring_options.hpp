#pragma once
#include <CLI/CLI.hpp>

#include "host/evaluate/paired_comparison.hpp"

namespace alster {

/// Options of commands that measure models on the same users: all of them but the models.
void add_measuring_options(CLI::App& app, UserValueOptions& options, ComparisonRules& rules);

}  // namespace alster
