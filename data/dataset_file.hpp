#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "data/attributes.hpp"
#include "data/dataset_attributes.hpp"
#include "data/hdf5_file.hpp"
#include "data/id_column.hpp"
#include "data/interactions.hpp"
#include "data/tombstones.hpp"

namespace alster {

/// Which interactions: those to learn from, or those set aside by the split.
enum class Part { train, holdout };

/// What dataset.h5 says about itself (root attributes).
struct DatasetInfo {
    Row users = 0;
    Row items = 0;
    Offset interactions = 0;  // part train
    Offset held_out = 0;      // part holdout, 0: no split
    bool weighted = false;    // confidences and preferences are stored (rules or the log gave some)
    bool roles = false;       // roles are stored: some interaction was not simply consumed
    bool times = false;       // times of interactions are stored
    double value_mean = 0;    // over part train
    float value_min = 0;
    float value_max = 0;
    std::int64_t watermark = 0;  // latest event, Unix seconds; 0: the log has no times
    std::string split;           // as asked for: none, random:0.1, last:1, time:0.1, file
    std::string provenance;      // JSON: inputs, options, rules, counts of lines, events, duplicates, quarantined
    std::string fingerprint;     // SHA-256 over part train
    std::string extends;         // fingerprint of the dataset whose rows were kept; "": none
    std::string erased_from;     // fingerprints that it had before rows were erased, blanks between; "": none were
    Tombstones tombstones = {};  // ids that stay erased
};

/// Reads dataset.h5 (docs/formats.md). Errors: bad_data (65) for a missing, truncated, altered or incomplete file, a
/// file of another format, or of a newer version.
class DatasetReader {
public:
    explicit DatasetReader(const std::filesystem::path& path, const FileAccess& access = serial_access(),
                           Verify verify = Verify::all);

    [[nodiscard]] const DatasetInfo& info() const { return info_; }
    [[nodiscard]] Row rows(Side side) const { return side == Side::users ? info_.users : info_.items; }

    /// The functions below are not collective: each rank reads what it likes.

    /// Entries before each of the rows first … last (size last − first + 1, not shifted to 0).
    [[nodiscard]] std::vector<Offset> offsets(Part part, Side side, RowRange rows) const;

    /// Interactions of some rows. Part holdout is stored by user only.
    [[nodiscard]] Interactions interactions(Part part, Side side, RowRange rows) const;

    /// When each of these users' interactions was (entries, in the order of interactions()): Unix seconds of the latest
    /// event that consumed the item, else of the latest; 0: unknown. Throws usage (64) where the log had no times.
    [[nodiscard]] std::vector<std::uint32_t> times(Part part, RowRange users) const;

    /// Some entries of one row of part train, counted from the row's first: an Interactions of one row.
    [[nodiscard]] Interactions part_of_row(Side side, Row row, RowRange entries) const;

    [[nodiscard]] IdColumn ids(Side side, RowRange rows) const;
    [[nodiscard]] std::vector<Row> id_order(Side side, RowRange rows) const;
    [[nodiscard]] std::vector<std::int32_t> event_counts(Side side, RowRange rows) const;
    [[nodiscard]] std::vector<std::int64_t> last_events(Side side, RowRange rows) const;  // Unix seconds, 0: unknown

    /// What is known of the users or items beyond their ids, "title" and "genres" among it: names and types.
    [[nodiscard]] std::map<std::string, AttributeType> attribute_types(Side side) const;
    /// Some rows of one of them.
    [[nodiscard]] AttributeColumn attribute(Side side, const std::string& name, RowRange rows) const;

    [[nodiscard]] const Hdf5File& file() const { return file_; }

private:
    [[nodiscard]] Interactions read_entries(Part part, Side side, RowRange entries) const;

    Hdf5File file_;
    DatasetInfo info_;
};

/// Writes dataset.h5, streaming: the parts come in blocks of rows. With shared access each rank passes its own
/// consecutive rows, ranges in rank order, and all ranks call in the same order (append() excepted).
class DatasetWriter {
public:
    /// `info` must hold the final counts of rows and entries.
    DatasetWriter(const std::filesystem::path& path, const DatasetInfo& info,
                  const FileAccess& access = serial_access());

    /// `order`: a part of all rows in ascending order of their ids; `first_in_order` come before it.
    void write_ids(Side side, Row first, const IdColumn& ids, Row first_in_order, std::span<const Row> order);
    void write_ids(Side side, const IdColumn& ids) { write_ids(side, 0, ids, 0, ids.order()); }
    void write_events(Side side, std::span<const std::int32_t> counts, std::span<const std::int64_t> last,
                      Row first = 0);
    /// Text columns must be as wide, and vocabularies the same, on all ranks.
    void write_attribute(Side side, const std::string& name, const AttributeColumn& column, Row first, SetPlace place);
    /// Of one process, which has all rows.
    void write_attributes(Side side, const Attributes& attributes);

    /// Where the rows of this rank begin that append() will get; 0 and 0 at first.
    void begin(Part part, Side side, Row rows_before, Offset entries_before);

    /// The next rows of a part, in ascending order; part train is given once by user and once by item. By user with a
    /// time for each entry where the dataset has times.
    void append(Part part, Side side, const Interactions& rows, std::span<const std::uint32_t> times = {});

    /// Writes the attributes and the fingerprint, verifies and renames.
    void commit();

private:
    struct Progress {
        RowRange rows;  // written by this rank
        RowRange entries;
    };
    [[nodiscard]] Progress& progress(Part part, Side side);
    [[nodiscard]] std::string fingerprint() const;

    const FileAccess& access_;
    Hdf5File file_;
    DatasetInfo info_;
    std::map<std::pair<Part, Side>, Progress> progress_;
};

}  // namespace alster
