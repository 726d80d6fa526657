#include "data/file_system.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>

#include "data/hdf5_handle.hpp"

namespace alster {

namespace {

struct Kind {
    const char* name;
    bool shared;
};

/// By the magic numbers of statfs(2), and of Lustre, GPFS and BeeGFS, which do not stand there.
const std::map<std::uint32_t, Kind>& kinds()
{
    static const std::map<std::uint32_t, Kind> known = {
        {0xEF53, {"ext4", false}},      {0x58465342, {"xfs", false}},     {0x9123683E, {"btrfs", false}},
        {0x01021994, {"tmpfs", false}}, {0x794C7630, {"overlay", false}}, {0x2FC12FC1, {"zfs", false}},
        {0x6969, {"nfs", true}},        {0x0BD00BD0, {"lustre", true}},   {0x47504653, {"gpfs", true}},
        {0x19830326, {"beegfs", true}}, {0x00C36400, {"ceph", true}},     {0xFF534D42, {"cifs", true}},
        {0x65735546, {"fuse", false}},
    };
    return known;
}

void try_file(const std::filesystem::path& directory, FileSystemFacts& facts)
{
    std::string name = (directory / ".alster-doctor-XXXXXX").string();
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) {
        facts.write_failure = std::strerror(errno);
        return;
    }
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) facts.lock_failure = std::strerror(errno);
    if (::write(file, "x", 1) != 1) facts.write_failure = std::strerror(errno);
    ::unlink(name.c_str());
    ::close(file);
}

}  // namespace

FileSystemFacts file_system_of(const std::filesystem::path& directory)
{
    FileSystemFacts facts;
    struct statfs status = {};
    if (::statfs(directory.c_str(), &status) == 0) {
        const auto magic = static_cast<std::uint32_t>(status.f_type);
        const auto kind = kinds().find(magic);
        facts.kind = kind == kinds().end() ? fmt::format("{:#x}", magic) : kind->second.name;
        facts.shared = kind != kinds().end() && kind->second.shared;
        facts.free_bytes = static_cast<std::uint64_t>(status.f_bavail) * static_cast<std::uint64_t>(status.f_bsize);
    }
    try_file(directory, facts);
    return facts;
}

std::string hdf5_library()
{
    start_hdf5();
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    return H5get_libversion(&major, &minor, &release) < 0 ? "unknown" : fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace alster
