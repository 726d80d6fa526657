#include "distributed/leader.hpp"

#include <filesystem>
#include <string>

#include "data/error.hpp"

namespace alster {

void by_leader(const Communicator& ranks, const std::function<void()>& work)
{
    std::int64_t code = 0;
    std::string message;
    if (ranks.leads()) {
        try {
            work();
        } catch (const Error& error) {
            code = static_cast<std::int64_t>(error.code());
            message = error.what();
        } catch (const std::filesystem::filesystem_error& error) {  // a name that cannot even be looked up
            code = static_cast<std::int64_t>(ExitCode::cannot_create);
            message = fmt::format("{}: cannot be made: {}", error.path1().string(), error.code().message());
        }
    }
    ranks.broadcast(std::span(&code, 1));
    ranks.broadcast(message);
    if (code != 0) throw Error(static_cast<ExitCode>(code), message);
}

std::optional<OutputLock> lock_output(const Communicator& ranks, const std::filesystem::path& path)
{
    std::optional<OutputLock> lock;
    by_leader(ranks, [&] { lock.emplace(OutputLock::of_file(path)); });
    return lock;
}

}  // namespace alster
