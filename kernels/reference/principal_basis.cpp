#include <Eigen/Dense>
#include <algorithm>

#include "kernels/reference/eigen_views.hpp"
#include "kernels/reference/reference_backend.hpp"
#include "kernels/spectrum.hpp"

namespace alster {

Spectrum ReferenceBackend::principal_basis(std::span<const double> gram, Row width) const
{
    Eigen::MatrixXd G(width, width);
    for (Row a = 0; a < width; ++a)
        for (Row b = 0; b <= a; ++b) G(a, b) = G(b, a) = gram[triangle_index(a, b)];
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(G);

    Spectrum spectrum{std::vector<double>(width), std::vector<double>(static_cast<std::size_t>(width) * width)};
    Eigen::Map<RowMajorXd>(spectrum.vectors.data(), width, width) = solver.eigenvectors();
    Eigen::Map<Eigen::VectorXd>(spectrum.values.data(), width) = solver.eigenvalues();
    make_canonical(spectrum);
    return spectrum;
}

}  // namespace alster
