#pragma once
#include "data/interactions.hpp"
#include "kernels/host_matrix.hpp"

namespace alster::test {

/// Shape of a random half-step; planted among its rows: an empty one, a full one, one with a single entry.
struct ProblemShape {
    Row rows = 40;
    Row columns = 90;
    Row width = 8;
    bool weighted = true;  // confidences (0 and very large ones among them) and preferences (negative ones too)
};

struct Problem {
    Interactions interactions;
    HostMatrix fixed;  // (columns, width)
};

/// The same problem for the same shape and seed.
Problem random_problem(const ProblemShape& shape, unsigned seed = 1);

}  // namespace alster::test
