#include "data/temporary_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "data/checksum.hpp"
#include "data/error.hpp"
#include "data/output_path.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 150;  // file systems allow 255 bytes for the whole name
constexpr std::string_view ending = ".tmp";

/// The process in HOST.PID.COUNT, where HOST is this machine.
std::optional<long> process_in(std::string_view middle)
{
    const auto count = middle.rfind('.');
    if (count == std::string_view::npos || count == 0) return std::nullopt;
    const auto pid = middle.rfind('.', count - 1);
    if (pid == std::string_view::npos || middle.substr(0, pid) != host_name()) return std::nullopt;
    long number = 0;
    const char* end = middle.data() + count;
    const auto read = std::from_chars(middle.data() + pid + 1, end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

void remove_stale(const fs::path& directory, const std::string& stem)
{
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(stem) || !name.ends_with(ending) || name.size() < stem.size() + ending.size()) continue;
        const auto middle = std::string_view(name).substr(stem.size(), name.size() - stem.size() - ending.size());
        if (const auto pid = process_in(middle); pid && !process_lives(*pid)) fs::remove(entry.path(), ignored);
    }
}

}  // namespace

std::string short_name(const fs::path& path)
{
    std::string name = path.filename().string();
    if (name.size() <= longest_name) return name;
    Checksum sum;
    sum.update(std::as_bytes(std::span(name)));
    return fmt::format("{}~{:08x}", name.substr(0, longest_name - 9), sum.crc);
}

std::string host_name()
{
    char name[61] = "";  // cut to what file names have room for
    ::gethostname(name, sizeof name - 1);
    std::string text = name[0] ? name : "localhost";
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

bool process_lives(long pid) { return pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM); }

fs::path make_temporary(const fs::path& path)
{
    static std::atomic<unsigned> counter = 0;
    const fs::path directory = directory_of(path);
    const std::string stem = short_name(path) + '.';
    remove_stale(directory, stem);
    for (;;) {
        // a process that had the same number before may have left the same name
        const auto name = fmt::format("{}{}.{}.{}{}", stem, host_name(), ::getpid(), counter++, ending);
        const int file = ::open((directory / name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0) {
            ::close(file);
            return directory / name;
        }
        if (errno != EEXIST)
            throw Error(ExitCode::cannot_create, "{}: cannot be created: {}", path.string(), std::strerror(errno));
    }
}

}  // namespace alster
