#include "tests/support/random_problem.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace alster::test {

namespace {

std::vector<Column> random_columns(Row count, Row columns, std::mt19937& random)
{
    std::vector<Column> all(columns);
    std::iota(all.begin(), all.end(), 0);
    std::shuffle(all.begin(), all.end(), random);
    all.resize(count);
    std::sort(all.begin(), all.end());
    return all;
}

Row entries_of(Row row, const ProblemShape& shape, std::mt19937& random)
{
    if (row == 1) return 0;
    if (row == 2) return shape.columns;
    if (row == 3) return std::min<Row>(1, shape.columns);
    // lengths as in real logs: most short, some long
    const double u = std::uniform_real_distribution<double>(0.01, 1)(random);
    return std::min(shape.columns, static_cast<Row>(static_cast<double>(shape.columns) * std::pow(u, 3)));
}

}  // namespace

Problem random_problem(const ProblemShape& shape, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Problem problem{{}, HostMatrix(shape.columns, shape.width)};
    for (float& value : problem.fixed.values) value = normal(random) * 0.3F;

    Interactions& R = problem.interactions;
    for (Row row = 0; row < shape.rows; ++row) {
        for (const Column column : random_columns(entries_of(row, shape, random), shape.columns, random)) {
            R.columns.push_back(column);
            R.values.push_back(1 + static_cast<float>(random() % 5));
            if (!shape.weighted) continue;
            const auto kind = random() % 20;
            R.confidences.push_back(kind == 0 ? 0.0F : kind == 1 ? 300.0F : 0.5F + std::abs(normal(random)));
            R.preferences.push_back(random() % 4 == 0 ? -0.5F : 1.0F);
        }
        R.offsets.push_back(static_cast<Offset>(R.columns.size()));
    }
    return problem;
}

}  // namespace alster::test
