#include "data/hdf5_handle.hpp"

#include <algorithm>

namespace alster {

void start_hdf5()
{
    [[maybe_unused]] static const bool started = [] {
        H5dont_atexit();
        H5open();
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
        return true;
    }();
}

bool Hdf5Handle::close()
{
    if (!valid()) return true;
    // every call of HDF5 forgets the errors of the one before
    const hid_t earlier = H5Eget_num(H5E_DEFAULT) > 0 ? H5Eget_current_stack() : H5I_INVALID_HID;
    const bool closed = closer_(release()) >= 0;
    if (earlier >= 0 && closed)
        H5Eset_current_stack(earlier);
    else if (earlier >= 0)
        H5Eclose_stack(earlier);
    return closed;
}

namespace {

herr_t keep_innermost(unsigned position, const H5E_error2_t* error, void* text)
{
    if (position == 0 && error->desc) *static_cast<std::string*>(text) = error->desc;
    return 0;
}

/// The text between quotes behind `key`, or nothing: HDF5 wraps the system's words in addresses and times.
std::string quoted(const std::string& text, const std::string& key)
{
    const auto begin = text.find(key);
    if (begin == std::string::npos) return {};
    const auto first = begin + key.size();
    return text.substr(first, text.find('\'', first) - first);
}

}  // namespace

std::string hdf5_reason()
{
    std::string text;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &text);
    for (const char* key : {"error message = '", "MPI error string is '"})
        if (auto words = quoted(text, key); !words.empty()) text = std::move(words);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text.empty() ? "unknown reason" : text;
}

}  // namespace alster
