/// A library to be loaded before a program: kills it (SIGKILL) just before the call number ALSTER_KILL_AT of those that
/// change names of files, in directories below ALSTER_KILL_BELOW. Other processes never see such calls half-done, so
/// these are all the states that a kill can leave.
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

void count(const char* path)
{
    static const char* below = std::getenv("ALSTER_KILL_BELOW");
    static const long at = std::atol(std::getenv("ALSTER_KILL_AT") ? std::getenv("ALSTER_KILL_AT") : "0");
    static long calls = 0;
    if (below && std::strstr(path, below) && ++calls == at) raise(SIGKILL);
}

template <class Function>
Function* next(const char* name)
{
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int rename(const char* from, const char* to) noexcept
{
    count(to);
    return next<int(const char*, const char*)>("rename")(from, to);
}

int link(const char* from, const char* to) noexcept
{
    count(to);
    return next<int(const char*, const char*)>("link")(from, to);
}

int symlink(const char* to, const char* path) noexcept
{
    count(path);
    return next<int(const char*, const char*)>("symlink")(to, path);
}

int unlink(const char* path) noexcept
{
    count(path);
    return next<int(const char*)>("unlink")(path);
}

int remove(const char* path) noexcept
{
    count(path);
    return next<int(const char*)>("remove")(path);
}

int unlinkat(int directory, const char* path, int flags) noexcept
{
    char place[4096] = "";  // most often relative to an open directory
    const std::string link = "/proc/self/fd/" + std::to_string(directory);
    [[maybe_unused]] const auto size = readlink(link.c_str(), place, sizeof place - 1);
    count((std::string(place) + "/" + path).c_str());
    return next<int(int, const char*, int)>("unlinkat")(directory, path, flags);
}

int rmdir(const char* path) noexcept
{
    count(path);
    return next<int(const char*)>("rmdir")(path);
}

int mkdir(const char* path, mode_t mode) noexcept
{
    count(path);
    return next<int(const char*, mode_t)>("mkdir")(path, mode);
}
}
