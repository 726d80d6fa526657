#include <algorithm>
#include <cmath>

#include "data/model_file.hpp"
#include "host/update/erased_files.hpp"

namespace alster {

namespace {

constexpr Row block_rows = 65'536;

std::string group_of(Side side) { return std::string("/") + name(side); }

template <class T>
void clear(std::vector<T>& rows, RowRange range, const ClearedRows& cleared, T value = 0)
{
    for (Row r = range.first; r < range.last; ++r)
        if (cleared.at(r)) rows[r - range.first] = value;
}

class ModelErasure {
public:
    ModelErasure(const std::filesystem::path& path, Erasure& erasure) : model_(path), info_(model_.info())
    {
        report_ = {.path = model_.file().path(), .kind = "model"};
        users_ = erasure.rows_of(Side::users, model_.ids(Side::users, all(Side::users)), info_.fingerprint);
        items_ = erasure.rows_of(Side::items, model_.ids(Side::items, all(Side::items)), info_.fingerprint);
        info_.fingerprint = erasure.following(info_.fingerprint);
        report_.users = users_.count;
        report_.items = items_.count;
        report_.follows = info_.fingerprint != model_.info().fingerprint;
        report_.written = report_.follows || users_.count + items_.count > 0;
    }

    ErasedFile run()
    {
        if (!report_.written) return report_;
        ModelWriter file(report_.path, info_);
        for (const Side side : {Side::users, Side::items}) {
            write_rows(file, side);
            file.write_gramian(side, gramian_without(side));
            if (const auto prior = model_.prior(side)) file.write_prior(side, *prior);
        }
        write_ann_cosine(file);
        const PopularItems popular = model_.popular(), kept = without(popular, items_);
        report_.places = std::ssize(popular.items) - std::ssize(kept.items);
        file.write_popular(kept);
        file.commit();
        return report_;
    }

private:
    [[nodiscard]] RowRange all(Side side) const { return {0, model_.rows(side)}; }
    [[nodiscard]] const ClearedRows& cleared(Side side) const { return side == Side::users ? users_ : items_; }

    /// As a row of which nothing was learned: of explicit feedback a 1 stays, which adds the other side's bias.
    void clear_row(Side side, std::span<float> row) const
    {
        std::ranges::fill(row, 0.0F);
        if (info_.objective == "explicit") row[row.size() - (side == Side::users ? 1 : 2)] = 1;
    }

    void write_rows(ModelWriter& file, Side side)
    {
        const RowRange rows = all(side);
        const ClearedRows& gone = cleared(side);
        const IdColumn ids = with_erased_ids(model_.ids(side, rows), gone);
        file.write_ids(side, 0, ids, ids.kind == IdKind::text ? ids.texts.width : 0, ids.order());
        auto factors = model_.factors(side, rows);
        const auto width = static_cast<std::size_t>(info_.width);
        for (Row r = 0; r < rows.last; ++r)
            if (gone.at(r)) clear_row(side, std::span(factors).subspan(r * width, width));
        file.write_factors(side, 0, factors);
        auto counts = model_.event_counts(side, rows);
        auto last = model_.file().read_rows<std::int64_t>(group_of(side) + "/last_event", rows);
        auto status = model_.status(side, rows);
        clear(counts, rows, gone);
        clear(last, rows, gone);
        clear(status, rows, gone, static_cast<std::uint8_t>(RowStatus::erased));
        file.write_rows(side, 0, counts, last, status);
        if (info_.updates == 0) return;
        auto folded = model_.fold_times(side, rows);
        clear(folded, rows, gone);
        file.write_fold_times(side, 0, folded);
    }

    /// G − Σ y yᵀ over the cleared rows, and for explicit feedback with what clear_row() leaves of them.
    [[nodiscard]] std::vector<double> gramian_without(Side side) const
    {
        auto gramian = model_.gramian(side);
        const Row width = info_.width;
        const auto add = [&](std::span<const float> y, double factor) {
            for (Row a = 0; a < width; ++a)
                for (Row b = 0; b < width; ++b) gramian[a * width + b] += factor * (static_cast<double>(y[a]) * y[b]);
        };
        for (Row r = 0; r < model_.rows(side); ++r) {
            if (!cleared(side).at(r)) continue;
            auto row = model_.factors(side, {r, r + 1});
            add(row, -1);
            clear_row(side, row);
            add(row, 1);
        }
        for (Row a = 0; a < width; ++a) gramian[a * width + a] = std::max(0.0, gramian[a * width + a]);
        return gramian;
    }

    /// Equal norms need an item of no factors to be [0, M].
    void write_ann_cosine(ModelWriter& file) const
    {
        constexpr const char* name = "/items/ann_cosine";
        const double max_norm = model_.file().real_attribute(name, "max_norm");
        const double headroom = model_.file().real_attribute(name, "headroom");
        auto vectors = model_.file().read_rows<float>(name, all(Side::items));
        const auto width = static_cast<std::size_t>(info_.width) + 1;
        const auto row_width = static_cast<std::size_t>(info_.width);
        for (Row r = 0; r < info_.items; ++r) {
            if (!items_.at(r)) continue;
            const auto row = std::span(vectors).subspan(r * width, width);
            clear_row(Side::items, row.first(row_width));
            double squares = 0;
            for (const float y : row.first(row_width)) squares += static_cast<double>(y) * y;
            const double target = max_norm * headroom;
            row.back() = static_cast<float>(std::sqrt(std::max(0.0, target * target - squares)));
        }
        file.write_ann_cosine(0, vectors, max_norm, headroom);
    }

    ModelReader model_;
    ModelInfo info_;
    ClearedRows users_;
    ClearedRows items_;
    ErasedFile report_;
};

}  // namespace

ErasedFile erase_in_model(const std::filesystem::path& path, Erasure& erasure)
{
    return ModelErasure(path, erasure).run();
}

}  // namespace alster
