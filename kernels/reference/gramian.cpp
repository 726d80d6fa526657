#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "kernels/reference/eigen_views.hpp"
#include "kernels/reference/reference_backend.hpp"

namespace alster {

double ReferenceBackend::largest(const Matrix& Y) const
{
    double largest = 0;
    for (const float value : Y.values) largest = std::max(largest, std::abs(static_cast<double>(value)));
    return largest;
}

void ReferenceBackend::gramian(const Matrix& Y, ExactSum& G, BasisFor /*use*/) const
{
    std::vector<double> packed(triangle_size(Y.width));
    for (Row first = 0; first < Y.rows; first += rows_per_chunk) {
        const Eigen::MatrixXd chunk = rows_of(Y, first, std::min(Y.rows - first, rows_per_chunk)).cast<double>();
        const Eigen::MatrixXd product = chunk.transpose() * chunk;
        for (Row a = 0; a < Y.width; ++a)
            for (Row b = 0; b <= a; ++b) packed[triangle_index(a, b)] = product(a, b);
        G.add(packed);
    }
}

}  // namespace alster
