#include "host/model/model_and_data.hpp"

#include <algorithm>

#include "data/error.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

namespace {

constexpr Row block = 65'536;

Error mismatch(const ModelReader& model, const DatasetReader& dataset, const std::string& difference)
{
    return {ExitCode::bad_data, "{} was not trained on {}: {}; give the dataset it was trained on",
            model.file().path().string(), dataset.file().path().string(), difference};
}

bool same_ids(const IdColumn& a, const IdColumn& b)
{
    if (a.kind != b.kind) return false;
    if (a.kind == IdKind::int64) return a.numbers == b.numbers;
    for (Row r = 0; r < a.rows(); ++r)
        if (a.texts[r] != b.texts[r]) return false;
    return true;
}

void require_same_ids(const Communicator& ranks, const ModelReader& model, const DatasetReader& dataset, Side side)
{
    const RowRange mine = RowPartition::even(model.rows(side), 1, ranks.size()).of(ranks.rank());
    std::int64_t different = 0;
    for (Row first = mine.first; first < mine.last && different == 0; first += block) {
        const RowRange rows{first, std::min(first + block, mine.last)};
        different = !same_ids(model.ids(side, rows), dataset.ids(side, rows));
    }
    if (ranks.sum(different) > 0) throw mismatch(model, dataset, fmt::format("the ids of their {} differ", name(side)));
}

}  // namespace

std::string partial_note(const ModelReader& model)
{
    if (model.info().partial == 0) return "";
    return fmt::format("{} is partial: its run was stopped after {} sweeps and may go on", model.file().path().string(),
                       model.info().sweeps);
}

std::string require_match(const Communicator& ranks, const ModelReader& model, const DatasetReader& dataset)
{
    for (const Side side : {Side::users, Side::items})
        if (model.rows(side) != dataset.rows(side))
            throw mismatch(
                model, dataset,
                fmt::format("the model has {} {}, the dataset {}", model.rows(side), name(side), dataset.rows(side)));
    if (model.info().fingerprint == dataset.info().fingerprint) return "";
    for (const Side side : {Side::users, Side::items}) require_same_ids(ranks, model, dataset, side);
    return fmt::format("{} was trained on other interactions than those of {}; the ids are the same",
                       model.file().path().string(), dataset.file().path().string());
}

}  // namespace alster
