#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/file_access.hpp"
#include "data/id_column.hpp"
#include "data/interactions.hpp"
#include "data/value_rules.hpp"

namespace alster {

enum class Verify { nothing, all };

/// An HDF5 file in which every dataset carries a CRC-32 (attribute "crc32") and the root says when it is complete.
///
/// Writing goes to a file of a temporary name beside `path`; commit() closes it, reads it back against the checksums,
/// syncs it and renames it to `path`. A file that is not committed is removed. Where the access is shared by several
/// ranks, each of them calls the same functions in the same order, with its own rows (consecutive ranges in rank
/// order); datasets written whole are written by the leader and every rank passes the same values. Datasets are
/// contiguous and aligned to 4096 bytes, so that numpy.memmap can map them. All values are little-endian. Element
/// types: float, double, int32, int64, uint8, uint16.
///
/// The root's attribute "attributes_crc32" covers names, shapes, types and all attributes, so that open() notices any
/// change to them. Ranks open a file for reading each by itself, without MPI-IO.
///
/// Errors: cannot_create (73) when the file cannot be made; io (74) when writing fails (disk full …) or a file cannot
/// be read as it is locked, open for writing or not this user's; bad_data (65) when a file is missing, is no HDF5, is
/// truncated, lacks a dataset or does not match its checksum.
class Hdf5File {
public:
    [[nodiscard]] static Hdf5File create(const std::filesystem::path& path, const FileAccess& access = serial_access());
    /// Opens for reading. With Verify::all everything in the file is compared with its checksums first, the work shared
    /// by the ranks (about a second a GB): what is read afterwards can be trusted.
    [[nodiscard]] static Hdf5File open(const std::filesystem::path& path, const FileAccess& access = serial_access(),
                                       Verify verify = Verify::all);
    Hdf5File(Hdf5File&&) noexcept;
    Hdf5File& operator=(Hdf5File&&) noexcept;
    ~Hdf5File();

    /// Ends writing, as above. The root attribute complete = 1 is written last; then every rank reads back an even
    /// share.
    void commit();

    [[nodiscard]] const std::filesystem::path& path() const;
    [[nodiscard]] const FileAccess& access() const;
    [[nodiscard]] bool contains(const std::string& name) const;

    // -- attributes of the root ("/") or of any group or dataset -------------------------------------------------
    void set_attribute(const std::string& object, const std::string& key, std::int64_t value);
    void set_attribute(const std::string& object, const std::string& key, double value);
    void set_attribute(const std::string& object, const std::string& key, std::string_view text);
    void set_attribute(const std::string& object, const std::string& key, std::span<const std::int32_t> values);
    [[nodiscard]] bool has_attribute(const std::string& object, const std::string& key) const;
    [[nodiscard]] std::int64_t integer_attribute(const std::string& object, const std::string& key) const;
    [[nodiscard]] double real_attribute(const std::string& object, const std::string& key) const;
    [[nodiscard]] std::string text_attribute(const std::string& object, const std::string& key) const;
    [[nodiscard]] std::vector<std::int32_t> integers_attribute(const std::string& object, const std::string& key) const;

    // -- writing ------------------------------------------------------------------------------------------------
    /// Makes a (rows) or, where width > 0, a (rows, width) dataset; parent groups are made as needed.
    template <class T>
    void make_rows(const std::string& name, Row rows, Row width = 0);

    /// Makes a (rows) dataset of UTF-8 strings of fixed `bytes`, padded with NUL.
    void make_text(const std::string& name, Row rows, std::size_t bytes);

    /// Writes the next rows of this rank; the first call says where it starts. Rows of one rank come in ascending order
    /// without a gap. Every rank must make at least one call before seal(), with an empty span if it has no rows.
    template <class T>
    void write_rows(const std::string& name, Row first, std::span<const T> values);
    void write_text(const std::string& name, Row first, const TextColumn& values);

    /// Joins the ranks' checksums of a dataset written by rows, and stores the result. Collective.
    void seal(const std::string& name);

    /// make_rows, write_rows and seal for a dataset that every rank has whole: the leader writes it.
    template <class T>
    void write(const std::string& name, std::span<const T> values, Row width = 0);
    void write(const std::string& name, const TextColumn& values);

    // -- reading ------------------------------------------------------------------------------------------------
    struct Shape {
        Row rows = 0;
        Row width = 0;            // 0: one-dimensional
        std::string element;      // "float32", "int64", "text[12]"
        std::uint64_t bytes = 0;  // of all rows
    };
    [[nodiscard]] Shape shape(const std::string& name) const;

    // Reading is not collective and compares nothing: open() with Verify::all has done that.

    /// The whole dataset.
    template <class T>
    [[nodiscard]] std::vector<T> read(const std::string& name) const;
    [[nodiscard]] TextColumn read_text(const std::string& name) const;

    /// Some rows.
    template <class T>
    [[nodiscard]] std::vector<T> read_rows(const std::string& name, RowRange rows) const;
    [[nodiscard]] TextColumn read_text_rows(const std::string& name, RowRange rows) const;

    /// Reads every dataset once, each rank a share, and compares it with its checksum; those that `rules` name, with
    /// their rule as well. All ranks throw the same. Collective.
    void verify(const ValueRules& rules = {}) const;

    /// Full names ("/users/id") of all datasets, in alphabetical order.
    [[nodiscard]] std::vector<std::string> datasets() const;

    struct Impl;  // data/hdf5_impl.hpp

private:
    explicit Hdf5File(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace alster
