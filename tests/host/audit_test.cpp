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
    const auto rows = rows_to_audit(R, 3, entries_per_part);
    EXPECT_EQ((std::vector<Row>{0, 3, 1}), rows);
    const auto audit = [&] {
        HostMatrix sampled(std::ssize(rows), 3);
        for (Row k = 0; k < sampled.rows; ++k) std::copy_n(X.row(rows[k]), 3, sampled.row(k));
        return audit_rows(R, rows, problem.fixed.table(), sampled.table(), objective);
    };
    EXPECT_EQ(0, audit().largest_error);
    EXPECT_EQ(3, audit().rows);

    for (Row a = 0; a < 3; ++a) X.row(3)[a] *= 1.5F;
    EXPECT_NEAR(0.5, audit().largest_error, 1e-6);
}

}  // namespace
}  // namespace alster
