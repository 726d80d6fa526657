#pragma once
#include <span>
#include <vector>

#include "host/personalize/cold/features.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// Rows to make factors for from those of rows that are known. Each of both is a row of the features.
struct MappingTask {
    const Features& features;
    FactorTable factors;          // of all rows, (features.rows(), width); of known ones alone it is read
    std::span<const Row> known;   // ascending
    std::span<const Row> wanted;  // ascending
};

/// The mean factors of the `nearest` known rows with the largest cosines of features, weighted by these; ties by row.
/// A row that shares no value with a known one gets zeros. (wanted, width), the same bits for any number of threads.
[[nodiscard]] std::vector<float> map_by_nearest(const MappingTask& task, Row nearest = 10);

/// F A of the linear map A = argmin Σ_known ‖y − f A‖² + λ ‖A‖², found by conjugate gradients until its gradient has
/// fallen to 10⁻⁶ of the first one. (wanted, width), the same bits for any number of threads.
[[nodiscard]] std::vector<float> map_by_ridge(const MappingTask& task, double lambda = 1);

}  // namespace alster
