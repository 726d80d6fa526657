#include "host/personalize/cold/prior_map.hpp"

#include <algorithm>

#include "distributed/communicator.hpp"
#include "host/personalize/cold/ridge_system.hpp"

namespace alster {

std::vector<double> turned_map(const FeaturePrior& prior, const Spectrum& basis)
{
    const Row w = prior.width;
    std::vector<double> turned(prior.map.size());
#pragma omp parallel for schedule(static)
    for (Row feature = 0; feature < prior.names.size(); ++feature)
        for (Row k = 0; k < w; ++k) {
            const double value = prior.map[feature * w + k];
            for (Row a = 0; a < w; ++a) turned[feature * w + a] += value * basis.vectors[k * w + a];
        }
    return turned;
}

std::vector<float> map_by_prior(const FeaturePrior& prior, const Features& features, std::span<const Row> wanted)
{
    std::vector<float> mapped(wanted.size() * static_cast<std::size_t>(prior.width));
#pragma omp parallel
    {
        std::vector<double> sum(static_cast<std::size_t>(prior.width));
#pragma omp for schedule(static)
        for (Row place = 0; place < std::ssize(wanted); ++place) {
            std::ranges::fill(sum, 0.0);
            for (Offset n = features.offsets[wanted[place]]; n < features.offsets[wanted[place] + 1]; ++n)
                for (Row a = 0; a < prior.width; ++a)
                    sum[a] += features.weights[n] * prior.map[features.columns[n] * prior.width + a];
            for (Row a = 0; a < prior.width; ++a) mapped[place * prior.width + a] = static_cast<float>(sum[a]);
        }
    }
    return mapped;
}

std::vector<float> map_by_refitted_prior(FeaturePrior prior, const MappingTask& task, std::span<const double> weights)
{
    std::vector<double> known(weights.size());
    for (const Row row : task.known) known[row] = weights[row];
    const WeightedFeatures rows{task.features, known, task.features.rows()};
    const Communicator alone = Communicator::self();
    const RidgeSystem system(alone, rows, prior.ridge);
    prior.map = system.solve(alone, rows, task.factors.values, prior.width);
    return map_by_prior(prior, task.features, task.wanted);
}

}  // namespace alster
