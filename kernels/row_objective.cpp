#include <cmath>

#include "kernels/backend.hpp"

namespace alster {

double RowObjective::regularization(Offset entries, bool of_bias) const
{
    return (of_bias ? bias_lambda : lambda) * std::pow(static_cast<double>(entries) + count_offset, nu);
}

}  // namespace alster
