#include "host/evaluate/cold_trial.hpp"

#include <algorithm>

#include "data/error.hpp"
#include "host/machine/backend_choice.hpp"
#include "host/model/objective.hpp"
#include "host/personalize/cold/prior_map.hpp"
#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

namespace {

void append(const Interactions& from, Offset entry, Column column, Interactions& to)
{
    to.columns.push_back(column);
    to.values.push_back(from.values[entry]);
    if (!from.confidences.empty()) to.confidences.push_back(from.confidences[entry]);
    if (!from.preferences.empty()) to.preferences.push_back(from.preferences[entry]);
    if (!from.roles.empty()) to.roles.push_back(from.roles[entry]);
}

/// Rows as training has them: of explicit feedback [y, b], where a model has [y, 1, b].
HostMatrix trained_items(ServedModel& served, const Objective& objective, std::span<const std::int32_t> place_of)
{
    const ModelInfo& info = served.info();
    HostMatrix items(info.items, objective.width());
    for (const std::int32_t i : served.items().items()) {
        if (place_of[i] >= 0) continue;
        const float* row = served.items().factors(i);
        std::copy_n(row, objective.factors, items.row(i));
        if (objective.is_explicit()) items.row(i)[objective.factors] = row[info.width - 1];
    }
    return items;
}

/// Turns the items, which every rank has, into their principal basis; returns that.
Spectrum to_principal_basis(const Communicator& ranks, const CpuBackend& backend, HostMatrix& items)
{
    const double largest = backend.largest(items);
    ExactSum sum(triangle_size(items.width), static_cast<double>(items.rows) * largest * largest);
    backend.gramian(items, sum);
    const auto packed = sum.values();
    Spectrum spectrum = backend.principal_basis(packed, items.width);
    ranks.broadcast(spectrum.values);
    ranks.broadcast(spectrum.vectors);
    backend.rotate(items, spectrum);
    return spectrum;
}

void require_solved(const Communicator& ranks, const SolveReport& report)
{
    if (ranks.max(std::max(report.failed, report.unsolved)) >= 0)
        throw Error(ExitCode::diverged,
                    "a user cannot be solved again without the hidden items: its confidences differ too much");
}

}  // namespace

HiddenPart hide(const Interactions& all, std::span<const std::int32_t> place_of)
{
    HiddenPart parts;
    for (Row row = 0; row < all.rows(); ++row) {
        for (Offset entry = all.offsets[row]; entry < all.offsets[row + 1]; ++entry) {
            const Column item = all.columns[entry];
            if (place_of[item] < 0)
                append(all, entry, item, parts.left);
            else
                append(all, entry, place_of[item], parts.hidden);
        }
        for (Interactions* part : {&parts.left, &parts.hidden}) part->offsets.push_back(std::ssize(part->columns));
    }
    return parts;
}

RefoldedUsers refold(ServedModel& served, RowRange users, Interactions left, std::span<const std::int32_t> place_of)
{
    const Objective objective = Objective::of(served.info());
    const CpuBackend backend(common_instruction_set(served.ranks(), Precision::fp32));
    RefoldedUsers refolded{.users = HostMatrix(left.rows(), objective.width()),
                           .items = trained_items(served, objective, place_of)};
    RowObjective of_row = objective.of_row(served.info().items);
    auto prior = served.model().prior(Side::users);
    if (!objective.is_explicit()) {
        const Spectrum basis = to_principal_basis(served.ranks(), backend, refolded.items);
        for (std::size_t a = 0; a < of_row.base.size(); ++a)
            of_row.base[a] = objective.unobserved_weight() * basis.values[a];
        if (prior) prior->map = turned_map(*prior, basis);
    }
    Features features;
    if (prior) {
        features = read_features(served.dataset(), Side::users, prior->names, users);
        of_row.prior = std::make_shared<RowPrior>(
            RowPrior{features.offsets, features.columns, features.weights, prior->map, prior->width});
    }
    const auto shard = backend.load(objective.apply(std::move(left), served.info().mean), objective.width());
    const SolveReport report = backend.solve(shard, refolded.items, of_row, refolded.users);
    require_solved(served.ranks(), report);
    return refolded;
}

}  // namespace alster
