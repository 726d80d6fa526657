#include "host/train/audit.hpp"

#include <gtest/gtest.h>

#include "tests/support/random_problem.hpp"

namespace alster {
namespace {

TEST(Audit, MeetsRowsThatAreAssembledInPartsWithinItsCost)
{
    // one row of each length, all exact but for the shortest of those in parts
    const Row columns = 2 * entries_per_part + 1;
    auto problem = test::random_problem({.rows = 0, .columns = columns, .width = 3, .weighted = false});
    Interactions& R = problem.interactions;
    for (const Offset n : {Offset{7}, 2 * entries_per_part + 1, entries_per_part, entries_per_part + 1}) {
        for (Offset k = 0; k < n; ++k) R.columns.push_back(static_cast<Column>(k));
        R.offsets.push_back(R.offsets.back() + n);
    }
    const RowObjective objective{.base = {1, 1, 1}, .lambda = 0.1};
    HostMatrix X(4, 3);
    (void)ReferenceBackend().solve(R, problem.fixed, objective, X);
    EXPECT_EQ(0, audit_rows(R, problem.fixed.table(), X.table(), objective).largest_error);
    EXPECT_EQ(3, audit_rows(R, problem.fixed.table(), X.table(), objective).rows);

    for (Row a = 0; a < 3; ++a) X.row(3)[a] *= 1.5F;
    EXPECT_NEAR(0.5, audit_rows(R, problem.fixed.table(), X.table(), objective).largest_error, 1e-6);
}

}  // namespace
}  // namespace alster
