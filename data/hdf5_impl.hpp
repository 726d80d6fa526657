#pragma once
#include <exception>
#include <map>
#include <optional>

#include "data/hdf5_file.hpp"
#include "data/hdf5_handle.hpp"

namespace alster {

/// A dataset that is open for reading or writing.
struct Hdf5Dataset {
    Hdf5Handle handle;
    Hdf5Handle type;
    Row rows = 0;
    Row width = 0;              // 0: one-dimensional
    std::size_t row_bytes = 0;  // of all columns

    [[nodiscard]] std::uint64_t bytes() const { return static_cast<std::uint64_t>(rows) * row_bytes; }
};

/// Moves rows between the file and memory in slices, each rank for itself. False where HDF5 failed: hdf5_reason().
[[nodiscard]] bool read_slices(const Hdf5Dataset& dataset, RowRange rows, std::span<std::byte> to);
[[nodiscard]] bool write_slices(const Hdf5Dataset& dataset, Row first, std::span<const std::byte> from);

/// How many values an attribute has: reading writes that many, whatever was expected.
[[nodiscard]] std::size_t elements_in(const Hdf5Handle& attribute);

/// "/users/id" for "users/id".
[[nodiscard]] std::string absolute(const std::string& name);

/// What stands behind Hdf5File; its members are spread over the hdf5_*.cpp files by job.
struct Hdf5File::Impl {
    /// A dataset between make_rows() and seal().
    struct Unsealed {
        Hdf5Dataset dataset;
        Row next = 0;  // the row after those that this rank wrote
        bool started = false;
        Checksum sum;  // of this rank's rows
    };

    std::filesystem::path path;     // as it was named
    std::filesystem::path goal;     // of a file that is being written: where it comes to lie
    std::filesystem::path current;  // where the bytes are
    const FileAccess* access = nullptr;
    Hdf5Handle file;
    bool writing = false;
    int exceptions = std::uncaught_exceptions();
    std::uint64_t free_bytes = 0;           // when the file was made
    std::uint64_t planned_bytes = 1 << 16;  // of all datasets, their headers, and the root's
    std::map<std::string, Unsealed> unsealed;

    // hdf5_file.cpp
    void reserve_room() const;
    void close();
    void abandon() noexcept;
    [[noreturn]] void altered(const std::string& what) const;
    void require_same(const std::string& what, std::span<const std::byte> mine) const;

    // hdf5_attributes.cpp
    [[nodiscard]] Hdf5Handle object(const std::string& name) const;
    void put_attribute(const std::string& object, const std::string& key, hid_t type, std::span<const std::byte> value,
                       Row length = -1);
    void put_text(const std::string& object, const std::string& key, const std::string& text);
    [[noreturn]] void cannot_write_attribute(const std::string& key) const;
    [[nodiscard]] Hdf5Handle attribute(const std::string& object, const std::string& key, H5T_class_t kind) const;

    // hdf5_text.cpp
    [[nodiscard]] std::optional<std::string> text_of(const Hdf5Handle& attribute) const;

    // hdf5_integrity.cpp
    [[nodiscard]] std::vector<std::string> objects() const;
    [[nodiscard]] Checksum structure() const;
    void check_complete() const;

    // hdf5_write.cpp
    void make(const std::string& name, hid_t type, Row rows, Row width);
    void reserve(const std::string& name, std::uint64_t bytes);
    void make_parents(const std::string& name) const;
    [[nodiscard]] Unsealed& open_for_writing(const std::string& name);
    void append(const std::string& name, Row first, std::span<const std::byte> values);
    void store_whole(const std::string& name, std::span<const std::byte> values);
    void seal(const std::string& name, const Checksum& whole);

    // hdf5_read.cpp
    [[nodiscard]] Hdf5Dataset dataset(const std::string& name) const;
    [[nodiscard]] Hdf5Dataset dataset(const std::string& name, hid_t type) const;
    [[nodiscard]] Hdf5Dataset text_dataset(const std::string& name) const;
    void require_plain(const std::string& name, const Hdf5Dataset& dataset) const;
    void read(const std::string& name, const Hdf5Dataset& dataset, RowRange rows, std::span<std::byte> to) const;
    void compare(const std::string& name, const Checksum& found) const;
    struct ReadShare;
    [[nodiscard]] ReadShare read_share(const std::string& name, const Hdf5Dataset& source, const ValueRule* rule) const;
    void verify(const std::string& name, const ValueRule* rule) const;
    void require_unbroken(const std::string& name, const Hdf5Dataset& dataset, const ValueRule& rule,
                          Offset broken) const;
};

}  // namespace alster
