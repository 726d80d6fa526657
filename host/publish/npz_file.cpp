#include "host/publish/npz_file.hpp"

#include <zip.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "data/error.hpp"
#include "data/output_path.hpp"
#include "data/temporary_file.hpp"

namespace alster {

NpzFile::NpzFile(const std::filesystem::path& path) : path_(output_target(path)), temporary_(make_temporary(path_))
{
    zip_ = zipOpen64(temporary_.c_str(), APPEND_STATUS_CREATE);
    if (zip_) return;
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
    throw Error(ExitCode::cannot_create, "{}: cannot be created: {}", path_.string(), std::strerror(errno));
}

NpzFile::~NpzFile()
{
    if (zip_) zipClose(zip_, nullptr);
    std::error_code ignored;
    if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
}

void NpzFile::require(bool done) const
{
    if (!done)
        throw Error(ExitCode::io, "{}: writing failed: {}: make room and run again", path_.string(),
                    std::strerror(errno != 0 ? errno : EIO));
}

void NpzFile::begin(const std::string& name, std::string_view header)
{
    end_entry();
    const zip_fileinfo without_time{};  // the same content gives the same bytes
    constexpr int zip64 = 1;
    constexpr int stored = 0;
    require(zipOpenNewFileInZip64(zip_, (name + ".npy").c_str(), &without_time, nullptr, 0, nullptr, 0, nullptr, stored,
                                  0, zip64) == ZIP_OK);
    in_entry_ = true;
    write(header);
}

void NpzFile::write(std::string_view bytes)
{
    constexpr std::size_t most = std::size_t{1} << 30;
    for (std::size_t first = 0; first < bytes.size(); first += most) {
        const auto part = bytes.substr(first, most);
        require(zipWriteInFileInZip(zip_, part.data(), static_cast<unsigned>(part.size())) == ZIP_OK);
    }
}

void NpzFile::end_entry()
{
    if (std::exchange(in_entry_, false)) require(zipCloseFileInZip(zip_) == ZIP_OK);
}

void NpzFile::commit()
{
    end_entry();
    require(zipClose(std::exchange(zip_, nullptr), nullptr) == ZIP_OK);
    sync_to_disk(temporary_);
    publish(temporary_, path_);
    temporary_.clear();
}

}  // namespace alster
