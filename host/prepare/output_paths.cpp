#include "host/prepare/output_paths.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "data/error.hpp"
#include "data/output_path.hpp"

namespace alster {

void check_output(const std::filesystem::path& out)
{
    const auto directory = directory_of(output_target(out));
    if (access(directory.c_str(), W_OK | X_OK) != 0)
        throw Error(ExitCode::cannot_create, "{}: nothing can be written in {}: {}", out.string(), directory.string(),
                    std::strerror(errno));
}

std::filesystem::path beside(const std::filesystem::path& out, const char* ending)
{
    auto path = out;
    path += ending;
    return path;
}

}  // namespace alster
