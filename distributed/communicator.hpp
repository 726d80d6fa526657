#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/exact_sum.hpp"
#include "data/interactions.hpp"
#include "distributed/row_transfer.hpp"

namespace alster {

/// The ranks of the job: spans in, spans out. Nothing outside distributed/ calls MPI. All functions are collective:
/// every rank calls the same ones in the same order. Errors of MPI end the job. One rank makes no calls of MPI at all.
class Communicator {
public:
    Communicator();  // all ranks of the MPI session; this process alone where MPI was not started

    /// This rank alone, whatever the others do.
    [[nodiscard]] static Communicator self();

    ~Communicator() = default;
    Communicator(const Communicator&) = delete;
    Communicator& operator=(const Communicator&) = delete;

    [[nodiscard]] int rank() const { return rank_; }
    [[nodiscard]] int size() const { return size_; }
    [[nodiscard]] bool leads() const { return rank_ == 0; }

    /// Name of the machine this rank runs on. Not collective.
    [[nodiscard]] std::string node() const;

    void barrier() const;

    /// Every rank leaves with the sum over ranks, the same bits for any number of them.
    void sum(ExactSum& partial) const;
    [[nodiscard]] std::int64_t sum(std::int64_t value) const;
    void sum(std::span<std::int64_t> values) const;  // element by element

    /// The sums over the ranks before this one.
    [[nodiscard]] std::vector<std::int64_t> sum_before(std::span<const std::int64_t> mine) const;
    [[nodiscard]] std::int64_t sum_before(std::int64_t mine) const { return sum_before(std::span(&mine, 1))[0]; }

    [[nodiscard]] double max(double value) const;
    [[nodiscard]] std::int64_t max(std::int64_t value) const;

    /// Rank 0's values for everybody.
    void broadcast(std::span<double> values) const;
    void broadcast(std::span<std::int64_t> values) const;
    void broadcast(std::string& text) const;

    /// One value from each rank, in rank order, on every rank.
    [[nodiscard]] std::vector<double> all_gather(double value) const;
    [[nodiscard]] std::vector<std::int64_t> all_gather(std::int64_t value) const;
    [[nodiscard]] std::vector<std::string> all_gather(const std::string& text) const;

    /// Any number of values from each rank, in rank order, on every rank.
    [[nodiscard]] std::vector<double> all_gather(std::span<const double> mine) const;

    /// `mine` (some rows) from each rank into parts[rank], which ascend in one array, at whole rows from the first.
    /// Counted in rows, so no part is too large for MPI's 32-bit counts.
    void all_gather_rows(std::span<const std::byte> mine, std::span<const std::span<std::byte>> parts,
                         Row row_bytes) const;

    /// Joins consecutive blocks of rows: `mine` (my rows) from each rank, in rank order, into `all`. `rows_of` holds
    /// each rank's number of rows.
    void all_gather_rows(std::span<const float> mine, std::span<float> all, std::span<const Row> rows_of,
                         Row width) const;

    /// `to[r]` for rank r from each rank; returns what each rank sent here. Any number of values, which must be plain.
    template <class T>
    [[nodiscard]] std::vector<std::vector<T>> all_to_all(const std::vector<std::vector<T>>& to) const
    {
        std::vector<std::int64_t> sizes;
        for (const auto& values : to) sizes.push_back(std::ssize(values));
        std::vector<std::vector<T>> from;
        for (const auto size : all_to_all_sizes(sizes)) from.emplace_back(size);
        // by turns of pairs, not by one MPI_Alltoallv, whose displacements end at 2^31 values
        for (int distance = 0; distance < size_; ++distance) {
            const int target = (rank_ + distance) % size_;
            const int source = (rank_ + size_ - distance) % size_;
            exchange(std::as_bytes(std::span(to[target])), target, std::as_writable_bytes(std::span(from[source])),
                     source);
        }
        return from;
    }

    /// `to[r]` for rank r from each rank; returns what each rank sent here.
    [[nodiscard]] std::vector<std::int64_t> all_to_all_sizes(const std::vector<std::int64_t>& to) const;

    /// Sends `out` to one rank and fills `in` by what another sends; waits. Any number of bytes; an empty span is none.
    /// Not collective.
    void exchange(std::span<const std::byte> out, int to, std::span<std::byte> in, int from) const;

    /// Whether other threads than the first may transfer rows.
    [[nodiscard]] bool takes_threads() const;

    /// Starts to send the rows of `out` to one rank and to receive those of `in` from another, which must send as many.
    /// Transfers between two ranks meet in the order in which they were started; an empty one is none. Not collective.
    [[nodiscard]] RowTransfer start_transfer(std::span<const std::byte> out, int to, std::span<std::byte> in, int from,
                                             Row row_bytes) const;

private:
    struct Alone {};
    explicit Communicator(Alone);

    int rank_ = 0;
    int size_ = 1;
};

}  // namespace alster
