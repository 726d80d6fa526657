#include "host/solve/model_rows.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>

#include "data/error.hpp"
#include "data/model_file.hpp"
#include "host/model/learned.hpp"
#include "host/model/served_factors.hpp"

namespace alster {

namespace {

constexpr Row block = 65'536;

void require_same_form(const ModelReader& model, const Objective& objective)
{
    const Objective theirs = Objective::of(model.info());
    if (theirs.feedback == objective.feedback && theirs.factors == objective.factors) return;
    const auto form = [](const Objective& one) {
        return fmt::format("{} factors of {} feedback", one.factors, one.is_explicit() ? "explicit" : "implicit");
    };
    throw Error(ExitCode::bad_data, "{}: has {}, but this run is to have {}", model.file().path().string(),
                form(theirs), form(objective));
}

/// Not what was mapped from features.
bool was_learned(std::uint8_t status)
{
    return status == static_cast<std::uint8_t>(RowStatus::trained) ||
           status == static_cast<std::uint8_t>(RowStatus::folded_in);
}

/// Of a file that says of every item that it was learned, and has only zeros.
void require_factors(const ModelReader& model)
{
    const Row width = model.info().width;
    for (Row first = 0; first < model.rows(Side::items); first += block) {
        const RowRange range{first, std::min(first + block, model.rows(Side::items))};
        const auto factors = model.factors(Side::items, range);
        for (Row r = 0; r < range.size(); ++r)
            if (has_learned(Side::items, std::span(factors).subspan(r * width, width),
                            model.info().objective == "explicit"))
                return;
    }
    throw Error(ExitCode::bad_data, "{}: all factors of its items are 0: they say nothing; train that model again",
                model.file().path().string());
}

/// The rows of the items of which something was learned.
std::unordered_map<std::string, Row> rows_by_id(const ModelReader& model)
{
    std::unordered_map<std::string, Row> rows;
    for (Row first = 0; first < model.rows(Side::items); first += block) {
        const RowRange range{first, std::min(first + block, model.rows(Side::items))};
        const IdColumn ids = model.ids(Side::items, range);
        const auto status = model.status(Side::items, range);
        for (Row r = 0; r < range.size(); ++r)
            if (was_learned(status[r])) rows.emplace(ids.text(r), first + r);
    }
    return rows;
}

/// Whether one of the dataset's items is in the model.
bool have_common(const DatasetReader& dataset, const std::unordered_map<std::string, Row>& rows)
{
    for (Row first = 0; first < dataset.info().items; first += block) {
        const IdColumn ids = dataset.ids(Side::items, {first, std::min(first + block, dataset.info().items)});
        for (Row r = 0; r < ids.rows(); ++r)
            if (rows.contains(ids.text(r))) return true;
    }
    return false;
}

}  // namespace

void require_factors_of_model(const std::filesystem::path& path, const DatasetReader& dataset,
                              const Objective& objective)
{
    static_cast<void>(factors_of_model(path, dataset, objective, {0, 0}));
}

std::vector<float> factors_of_model(const std::filesystem::path& path, const DatasetReader& dataset,
                                    const Objective& objective, RowRange items)
{
    const ModelReader model(path, serial_access(), Verify::all);
    require_same_form(model, objective);
    const auto rows = rows_by_id(model);
    if (!have_common(dataset, rows))
        throw Error(ExitCode::bad_data, "{}: has learned none of the items of {}", model.file().path().string(),
                    dataset.file().path().string());
    require_factors(model);
    const auto width = static_cast<std::size_t>(objective.width());
    std::vector<float> factors(static_cast<std::size_t>(items.size()) * width, std::numeric_limits<float>::quiet_NaN());
    for (Row first = items.first; first < items.last; first += block) {
        const IdColumn ids = dataset.ids(Side::items, {first, std::min(first + block, items.last)});
        for (Row r = 0; r < ids.rows(); ++r) {
            const auto found = rows.find(ids.text(r));
            if (found == rows.end()) continue;
            const auto row =
                trained_factors(Side::items, objective, model.factors(Side::items, {found->second, found->second + 1}));
            std::ranges::copy(row, factors.begin() + static_cast<std::ptrdiff_t>((first - items.first + r) * width));
        }
    }
    return factors;
}

}  // namespace alster
