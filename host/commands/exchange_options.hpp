#pragma once
#include <CLI/CLI.hpp>

#include "distributed/factor_exchange.hpp"

namespace alster {

/// --exchange and --wire, which decide what moves.
void add_exchange_options(CLI::App& app, ExchangeOptions& options);

}  // namespace alster
