#include <Eigen/Core>
#include <cmath>

#include "data/error.hpp"
#include "host/publish/formats.hpp"
#include "host/publish/nearest.hpp"

namespace alster {

namespace {

constexpr Row neighbours_kept = 100;

/// The neighbours of each query, and 1 − cosine, as the benchmark calls angular.
struct Truth {
    std::vector<std::int32_t> neighbours;
    std::vector<float> distances;
};

Truth truth_of(const NearestSearch& search)
{
    Truth truth;
    for (const auto& list : search.best())
        for (const auto& neighbour : list) {
            truth.neighbours.push_back(static_cast<std::int32_t>(neighbour.candidate));
            truth.distances.push_back(static_cast<float>(1 - neighbour.score));
        }
    return truth;
}

}  // namespace

/// train: the items of equal norm; test: users; neighbors: exact, whose order is that of the dot product.
Files write_ann_benchmarks(const VectorExport& vectors)
{
    const VectorTable& items = vectors.table;
    if (items.rows() > Row{0x7FFFFFFF})
        throw Error(ExitCode::usage, "--to ann-benchmarks holds at most 2,147,483,647 items, there are {}",
                    items.rows());
    const VectorTable users(items.model(), Side::users, VectorKind::ann_cosine, false);
    const auto test = users.sample(vectors.queries);
    if (test.empty() || items.rows() == 0)
        throw Error(ExitCode::bad_data, "{}: nothing was learned of any {}", items.model().file().path().string(),
                    test.empty() ? "user" : "item");
    const Row width = items.width();
    const Row queries = std::ssize(test) / width;
    const Row k = std::min(neighbours_kept, items.rows());
    NearestSearch search(test, width, k, true);
    Hdf5File file = Hdf5File::create(vectors.out);
    file.make_rows<float>("/train", items.rows(), width);
    items.each([&](const VectorRows& rows) {
        search.add(rows.values);
        file.write_rows<float>("/train", rows.first, rows.values);
    });
    file.seal("/train");
    const Truth truth = truth_of(search);
    file.write<float>("/test", test, width);
    file.write<std::int32_t>("/neighbors", truth.neighbours, k);
    file.write<float>("/distances", truth.distances, k);
    file.set_attribute("/", "distance", "angular");
    file.set_attribute("/", "type", "dense");
    file.set_attribute("/", "point_type", "float");
    file.set_attribute("/", "dimension", std::int64_t{width});
    file.set_attribute("/", "queries", std::int64_t{queries});
    file.commit();
    return {vectors.out};
}

}  // namespace alster
