#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace alster {

/// All options of a command, those of its groups too.
[[nodiscard]] std::vector<CLI::Option*> all_options(CLI::App& app);

/// Of the words of a command line. Throws usage (64) for an empty value: a variable of the shell that was not set would
/// otherwise count as an option that was not given, --eligibility among them.
void require_values(const CLI::App& app, int argc, char** argv);

/// Throws usage (64) where an output is also an input, by device and inode: the input would be lost. What is to be
/// extended or followed (--extend, --previous) may be replaced.
void require_outputs_apart(CLI::App& app);

/// The same of an input that no option names: `named_by` says what does.
void require_apart(const std::string& option, const std::filesystem::path& output, const std::filesystem::path& input,
                   const std::string& named_by);

}  // namespace alster
