#include "host/plan/mpi_trial.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "host/machine/stopwatch.hpp"

namespace alster {

namespace {

/// The environment with what makes a process without a launcher start MPI, and end where that takes too long.
std::vector<char*> trial_environment()
{
    static char with_mpi[] = "ALSTER_MPI=1";
    static char patience[] = "ALSTER_MPI_START_SECONDS=20";
    std::vector<char*> variables{with_mpi, patience};  // the first of two counts
    for (char** variable = environ; *variable; ++variable) variables.push_back(*variable);
    variables.push_back(nullptr);
    return variables;
}

std::string read_all(int file)
{
    std::string text;
    char buffer[4096];
    for (ssize_t size = 0; (size = ::read(file, buffer, sizeof buffer)) > 0 || (size < 0 && errno == EINTR);)
        if (size > 0) text.append(buffer, static_cast<std::size_t>(size));
    return text;
}

/// The last line that says something, without the rules that MPI draws.
std::string last_line(const std::string& text)
{
    std::string last;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const auto line = text.substr(begin, end - begin);
        if (line.find_first_not_of(" -") != line.npos) last = line;
        begin = end + 1;
    }
    return last;
}

}  // namespace

MpiTrial try_mpi()
{
    const Stopwatch stopwatch;
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return {.said = std::strerror(errno)};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    char program[] = "/proc/self/exe";
    char command[] = "doctor";
    char option[] = "--mpi-trial";
    char* words[] = {program, command, option, nullptr};
    pid_t child = 0;
    const int reason = ::posix_spawn(&child, program, &actions, nullptr, words, trial_environment().data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    const std::string said = reason == 0 ? read_all(ends[0]) : std::strerror(reason);
    ::close(ends[0]);
    int status = 0;
    while (reason == 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    const bool started = reason == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return {started, stopwatch.elapsed(), started ? "" : last_line(said)};
}

}  // namespace alster
