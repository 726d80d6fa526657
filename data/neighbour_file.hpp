#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/hdf5_file.hpp"
#include "data/id_column.hpp"
#include "data/interactions.hpp"

namespace alster {

/// What neighbours.h5 says about itself (root attributes, docs/formats.md).
struct NeighbourInfo {
    Row items = 0;
    Offset neighbours = 0;    // stored, of all items
    Offset interactions = 0;  // positive training interactions that were walked over, before histories were sampled
    double b = 0;             // exponent of popularity
    Row most = 0;             // neighbours of an item
    Row history_limit = 0;    // interactions of a history that were walked over
    Row sampled_users = 0;    // users whose history is longer
    std::int64_t seed = 0;    // of their samples
    std::string fingerprint = {};  // of the dataset
    std::string created_utc = {};
    std::string tool_version = {};
};

/// Neighbours of consecutive items. Of each the weights descend.
struct NeighbourRows {
    std::span<const Offset> offsets;      // (items + 1) from 0
    std::span<const std::int32_t> items;  // (entries) rows of /items
    std::span<const float> weights;       // (entries)
};

/// Writes the file at once: each rank passes its own consecutive items, in rank order, with their ids. `id_bytes`: width
/// of a text id over all ranks, 0 where ids are numbers. info.items and info.neighbours are set here. Errors:
/// cannot_create (73), io (74). Collective.
void write_neighbours(const std::filesystem::path& path, NeighbourInfo info, const IdColumn& ids, std::size_t id_bytes,
                      const NeighbourRows& rows, const FileAccess& access = serial_access());

/// Reads neighbours.h5. Errors: bad_data (65) for a file that is missing, damaged, of another format, or contradicts
/// itself; the message names the place. Collective where the access is shared.
class NeighbourReader {
public:
    explicit NeighbourReader(const std::filesystem::path& path, const FileAccess& access = serial_access(),
                             Verify verify = Verify::all);

    [[nodiscard]] const NeighbourInfo& info() const { return info_; }
    [[nodiscard]] const Hdf5File& file() const { return file_; }

    [[nodiscard]] std::vector<Offset> offsets() const;      // (items + 1)
    [[nodiscard]] std::vector<std::int32_t> items() const;  // (neighbours)
    [[nodiscard]] std::vector<float> weights() const;       // (neighbours)

private:
    void check_rows() const;

    Hdf5File file_;
    NeighbourInfo info_;
};

}  // namespace alster
