// Preloaded into the ranks of a Slurm job: appends a line to the file named by WATCHED_FENCES for each PMIx fence that
// this rank calls, and for each that is done: "call 2 microseconds". A fence may be done only when all ranks have
// called it.
#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>

namespace {

using Callback = void (*)(int status, void* data);

struct Fence {
    int number;
    Callback done;
    void* data;
};

void note(const char* what, int number)
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();  // of this machine: that of all ranks
    const std::string line =
        fmt::format("{} {} {}\n", what, number, std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    const int file = open(std::getenv("WATCHED_FENCES"), O_WRONLY | O_APPEND | O_CREAT, 0644);
    if (write(file, line.data(), line.size()) < 0) std::abort();
    close(file);
}

void on_done(int status, void* data)
{
    const auto* fence = static_cast<Fence*>(data);
    note("done", fence->number);
    fence->done(status, fence->data);
    delete fence;
}

}  // namespace

/// As in pmix.h, whose types are pointers and sizes here.
extern "C" int PMIx_Fence_nb(const void* ranks, std::size_t count, const void* info, std::size_t infos, Callback done,
                             void* data)
{
    using Original = int (*)(const void*, std::size_t, const void*, std::size_t, Callback, void*);
    static const auto original = reinterpret_cast<Original>(dlsym(RTLD_NEXT, "PMIx_Fence_nb"));
    static int calls = 0;
    auto* fence = new Fence{++calls, done, data};
    note("call", fence->number);
    return original(ranks, count, info, infos, on_done, fence);
}
