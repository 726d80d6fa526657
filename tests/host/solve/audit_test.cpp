#include "host/solve/audit.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

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
    (void)solve_exact_rows(R, problem.fixed.table(), objective, X.values);
    const auto rows = rows_to_audit(R, 3, entries_per_part, {0, count_auditable(R)});
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
    EXPECT_EQ(3, audit().farthest);
    EXPECT_FALSE(audit().within(0.4));
}

TEST(Audit, ANumberThatIsNotFiniteStaysTheLargestError)
{
    const auto problem = test::random_problem({.rows = 3, .columns = 9, .width = 2, .weighted = false});
    const RowObjective objective{.base = {1, 1}, .lambda = 0.1};
    HostMatrix X(3, 2);
    (void)solve_exact_rows(problem.interactions, problem.fixed.table(), objective, X.values);
    const std::vector<Row> rows = {0, 1, 2};
    for (const Row broken : rows)
        for (const float value : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
            HostMatrix changed = X;
            changed.row(broken)[1] = value;
            const Audit audit =
                audit_rows(problem.interactions, rows, problem.fixed.table(), changed.table(), objective);
            EXPECT_EQ(broken, audit.farthest) << value;
            EXPECT_FALSE(audit.within(1e300)) << "row " << broken << ", " << value;
        }
}

Interactions rows_of(std::initializer_list<Offset> entries)
{
    Interactions R;
    for (const Offset n : entries) {
        for (Offset k = 0; k < n; ++k) R.columns.push_back(static_cast<Column>(k));
        R.offsets.push_back(R.offsets.back() + n);
    }
    return R;
}

TEST(Audit, LooksAtTheSameRowsOnAnyNumberOfRanks)
{
    Interactions all;
    for (Row u = 0; u < 500; ++u) {
        for (Offset k = 0; k < u % 4; ++k) all.columns.push_back(static_cast<Column>(k));
        all.offsets.push_back(std::ssize(all.columns));
    }
    const Row auditable = count_auditable(all);
    const auto expected = rows_to_audit(all, 200, entries_per_part, {0, auditable});
    EXPECT_GE(std::ssize(expected), 64);
    for (const Row cut : {1, 64, 130, 499}) {
        std::vector<Row> found;
        Row before = 0;
        for (const RowRange own : {RowRange{0, cut}, RowRange{cut, 500}}) {
            Interactions mine;
            for (Row u = own.first; u < own.last; ++u) mine.offsets.push_back(mine.offsets.back() + all.entries(u));
            for (const Row u : rows_to_audit(mine, 200, entries_per_part, {before, auditable}))
                found.push_back(own.first + u);
            before += count_auditable(mine);
        }
        EXPECT_EQ(expected, found) << cut;
    }
}

TEST(Audit, LooksAtALongRowWhereThereAreNoOthers)
{
    const Interactions R = rows_of({20'000, 0, 15'000});
    EXPECT_EQ(0, count_auditable(R));
    EXPECT_EQ((std::vector<Row>{2}), rows_to_audit(R, 8, entries_per_part, {}));
    EXPECT_TRUE(rows_to_audit(rows_of({0, 0}), 8, entries_per_part, {}).empty());
}

}  // namespace
}  // namespace alster
