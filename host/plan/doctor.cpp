#include "host/plan/doctor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string_view>

#include "data/file_system.hpp"
#include "distributed/mpi_library.hpp"
#include "distributed/mpi_start.hpp"
#include "host/machine/threads.hpp"
#include "host/plan/mpi_trial.hpp"
#include "host/sharding/node_memory.hpp"
#include "kernels/backends.hpp"
#include "kernels/blas_library.hpp"
#include "kernels/cpu/isa/row_solver.hpp"

namespace alster {

namespace {

constexpr double gib = 1 << 30;
constexpr double little_memory = 1 * gib;
constexpr double little_space = 5 * gib;
constexpr rlim_t few_files = 256;
constexpr double slow_start = 5;  // seconds

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

Finding processor()
{
    const auto set = best_instruction_set();
    const std::string found =
        fmt::format("{} for fp32, {} for bf16", name(set), name(best_instruction_set(Precision::bf16)));
    if (set == InstructionSet::generic)
        return {"processor", Health::warning, found, "neither AVX2 nor AVX-512: training takes several times as long"};
    return {"processor", Health::good, found, ""};
}

Finding threads(const Communicator& ranks)
{
    const int count = set_threads(ranks, 0);
    const std::string asked = variable("OMP_NUM_THREADS");
    const auto found = fmt::format("{} a rank{}", count, asked.empty() ? "" : ", by OMP_NUM_THREADS");
    if (count == 1 && asked.empty() && ranks.size() == 1)
        return {"threads", Health::warning, found,
                "one core only: where the machine has more, ask for them (srun -c, mpirun --bind-to none)"};
    return {"threads", Health::good, found, ""};
}

Finding memory()
{
    const NodeMemory limits = node_memory_limits();
    const double least = node_memory();
    std::string found = fmt::format("{:.1f} GiB available", limits.available / gib);
    if (std::isfinite(limits.slurm_limit)) found += fmt::format(", {:.1f} by Slurm", limits.slurm_limit / gib);
    found += std::isfinite(limits.group_limit) && limits.group_limit < limits.available
                 ? fmt::format(", {:.1f} by a control group", limits.group_limit / gib)
                 : ", no limit by control groups";
    if (least < little_memory)
        return {"memory", Health::warning, found,
                "little: ask for more (sbatch --mem); alster plan says what a run takes"};
    return {"memory", Health::good, found, ""};
}

Finding limits()
{
    std::vector<std::string> set;
    const auto add = [&](int resource, const char* option) {
        rlimit limit{};
        if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
            set.push_back(
                fmt::format("ulimit -{} {}", option, resource == RLIMIT_AS ? limit.rlim_cur >> 10U : limit.rlim_cur));
    };
    add(RLIMIT_AS, "v");
    add(RLIMIT_NOFILE, "n");
    add(RLIMIT_NPROC, "u");
    const std::string found = set.empty() ? "none" : fmt::format("{}", fmt::join(set, ", "));
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    rlimit space{};
    getrlimit(RLIMIT_AS, &space);
    if (space.rlim_cur != RLIM_INFINITY)
        return {"limits", Health::warning, found,
                "address space is limited: ulimit -v unlimited, limit memory by cgroups"};
    if (files.rlim_cur < few_files) return {"limits", Health::warning, found, "few open files: ulimit -n 1024"};
    return {"limits", Health::good, found, ""};
}

Finding mpi(const Communicator& ranks, std::size_t nodes)
{
    const std::string library = mpi_library();
    if (has_launcher())
        return {"MPI", Health::good, fmt::format("{}, {} ranks on {} nodes", library, ranks.size(), nodes), ""};
    const MpiTrial trial = try_mpi();
    if (!trial.started)
        return {"MPI", Health::failed, fmt::format("{} does not start: {}", library, trial.said),
                "commands run alone meanwhile; mpirun -n 1 alster doctor shows more; docs/slurm.md"};
    const auto found = fmt::format("{}, starts in {:.1f} s", library, trial.seconds);
    if (trial.seconds > slow_start)
        return {"MPI", Health::warning, found, "slow: look at the network that MPI tries (--mca btl self,vader)"};
    return {"MPI", Health::good, found, ""};
}

Finding slurm()
{
    const std::string job = variable("SLURM_JOB_ID");
    if (job.empty()) return {"Slurm", Health::good, "no job", ""};
    return {"Slurm", Health::good,
            fmt::format("job {}, {} tasks on {} nodes", job, variable("SLURM_NTASKS"), variable("SLURM_JOB_NUM_NODES")),
            ""};
}

Finding gpu()
{
    std::string why;
    const auto found = gpus(why);
    if (found.empty()) return {"GPU", Health::good, "none: " + why, ""};
    std::vector<std::string> names;
    for (const Gpu& one : found) names.push_back(fmt::format("{} ({})", one.name, one.architecture));
    return {"GPU", Health::good, fmt::format("{}", fmt::join(names, ", ")), ""};
}

Finding hdf5(const FileSystemFacts& files)
{
    const std::string locking = variable("HDF5_USE_FILE_LOCKING");
    const auto found = fmt::format("{}, parallel, locks files{}", hdf5_library(),
                                   locking.empty() ? "" : fmt::format(" (HDF5_USE_FILE_LOCKING={})", locking));
    const bool locks = locking != "FALSE" && locking != "0" && locking != "BEST_EFFORT";
    if (locks && !files.lock_failure.empty())
        return {"HDF5", Health::warning, found, "this folder knows no locks: export HDF5_USE_FILE_LOCKING=FALSE"};
    return {"HDF5", Health::good, found, ""};
}

Finding folder(const std::filesystem::path& directory, const FileSystemFacts& files)
{
    std::string found = fmt::format("{}: {}, {:.1f} GiB free, {}", directory.string(), files.kind,
                                    static_cast<double>(files.free_bytes) / gib,
                                    files.lock_failure.empty() ? "locks work" : "no locks: " + files.lock_failure);
    if (!files.write_failure.empty())
        return {"folder", Health::failed, fmt::format("{}, no file can be made: {}", found, files.write_failure),
                "work in a folder of your own: --in shows another one"};
    if (static_cast<double>(files.free_bytes) < little_space)
        return {"folder", Health::warning, found, "little space: models and checkpoints are written here"};
    return {"folder", Health::good, found, ""};
}

}  // namespace

const char* name(Health health)
{
    switch (health) {
        case Health::good:
            return "ok";
        case Health::warning:
            return "warning";
        default:
            return "failed";
    }
}

std::vector<Finding> examine(const Communicator& ranks, const std::filesystem::path& directory)
{
    const auto nodes = ranks.all_gather(ranks.node());
    const Finding cores = threads(ranks);
    if (!ranks.leads()) return {};
    const FileSystemFacts files = file_system_of(directory);
    return {processor(),
            cores,
            memory(),
            limits(),
            mpi(ranks, std::set(nodes.begin(), nodes.end()).size()),
            slurm(),
            gpu(),
            {"OpenBLAS", Health::good, blas_library(), ""},
            hdf5(files),
            folder(directory, files)};
}

}  // namespace alster
