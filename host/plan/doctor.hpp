#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "distributed/communicator.hpp"

namespace alster {

enum class Health { good, warning, failed };

[[nodiscard]] const char* name(Health health);

/// One thing that was looked at.
struct Finding {
    std::string what;  // "memory"
    Health health;
    std::string found;   // "30.1 GiB available"
    std::string advice;  // what to do; empty where all is good
};

/// What this machine has for a run in `directory`: rank 0 looks at its own node, and all ranks say where they are.
/// Collective. Throws out_of_memory (13) where not even the threads can be had.
[[nodiscard]] std::vector<Finding> examine(const Communicator& ranks, const std::filesystem::path& directory);

}  // namespace alster
