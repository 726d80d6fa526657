#include "distributed/communicator.hpp"

#include <unistd.h>

#include <cassert>
#include <cstring>
#include <limits>
#include <numeric>

#include "data/error.hpp"
#include "distributed/mpi_support.hpp"

namespace alster {

namespace {

/// MPI counts are int: longer buffers go in slices.
constexpr std::size_t slice = std::size_t{1} << 28;

template <class T, class Operation>
void in_slices(std::span<T> values, Operation operation)
{
    for (std::size_t first = 0; first < values.size(); first += slice) {
        const auto part = values.subspan(first, std::min(slice, values.size() - first));
        check_mpi(operation(part.data(), static_cast<int>(part.size())));
    }
}

template <class T>
std::vector<T> all_gather_one(T value, int size, MPI_Datatype type)
{
    std::vector<T> values(size, value);
    if (size == 1) return values;
    check_mpi(MPI_Allgather(&value, 1, type, values.data(), 1, type, MPI_COMM_WORLD));
    return values;
}

/// From a rank to itself; both may be the same memory.
void copy_bytes(std::span<const std::byte> from, std::span<std::byte> to)
{
    assert(from.size() == to.size());
    if (!from.empty()) std::memmove(to.data(), from.data(), from.size());
}

std::string hostname()
{
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    return name;
}

}  // namespace

void check_mpi(int status)
{
    if (status == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    MPI_Error_string(status, text, &length);
    throw Error(ExitCode::unavailable, "MPI failed: {}", std::string(text, static_cast<std::size_t>(length)));
}

Communicator::Communicator()
{
    int started = 0;
    check_mpi(MPI_Initialized(&started));
    if (!started) return;
    check_mpi(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
    check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank_));
    check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &size_));
}

Communicator::Communicator(Alone) {}

Communicator Communicator::self() { return Communicator(Alone{}); }

std::string Communicator::node() const
{
    if (size_ == 1) return hostname();
    char text[MPI_MAX_PROCESSOR_NAME];
    int length = 0;
    check_mpi(MPI_Get_processor_name(text, &length));
    return {text, static_cast<std::size_t>(length)};
}

void Communicator::barrier() const
{
    if (size_ > 1) check_mpi(MPI_Barrier(MPI_COMM_WORLD));
}

void Communicator::sum(ExactSum& partial) const
{
    sum(partial.limbs());  // integers: associative, so the reduction tree that MPI picks cannot be seen in the result
}

std::int64_t Communicator::sum(std::int64_t value) const
{
    if (size_ == 1) return value;
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD));
    return value;
}

void Communicator::sum(std::span<std::int64_t> values) const
{
    if (size_ == 1) return;
    in_slices(values, [this](std::int64_t* data, int count) {
        return MPI_Allreduce(MPI_IN_PLACE, data, count, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    });
}

std::vector<std::int64_t> Communicator::sum_before(std::span<const std::int64_t> mine) const
{
    std::vector<std::int64_t> before(mine.size());  // MPI leaves that of rank 0 as it is
    if (size_ == 1) return before;
    check_mpi(
        MPI_Exscan(mine.data(), before.data(), static_cast<int>(mine.size()), MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD));
    return before;
}

double Communicator::max(double value) const
{
    if (size_ == 1) return value;
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD));
    return value;
}

std::int64_t Communicator::max(std::int64_t value) const
{
    if (size_ == 1) return value;
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD));
    return value;
}

void Communicator::broadcast(std::span<double> values) const
{
    if (size_ == 1) return;
    in_slices(values,
              [this](double* data, int count) { return MPI_Bcast(data, count, MPI_DOUBLE, 0, MPI_COMM_WORLD); });
}

void Communicator::broadcast(std::span<std::int64_t> values) const
{
    if (size_ == 1) return;
    in_slices(values,
              [this](std::int64_t* data, int count) { return MPI_Bcast(data, count, MPI_INT64_T, 0, MPI_COMM_WORLD); });
}

void Communicator::broadcast(std::string& text) const
{
    if (size_ == 1) return;
    std::int64_t length = static_cast<std::int64_t>(text.size());
    broadcast(std::span(&length, 1));
    text.resize(static_cast<std::size_t>(length));
    in_slices(std::span(text.data(), text.size()),
              [this](char* data, int count) { return MPI_Bcast(data, count, MPI_CHAR, 0, MPI_COMM_WORLD); });
}

std::vector<double> Communicator::all_gather(double value) const { return all_gather_one(value, size_, MPI_DOUBLE); }

std::vector<std::int64_t> Communicator::all_gather(std::int64_t value) const
{
    return all_gather_one(value, size_, MPI_INT64_T);
}

