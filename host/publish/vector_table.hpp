#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/model_file.hpp"
#include "host/model/labels.hpp"
#include "host/publish/export_request.hpp"

namespace alster {

/// Some vectors that are exported.
struct VectorRows {
    Row first = 0;                  // the number of the first among all that are exported
    std::span<const Row> rows;      // (n) rows of the model
    const IdColumn& ids;            // (n)
    std::span<const float> values;  // (n, width)

    [[nodiscard]] Row size() const { return std::ssize(rows); }
    [[nodiscard]] std::span<const float> vector(Row n) const
    {
        const auto width = values.size() / rows.size();
        return values.subspan(static_cast<std::size_t>(n) * width, width);
    }
};

/// The vectors of one side of a model, read in blocks.
class VectorTable {
public:
    /// `labels`: of items, for titles; may be null. Both must outlive it. `all_rows`: those of which nothing was
    /// learned as well. Users' ann_cosine is [x, 0].
    VectorTable(const ModelReader& model, Side side, VectorKind kind, bool all_rows,
                const ItemLabels* labels = nullptr);

    [[nodiscard]] const ModelInfo& info() const { return model_.info(); }
    [[nodiscard]] const ModelReader& model() const { return model_; }
    [[nodiscard]] Side side() const { return side_; }
    [[nodiscard]] VectorKind kind() const { return kind_; }
    [[nodiscard]] Row rows() const { return rows_; }
    [[nodiscard]] Row skipped() const { return model_.rows(side_) - rows_; }
    [[nodiscard]] Row width() const { return width_; }
    [[nodiscard]] IdKind id_kind() const { return id_kind_; }
    /// Bytes of a text id, of the longest.
    [[nodiscard]] std::size_t id_width() const { return id_width_; }

    [[nodiscard]] bool has_titles() const { return labels_ && side_ == Side::items && labels_->has_titles(); }
    /// Of a row of the model, only where there are titles.
    [[nodiscard]] std::string title(Row row) const { return labels_->title(row); }

    /// Visits all of them in order, some 16 MB at a time; `ids_only` leaves the values empty.
    void each(const std::function<void(const VectorRows&)>& visit, bool ids_only = false) const;

    /// The vectors of at most `most` rows of which something was learned, spread evenly: (n, width).
    [[nodiscard]] std::vector<float> sample(Row most) const;

private:
    [[nodiscard]] std::vector<float> values(RowRange rows) const;

    const ModelReader& model_;
    Side side_;
    VectorKind kind_;
    const ItemLabels* labels_;
    std::vector<std::uint8_t> learned_;  // of every row of the model
    bool all_rows_;
    Row rows_ = 0;
    Row width_ = 0;
    IdKind id_kind_ = IdKind::int64;
    std::size_t id_width_ = 0;
};

}  // namespace alster
