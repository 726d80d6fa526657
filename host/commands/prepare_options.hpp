#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "host/prepare/prepare.hpp"

namespace alster {

/// Options of `alster prepare` as they are typed.
struct PrepareWords {
    std::string format = "csv";
    std::string columns;
    std::string time_format;
    std::string item_columns;
    std::string user_columns;
    std::string header = "auto";
    bool no_header = false;
    std::string separator;
    std::string drop_below;
    std::string split = "none";
    std::string validation = "none";
    std::string duplicates;
    std::string redelivered = "auto";
};

/// The options of `alster prepare`.
void add_prepare_options(CLI::App& app, PrepareOptions& options, PrepareWords& words);

/// Those of them that say how a log is to be read, and what users and items are.
void add_layout_options(CLI::App& app, LogLayout& layout, PrepareWords& words);
void add_description_options(CLI::App& app, PrepareOptions& options, PrepareWords& words);

/// Enters what the words mean. Errors: usage (64).
void interpret(const PrepareWords& words, PrepareOptions& options);

}  // namespace alster
