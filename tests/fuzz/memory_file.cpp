#include "tests/fuzz/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/fuzz/property.hpp"

namespace alster::fuzz {

MemoryFile::MemoryFile(Bytes bytes)
    : descriptor_(memfd_create("fuzz", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(descriptor_))
{
    const auto written = write(descriptor_, bytes.data(), bytes.size());
    require(written == static_cast<ssize_t>(bytes.size()), "there is memory for a small file");
}

MemoryFile::~MemoryFile() { close(descriptor_); }

const std::filesystem::path& memory_directory()
{
    static const std::filesystem::path path = "/dev/shm/alster-fuzz-" + std::to_string(getpid());
    static const bool made = std::filesystem::create_directory(path) &&
                             std::atexit([] { std::filesystem::remove_all(memory_directory()); }) == 0;
    require(made, "there is a directory in memory");
    return path;
}

std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace alster::fuzz
