#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace alster {

/// What one option is, in words: the one source of --help, man pages and completions.
struct OptionText {
    std::vector<std::string> names;    // "-h", "--help"; of a positional its name alone
    std::string value;                 // INT, TEXT, auto|cpu; empty: a flag
    std::vector<std::string> choices;  // empty: any value
    std::string notes;                 // "1 … 2048, default 64"; may be empty
    std::string description;
    bool positional = false;
};

struct OptionGroup {
    std::string heading;
    std::vector<OptionText> options;
};

/// A command: its name with "alster", one sentence, and its options. The footer is "Examples:" and what follows.
struct CommandText {
    std::string name;
    std::string summary;
    std::string footer;
    std::vector<OptionGroup> groups;  // the first may be the positionals; none is empty
};

[[nodiscard]] CommandText text_of(const CLI::App& app);

/// "alster train [OPTIONS] file".
[[nodiscard]] std::string usage_of(const CommandText& command);

}  // namespace alster
