#include "host/personalize/user_block.hpp"

#include "host/model/learned.hpp"
#include "host/personalize/walk.hpp"

namespace alster {

namespace {

Knowledge knowledge_of(const ModelInfo& info, std::span<const float> factors, Offset interactions)
{
    if (has_learned(Side::users, factors, info.objective == "explicit")) return Knowledge::learned;
    return interactions > 0 ? Knowledge::nothing_learned : Knowledge::no_history;
}

void append(const Interactions& rows, Interactions& to)
{
    const Offset before = to.entries();
    to.columns.insert(to.columns.end(), rows.columns.begin(), rows.columns.end());
    for (Row r = 0; r < rows.rows(); ++r) to.offsets.push_back(before + rows.offsets[r + 1]);
}

}  // namespace

Interactions positive_history(const DatasetReader& dataset, std::span<const Row> users)
{
    Interactions history;
    each_run(users, [&](RowRange run, std::size_t) {
        if (run.empty())
            history.offsets.push_back(history.entries());
        else
            append(positive_items(dataset.interactions(Part::train, Side::users, run)), history);
    });
    return history;
}

void each_run(std::span<const Row> users, const std::function<void(RowRange, std::size_t)>& visit)
{
    for (std::size_t n = 0; n < users.size();) {
        std::size_t end = n + 1;
        if (users[n] == unknown_user) {
            visit({0, 0}, n);
        } else {
            while (end < users.size() && users[end] == users[end - 1] + 1) ++end;
            visit({users[n], users[end - 1] + 1}, n);
        }
        n = end;
    }
}

UserBlock read_users(const ModelReader& model, const DatasetReader& dataset, std::span<const Row> users,
                     const Exclusion* exclusion)
{
    const ModelInfo& info = model.info();
    UserBlock block;
    each_run(users, [&](RowRange run, std::size_t) {
        if (run.empty()) {
            block.factors.resize(block.factors.size() + info.width);
            block.excluded.offsets.push_back(block.excluded.entries());
            block.knowledge.push_back(Knowledge::unknown_id);
            return;
        }
        const auto factors = model.factors(Side::users, run);
        const auto offsets = dataset.offsets(Part::train, Side::users, run);
        for (Row r = 0; r < run.size(); ++r)
            block.knowledge.push_back(knowledge_of(info, std::span(factors).subspan(r * info.width, info.width),
                                                   offsets[r + 1] - offsets[r]));
        block.factors.insert(block.factors.end(), factors.begin(), factors.end());
        if (exclusion)
            append(excluded_items(dataset, run, *exclusion), block.excluded);
        else
            block.excluded.offsets.resize(block.excluded.offsets.size() + run.size(), block.excluded.entries());
    });
    return block;
}

}  // namespace alster
