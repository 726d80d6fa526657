// How fast a plain CSV of integer ids is read, alone and as a whole job, and what it costs in memory. Rates per core
// are those of the processor's time, all threads together, so that a busy machine does not blur them.
//   ingest_benchmark [million lines = 20] [users = 138493] [items = 26744]

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "data/ingest/event_log.hpp"
#include "distributed/mpi_session.hpp"
#include "host/prepare/prepare.hpp"

namespace {

using namespace alster;

/// Time by the clock on the wall and of the processor.
class Stopwatch {
public:
    void print(const char* what, std::int64_t lines) const
    {
        const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count();
        const double busy = static_cast<double>(std::clock() - busy_) / CLOCKS_PER_SEC;
        fmt::print("{:<28} {:6.2f} s  {:6.2f} s of a core  {:6.2f} million lines/s a core\n", what, wall, busy,
                   static_cast<double>(lines) / busy / 1e6);
    }

private:
    std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
    std::clock_t busy_ = std::clock();
};

struct Shape {
    std::int64_t lines = 0;
    int users = 0;
    int items = 0;
};

/// user,item,value,time in the order of time: both ids jump about. Items are drawn by a skew (squared uniform).
void write_log(const std::filesystem::path& path, const Shape& shape)
{
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform;
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (!file) throw std::runtime_error("cannot write " + path.string());
    std::string block;
    for (std::int64_t i = 0; i < shape.lines; ++i) {
        const double x = uniform(random);
        const auto user = static_cast<int>(uniform(random) * shape.users);
        const auto item = static_cast<int>(x * x * shape.items);
        fmt::format_to(std::back_inserter(block), "{},{},{},{}\n", 1000 + user, 5000 + item, 1 + i % 5,
                       1'100'000'000 + i / 4);
        if (block.size() < (1U << 20) && i + 1 < shape.lines) continue;
        std::fwrite(block.data(), 1, block.size(), file);
        block.clear();
    }
    std::fclose(file);
}

double peak_bytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;
}

void run(const Shape& shape)
{
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("alster-ingest-{}", getpid());
    std::filesystem::create_directory(folder);
    const auto log = folder / "log.csv";
    write_log(log, shape);
    const LogLayout layout{.format = LogFormat::csv, .columns = {}, .header = false};

    const Stopwatch parsing;
    InteractionReader reader({log.string()}, layout);
    std::int64_t events = 0;
    while (reader.next()) events += static_cast<std::int64_t>(reader.events().size());
    parsing.print("parse", shape.lines);

    const double before = peak_bytes();
    {
        const Stopwatch reading;
        InteractionReader again({log.string()}, layout);
        Quarantine quarantine(0);
        EventLog events_in_memory;
        events_in_memory.read(again, nullptr, quarantine);
        reading.print("read: parse, ids, table", shape.lines);
    }
    PrepareOptions options;
    options.inputs = {log.string()};
    options.out = folder / "data.h5";
    const Stopwatch job;
    const PrepareReport result = prepare(Communicator(), options);
    job.print("prepare, the whole job", shape.lines);
    fmt::print("{} events, {} interactions; peak memory {:.1f} bytes an event, {:.1f} an interaction\n", events,
               result.interactions, (peak_bytes() - before) / static_cast<double>(events),
               (peak_bytes() - before) / static_cast<double>(result.interactions));
    std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv)
{
    const auto argument = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
    MpiSession session(argc, argv);
    return session.run([&] {
        run({.lines = std::int64_t{1'000'000} * argument(1, 20),
             .users = argument(2, 138'493),
             .items = argument(3, 26'744)});
        return 0;
    });
}
