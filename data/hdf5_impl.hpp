#pragma once
#include <exception>
#include <filesystem>
#include <map>
#include <string>

#include "data/hdf5_file.hpp"
#include "data/hdf5_handle.hpp"

namespace alster {

/// What an open file is made of. Datasets are opened as they are needed; those being written keep their progress.
struct Hdf5File::Impl {
    struct Writing {
        hdf5::Handle dataset;
        std::int64_t row_bytes = 0;
        Row next = -1;  // the row that must come next; −1: none written yet
        Checksum checksum;
    };

    std::filesystem::path path;       // the final name
    std::filesystem::path temporary;  // what is written to; empty when reading
    const FileAccess* access = nullptr;
    hdf5::Handle file;
    std::map<std::string, Writing> writing;
    int exceptions = std::uncaught_exceptions();

    ~Impl();

    [[nodiscard]] hdf5::Handle open_dataset(const std::string& name) const;
    void make(const std::string& name, hid_t type, std::int64_t row_bytes, Row rows, Row width);
    void write(const std::string& name, hid_t type, Row first, Row rows, const void* data);
    void read(const std::string& name, hid_t type, RowRange rows, Row width, void* data) const;

    /// CRC-32 over the names and values of all attributes but those that are written last.
    [[nodiscard]] std::uint32_t attributes_checksum() const;
};

}  // namespace alster
