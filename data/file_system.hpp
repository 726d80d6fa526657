#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace alster {

/// What a directory's file system offers to a run.
struct FileSystemFacts {
    std::string kind;  // "ext4", "nfs", "lustre", "0x1234" where the kind is unknown
    std::uint64_t free_bytes = 0;
    std::string write_failure;  // why no file can be made there; empty: one can
    std::string lock_failure;   // why files cannot be locked (flock); empty: they can
    bool shared = false;        // of a kind that several nodes mount
};

/// Makes, locks and removes a small file in `directory`.
[[nodiscard]] FileSystemFacts file_system_of(const std::filesystem::path& directory);

/// "1.10.8", as the library says it at run time.
[[nodiscard]] std::string hdf5_library();

}  // namespace alster
