#pragma once
#include <filesystem>

namespace alster {

/// The right of one run to write an output. The lock is a file that names host and process, held by flock(): it ends
/// with the process, however that ends, and is removed by release. Where the file system knows no locks, what stands in
/// the file has to do: a process of this host that is gone, or an earlier start of the same Slurm job, holds nothing.
class OutputLock {
public:
    /// DIRECTORY/.NAME.lock for one file, DIRECTORY/.lock for all files of a directory, which must exist. Throws
    /// cannot_create (73), also where another run holds the lock, naming it.
    [[nodiscard]] static OutputLock of_file(const std::filesystem::path& path);
    [[nodiscard]] static OutputLock of_directory(const std::filesystem::path& directory);

    ~OutputLock();
    OutputLock(OutputLock&& other) noexcept;
    OutputLock& operator=(OutputLock&&) = delete;

private:
    OutputLock(const std::filesystem::path& output, std::filesystem::path lock);
    /// False where the holder released it meanwhile: to be tried again.
    bool take(const std::filesystem::path& output);

    std::filesystem::path path_;
    int file_ = -1;
};

}  // namespace alster
