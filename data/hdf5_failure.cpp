#include "data/hdf5_failure.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

#include "data/hdf5_handle.hpp"

namespace alster {

namespace {

herr_t keep_all(unsigned, const H5E_error2_t* error, void* text)
{
    if (error->desc) *static_cast<std::string*>(text) += std::string(error->desc) + '\n';
    return 0;
}

}  // namespace

Hdf5Failure hdf5_failure()
{
    std::string text;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_all, &text);
    const auto says = [&](const char* words) { return text.find(words) != std::string::npos; };
    Hdf5Failure failure;
    failure.locking = says("lock file");
    failure.open_for_writing = says("already open for write") || says("already open for SWMR");
    constexpr std::string_view key = "errno = ";
    if (const auto found = text.find(key); found != std::string::npos)
        failure.reason = std::atoi(text.c_str() + found + key.size());
    return failure;
}

}  // namespace alster
