#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "data/id_column.hpp"
#include "distributed/communicator.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

/// The ids of one side and their rows, shared out over the ranks by ranges of ids: no rank holds all of them, and each
/// has its part of their ascending order at hand. All functions are collective, unless they say otherwise.
///
/// Rows go to the ids that have them already, then to the others in ascending order: numbers by value, texts by bytes.
/// So a row's number depends on the ids alone, not on the order of the input or where it was cut.
class IdDirectory {
public:
    /// `known`: this rank's part of the ids that have rows already, from row `first_known` on; the ranks' parts are
    /// consecutive. `met`: the ids that this rank has met, all distinct. If any of all these is a text, all become
    /// texts. `what` names the side in messages. Error: bad_data (65) above 2^31 - 1 rows.
    IdDirectory(const Communicator& ranks, const char* what, const IdColumn& known, Row first_known,
                const IdColumn& met);

    /// Of all ranks. Not collective.
    [[nodiscard]] Row rows() const { return rows_; }

    /// The rows of the ids that this rank has met. Not collective.
    [[nodiscard]] const std::vector<Column>& rows_of_met() const { return rows_of_met_; }

    /// The rows of any texts, −1 where there is none.
    [[nodiscard]] std::vector<Column> find(const IdColumn& texts) const;

    /// Three of the ids, for messages: "'1', '2', '3'".
    [[nodiscard]] std::string sample() const;

    /// The ids of this rank's rows.
    [[nodiscard]] IdColumn ids_of(const RowPartition& partition) const;

    /// This rank's part of all rows in ascending order of their ids, and how many come before it. Not collective.
    [[nodiscard]] std::span<const Row> order() const { return order_; }
    [[nodiscard]] Row first_in_order() const { return first_in_order_; }

private:
    template <class T>
    using Lists = std::vector<std::vector<T>>;  // one for each rank, or from each

    void agree_on_kind(const IdColumn& known, const IdColumn& met);
    void choose_borders(const IdColumn& ids);
    void number(const char* what, const IdColumn& ids, std::vector<Column>& rows);
    [[nodiscard]] IdColumn joined(const IdColumn& a, const IdColumn& b) const;
    [[nodiscard]] int keeper(const IdColumn& ids, Row r) const;
    [[nodiscard]] Lists<Column> by_keeper(const IdColumn& ids) const;
    [[nodiscard]] IdColumn exchanged(const IdColumn& ids, const Lists<Column>& to) const;
    [[nodiscard]] Column row_of(const IdColumn& ids, Row r) const;

    const Communicator& ranks_;
    IdKind kind_ = IdKind::int64;
    std::size_t width_ = 1;  // of texts
    IdColumn borders_;       // rank r keeps the ids from border r − 1 on to below border r
    Row rows_ = 0;
    std::vector<Column> rows_of_met_;
    IdColumn ids_;            // that this rank keeps, ascending
    std::vector<Row> order_;  // their rows
    Row first_in_order_ = 0;
};

}  // namespace alster
