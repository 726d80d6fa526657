#pragma once
#include <Eigen/Dense>

#include "kernels/host_matrix.hpp"

namespace alster {

using RowMajorXf = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowMajorXd = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Rows first … first + count of a matrix, without a copy.
inline Eigen::Map<const RowMajorXf> rows_of(const HostMatrix& matrix, Row first, Row count)
{
    return {matrix.row(first), count, matrix.width};
}

inline Eigen::Map<RowMajorXf> rows_of(HostMatrix& matrix, Row first, Row count)
{
    return {matrix.row(first), count, matrix.width};
}

}  // namespace alster
