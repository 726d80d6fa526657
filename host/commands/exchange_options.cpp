#include "host/commands/exchange_options.hpp"

#include <map>

namespace alster {

namespace {

const std::map<std::string, ExchangeKind> kinds = {{"auto", ExchangeKind::automatic},
                                                   {"all-gather", ExchangeKind::all_gather},
                                                   {"need-only", ExchangeKind::need_only}};

const std::map<std::string, Wire> wires = {{"fp32", Wire::fp32}, {"bf16", Wire::bf16}};

}  // namespace

void add_exchange_options(CLI::App& app, ExchangeOptions& options)
{
    app.add_option(
           "--exchange", options.kind,
           "How factors come to the ranks: all-gather, need-only (the rows that a rank's interactions name), or "
           "auto by what moves less")
        ->transform(CLI::CheckedTransformer(kinds, CLI::ignore_case))
        ->default_str("auto");
    app.add_option(
           "--wire", options.wire,
           "How they travel: fp32, or bf16 (half the bytes; every rank rounds the fixed side, its own rows too)")
        ->transform(CLI::CheckedTransformer(wires, CLI::ignore_case))
        ->default_str("fp32");
}

}  // namespace alster
