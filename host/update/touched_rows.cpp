#include "host/update/touched_rows.hpp"

#include <algorithm>
#include <span>

#include "distributed/row_partition.hpp"

namespace alster {

namespace {

constexpr Row block_rows = 65'536;

template <class T>
void append(const std::vector<T>& from, Offset first, Offset last, std::vector<T>& to)
{
    if (from.empty()) return;
    to.insert(to.end(), from.begin() + first, from.begin() + last);
}

template <class T>
bool same(const std::vector<T>& a, Offset at_a, const std::vector<T>& b, Offset at_b, Offset count)
{
    if (a.empty() || b.empty()) return a.empty() == b.empty();
    return std::equal(a.begin() + at_a, a.begin() + at_a + count, b.begin() + at_b);
}

bool same_row(const Interactions& a, const Interactions& b, Row row)
{
    const Offset count = a.entries(row), at_a = a.offsets[row], at_b = b.offsets[row];
    return b.entries(row) == count && (count == 0 || (same(a.columns, at_a, b.columns, at_b, count) &&
                                                      same(a.values, at_a, b.values, at_b, count) &&
                                                      same(a.confidences, at_a, b.confidences, at_b, count) &&
                                                      same(a.preferences, at_a, b.preferences, at_b, count)));
}

}  // namespace

RowMarks touched_rows(const Communicator& ranks, const DatasetReader& before, const DatasetReader& now, Side side)
{
    const RowPartition shares = RowPartition::even(now.rows(side), 1, ranks.size());
    const RowRange mine = shares.of(ranks.rank());
    RowMarks marks(static_cast<std::size_t>(now.rows(side)));
    for (Row first = mine.first; first < mine.last; first += block_rows) {
        const RowRange rows{first, std::min(first + block_rows, mine.last)};
        const RowRange known{std::min(rows.first, before.rows(side)), std::min(rows.last, before.rows(side))};
        const Interactions old = before.interactions(Part::train, side, known);
        const Interactions all = now.interactions(Part::train, side, rows);
        for (Row r = 0; r < rows.size(); ++r)
            marks[first + r] = r < known.size() ? !same_row(old, all, r) : all.entries(r) > 0;
    }
    std::vector<std::span<std::byte>> parts;
    for (int rank = 0; rank < ranks.size(); ++rank) {
        const RowRange rows = shares.of(rank);
        parts.push_back(std::as_writable_bytes(std::span(marks).subspan(rows.first, rows.size())));
    }
    const RowMarks own(marks.begin() + mine.first, marks.begin() + mine.last);
    ranks.all_gather_rows(std::as_bytes(std::span(own)), parts, 1);
    return marks;
}

Interactions marked_interactions(const DatasetReader& dataset, Side side, RowRange rows, const RowMarks& marks)
{
    Interactions marked;
    for (Row first = rows.first; first < rows.last; first += block_rows) {
        const RowRange range{first, std::min(first + block_rows, rows.last)};
        const Interactions block = dataset.interactions(Part::train, side, range);
        for (Row r = 0; r < range.size(); ++r) {
            if (marks[first + r] != 0) {
                const Offset begin = block.offsets[r], end = block.offsets[r + 1];
                append(block.columns, begin, end, marked.columns);
                append(block.values, begin, end, marked.values);
                append(block.confidences, begin, end, marked.confidences);
                append(block.preferences, begin, end, marked.preferences);
                append(block.roles, begin, end, marked.roles);
            }
            marked.offsets.push_back(static_cast<Offset>(marked.columns.size()));
        }
    }
    return marked;
}

}  // namespace alster
