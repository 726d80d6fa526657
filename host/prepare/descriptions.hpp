#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset_file.hpp"
#include "data/ingest/item_catalogue.hpp"
#include "distributed/communicator.hpp"
#include "distributed/id_directory.hpp"
#include "host/prepare/quarantine_file.hpp"

namespace alster {

/// A file that says what items or users are.
struct DescriptionFile {
    std::string path;  // "": none
    ItemColumnSpec columns;
};

/// Least events of the classes by which a report says how many rows an attribute was given for.
inline constexpr std::array<std::int32_t, 5> event_classes = {0, 1, 10, 100, 1000};

/// How well an attribute is filled.
struct AttributeReport {
    std::string name;
    AttributeType type = AttributeType::text;
    std::int64_t given = 0;       // rows
    std::int64_t distinct = 0;    // values of a category or set
    std::int64_t unreadable = 0;  // taken as not given
    std::string first_unreadable = {};
    std::array<std::int64_t, event_classes.size()> given_in_class = {};  // of rows by their number of events
    std::array<std::int64_t, event_classes.size()> rows_in_class = {};
};

/// What became of one side's file.
struct DescriptionReport {
    std::int64_t described = 0;       // rows
    std::int64_t without_events = 0;  // of these, those of which the log knows nothing
    std::int64_t repeated = 0;        // lines about a row of an earlier line, which they replace
    std::int64_t cut = 0;             // texts above 1000 bytes
    std::int64_t quarantined = 0;     // lines
    std::vector<AttributeReport> attributes = {};
};

/// The attributes of one side: from a file, and from the dataset that is extended. The file is read twice, by every rank
/// in whole: for its ids, so that what is described has a row, and for what it says of this rank's rows.
class Descriptions {
public:
    /// `quarantine`: where lines go that cannot be read, of which at most the fraction `max_bad` may be.
    Descriptions(const Communicator& ranks, Side side, DescriptionFile file, const std::filesystem::path& quarantine,
                 double max_bad);

    /// The described ids that the directory lacks and that were not erased, this rank's part of them. Throws bad_data (65) where it has none of
    /// all that are described: the file is about something else. Collective.
    [[nodiscard]] IdColumn new_ids(const IdDirectory& directory, const Tombstones& erased);

    /// Reads what is said of rows `rows` with these ids; `known` has the first rows, of a dataset that is extended, and
    /// what it says of them holds where the file says nothing. Errors: bad_data (65). Collective.
    void read(const IdColumn& ids, RowRange rows, const std::optional<DatasetReader>& known);

    /// Writes them, and counts by the rows' numbers of events. Collective.
    void write(DatasetWriter& file, Row first, std::span<const std::int32_t> event_counts);

    [[nodiscard]] const DescriptionReport& report() const { return report_; }
    /// One line each.
    [[nodiscard]] std::vector<std::string> warnings() const;

private:
    void keep_known(const DatasetReader& known, RowRange rows, ItemCatalogue& catalogue) const;
    void encode_columns(ItemCatalogue& catalogue);
    [[nodiscard]] std::vector<std::string> vocabulary_of(const TextsOfColumn& column) const;
    void check_separator(const std::string& attribute, const TextsOfColumn& column,
                         std::span<const std::string> vocabulary);

    const Communicator& ranks_;
    Side side_;
    DescriptionFile file_;
    double max_bad_;
    QuarantineFile quarantine_;
    Attributes columns_;
    DescriptionReport report_;
    std::vector<std::string> warnings_;
};

}  // namespace alster
