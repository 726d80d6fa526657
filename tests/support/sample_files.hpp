#pragma once
#include <filesystem>

#include "data/dataset_file.hpp"
#include "data/model_file.hpp"

namespace alster::test {

/// 5 users × 4 items with text ids for users and numbers for items; user 1 and item 3 have no interactions.
[[nodiscard]] Interactions sample_by_user();
[[nodiscard]] Interactions sample_by_item();
[[nodiscard]] Interactions sample_holdout();
[[nodiscard]] IdColumn sample_user_ids();
[[nodiscard]] IdColumn sample_item_ids();
[[nodiscard]] Attributes sample_attributes();
[[nodiscard]] DatasetInfo sample_dataset_info();

/// One a second, from `first` on, for each entry.
[[nodiscard]] std::vector<std::uint32_t> times_of(const Interactions& rows, std::uint32_t first);

/// Writes the sample above to a dataset file.
void write_sample_dataset(const std::filesystem::path& path);

/// A model of `users` × `items` × `width` whose values follow from the row number, so that any rank can make its rows.
class SampleModel {
public:
    SampleModel(Row users, Row items, Row width);

    [[nodiscard]] const ModelInfo& info() const { return info_; }
    [[nodiscard]] std::vector<float> factors(Side side, RowRange rows) const;
    [[nodiscard]] IdColumn ids(Side side, RowRange rows) const;
    [[nodiscard]] std::vector<Row> order(Side side, RowRange rows) const;
    [[nodiscard]] std::vector<std::int32_t> event_counts(RowRange rows) const;
    [[nodiscard]] std::vector<std::int64_t> last_events(RowRange rows) const;
    [[nodiscard]] std::vector<std::uint8_t> status(RowRange rows) const;
    [[nodiscard]] std::vector<double> gramian(Side side) const;

    [[nodiscard]] PopularItems popular() const;

    /// Bytes of a text id, over all rows; 0 for items, whose ids are numbers.
    [[nodiscard]] std::size_t id_bytes(Side side) const;

    /// Every rank writes its own rows.
    void write(const std::filesystem::path& path, const FileAccess& access, RowRange users, RowRange items) const;

private:
    void write_ann_cosine(ModelWriter& writer, RowRange items) const;

    ModelInfo info_;
};

/// Writes a small model, or checkpoint, by one process.
void write_sample_model(const std::filesystem::path& path);
void write_sample_checkpoint(const std::filesystem::path& path);

/// Writes lists of 3 places by one process: of four users, or of five items, whose neighbours they are. The first list
/// is full, the last one empty.
void write_sample_lists(const std::filesystem::path& path);
void write_sample_similar(const std::filesystem::path& path);

}  // namespace alster::test