std::vector<double> Communicator::all_gather(std::span<const double> mine) const
{
    if (size_ == 1) return {mine.begin(), mine.end()};
    const std::vector<int> counts = all_gather_one(static_cast<int>(mine.size()), size_, MPI_INT);
    std::vector<int> starts(counts.size());
    std::exclusive_scan(counts.begin(), counts.end(), starts.begin(), 0);
    std::vector<double> all(static_cast<std::size_t>(starts.back() + counts.back()));
    check_mpi(MPI_Allgatherv(mine.data(), counts[rank_], MPI_DOUBLE, all.data(), counts.data(), starts.data(),
                             MPI_DOUBLE, MPI_COMM_WORLD));
    return all;
}

std::vector<std::string> Communicator::all_gather(const std::string& text) const
{
    if (size_ == 1) return {text};
    std::vector<int> lengths = all_gather_one(static_cast<int>(text.size()), size_, MPI_INT);
    std::vector<int> starts(lengths.size());
    std::exclusive_scan(lengths.begin(), lengths.end(), starts.begin(), 0);
    std::string joined(static_cast<std::size_t>(starts.back() + lengths.back()), '\0');
    check_mpi(MPI_Allgatherv(text.data(), static_cast<int>(text.size()), MPI_CHAR, joined.data(), lengths.data(),
                             starts.data(), MPI_CHAR, MPI_COMM_WORLD));
    std::vector<std::string> texts;
    for (std::size_t r = 0; r < lengths.size(); ++r) texts.push_back(joined.substr(starts[r], lengths[r]));
    return texts;
}

std::vector<std::int64_t> Communicator::all_to_all_sizes(const std::vector<std::int64_t>& to) const
{
    if (size_ == 1) return to;
    std::vector<std::int64_t> from(to.size());
    check_mpi(MPI_Alltoall(to.data(), 1, MPI_INT64_T, from.data(), 1, MPI_INT64_T, MPI_COMM_WORLD));
    return from;
}

bool Communicator::takes_threads() const
{
    if (size_ == 1) return true;
    int provided = 0;
    MPI_Query_thread(&provided);
    return provided == MPI_THREAD_MULTIPLE;
}

void Communicator::exchange(std::span<const std::byte> out, int to, std::span<std::byte> in, int from) const
{
    if (size_ == 1) return copy_bytes(out, in);
    constexpr int tag = 2;
    std::vector<MPI_Request> requests;
    in_slices(in, [&](std::byte* data, int count) {
        return MPI_Irecv(data, count, MPI_BYTE, from, tag, MPI_COMM_WORLD, &requests.emplace_back());
    });
    in_slices(out, [&](const std::byte* data, int count) {
        return MPI_Isend(data, count, MPI_BYTE, to, tag, MPI_COMM_WORLD, &requests.emplace_back());
    });
    check_mpi(MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE));
}

RowTransfer Communicator::start_transfer(std::span<const std::byte> out, int to, std::span<std::byte> in, int from,
                                         Row row_bytes) const
{
    if (size_ > 1) return {out, to, in, from, row_bytes};
    copy_bytes(out, in);
    return {};
}

void Communicator::all_gather_rows(std::span<const std::byte> mine, std::span<const std::span<std::byte>> parts,
                                   Row row_bytes) const
{
    assert(mine.size() == parts[rank_].size());
    if (size_ == 1) return copy_bytes(mine, parts[0]);
    std::vector<int> counts;
    std::vector<int> starts;
    for (const auto part : parts) {
        const Row start = (part.data() - parts[0].data()) / row_bytes;
        const Row rows = std::ssize(part) / row_bytes;
        if (start + rows > std::numeric_limits<int>::max())
            throw Error(ExitCode::out_of_memory, "an exchange of {} rows is beyond MPI's 32-bit counts", start + rows);
        counts.push_back(static_cast<int>(rows));
        starts.push_back(static_cast<int>(start));
    }
    const RowType row(row_bytes);
    check_mpi(MPI_Allgatherv(mine.data(), counts[rank_], row.get(), parts[0].data(), counts.data(), starts.data(),
                             row.get(), MPI_COMM_WORLD));
}

void Communicator::all_gather_rows(std::span<const float> mine, std::span<float> all, std::span<const Row> rows_of,
                                   Row width) const
{
    std::vector<std::span<std::byte>> parts;
    Row first = 0;
    for (const Row rows : rows_of) {
        parts.push_back(std::as_writable_bytes(all.subspan(first * width, rows * width)));
        first += rows;
    }
    all_gather_rows(std::as_bytes(mine), parts, width * Row{sizeof(float)});
}

}  // namespace alster
