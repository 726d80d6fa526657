#include <algorithm>

#include "kernels/reference/eigen_views.hpp"
#include "kernels/reference/reference_backend.hpp"

namespace alster {

void ReferenceBackend::rotate(Matrix& Y, const Spectrum& spectrum, BasisFor /*use*/) const
{
    const Eigen::Map<const RowMajorXd> Q(spectrum.vectors.data(), Y.width, Y.width);
    for (Row first = 0; first < Y.rows; first += rows_per_chunk) {
        auto chunk = rows_of(Y, first, std::min(Y.rows - first, rows_per_chunk));
        chunk = (chunk.cast<double>() * Q).cast<float>();
    }
}

}  // namespace alster
