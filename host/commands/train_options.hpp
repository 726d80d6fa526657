#pragma once
#include <CLI/CLI.hpp>

#include "host/train/options.hpp"

namespace alster {

/// The options of `alster train`: for its command line, and for the keys of a sweep file.
void add_train_options(CLI::App& app, TrainOptions& options);

/// Those of them that other commands share.
void add_objective(CLI::App& app, Feedback& objective);
void add_exchange(CLI::App& app, ExchangeOptions& exchange);
void add_cg_steps(CLI::App& app, TrainOptions& options);
void add_precision(CLI::App& app, TrainOptions& options);

}  // namespace alster
