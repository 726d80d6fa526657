#pragma once
#include <filesystem>
#include <string>

namespace alster {

/// This machine, as names of temporary files and locks carry it.
[[nodiscard]] std::string host_name();

/// Whether a process of this machine still runs.
[[nodiscard]] bool process_lives(long pid);

/// The file name of `path`, cut and with a checksum where it is long: room for what is put around it.
[[nodiscard]] std::string short_name(const std::filesystem::path& path);

/// Makes an empty file beside `path` for what is to become `path`, under a name that no other writer has:
/// NAME.HOST.PID.COUNT.tmp. Those that dead processes of this host left for the same path are removed first. Throws
/// cannot_create (73).
[[nodiscard]] std::filesystem::path make_temporary(const std::filesystem::path& path);

}  // namespace alster
