#include "host/personalize/cold/ridge_system.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>

#include "data/exact_sum.hpp"
#include "kernels/backend_sizes.hpp"

namespace alster {

namespace {

double largest_of(std::span<const double> values)
{
    double largest = 0;
    for (const double value : values) largest = std::max(largest, std::abs(value));
    return largest;
}

/// Σ_k a_k b_k in an order that no machine changes.
double dot(const double* a, const double* b, Row n)
{
    constexpr int lanes = 4;
    double sums[lanes] = {};
    Row k = 0;
    for (; k + lanes <= n; k += lanes)
        for (int i = 0; i < lanes; ++i) sums[i] += a[k + i] * b[k + i];
    for (; k < n; ++k) sums[0] += a[k] * b[k];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// A ← L, the lower triangle of a positive definite matrix, column by column.
void factorize(std::vector<double>& A, Row size)
{
    for (Row j = 0; j < size; ++j) {
        const double* pivot_row = A.data() + j * size;
        const double pivot = std::sqrt(A[j * size + j] - dot(pivot_row, pivot_row, j));
        A[j * size + j] = pivot;
#pragma omp parallel for schedule(static) if (size - j > 64)
        for (Row i = j + 1; i < size; ++i) {
            double* row = A.data() + i * size;
            row[j] = (row[j] - dot(row, pivot_row, j)) / pivot;
        }
    }
}

/// Runs f(first, last) on parts of `width` columns, one for each thread.
template <class F>
void each_column_part(Row width, F f)
{
#pragma omp parallel
    {
        const Row threads = omp_get_num_threads(), thread = omp_get_thread_num();
        f(width * thread / threads, width * (thread + 1) / threads);
    }
}

/// B ← (L Lᵀ)⁻¹ B, some columns of (size, width).
void substitute(std::span<const double> L, Row size, std::span<double> B, Row width, Row first, Row last)
{
    const auto subtract = [&](Row from, double times, Row of) {
        for (Row a = first; a < last; ++a) B[from * width + a] -= times * B[of * width + a];
    };
    const auto divide = [&](Row row) {
        for (Row a = first; a < last; ++a) B[row * width + a] /= L[row * size + row];
    };
    for (Row i = 0; i < size; ++i) {
        for (Row k = 0; k < i; ++k) subtract(i, L[i * size + k], k);
        divide(i);
    }
    for (Row i = size - 1; i >= 0; --i) {
        divide(i);
        for (Row k = 0; k < i; ++k) subtract(k, L[i * size + k], i);
    }
}

}  // namespace

RidgeSystem::RidgeSystem(const Communicator& ranks, const WeightedFeatures& rows, double ridge)
    : size_(rows.features.values)
{
    const Features& F = rows.features;
    const double largest = ranks.max(largest_of(F.weights));
    const double heaviest = ranks.max(largest_of(rows.weights));
    ExactSum sum(triangle_size(size_), static_cast<double>(rows.all_rows) * heaviest * largest * largest);
    for (Row u = 0; u < F.rows(); ++u)
        for (Offset n = F.offsets[u]; n < F.offsets[u + 1]; ++n)
            for (Offset m = F.offsets[u]; m < F.offsets[u + 1]; ++m)
                if (F.columns[m] <= F.columns[n])
                    sum.add(triangle_index(F.columns[n], F.columns[m]), rows.weights[u] * F.weights[n] * F.weights[m]);
    ranks.sum(sum);
    if (!ranks.leads()) return;
    const auto packed = sum.values();
    factor_.resize(static_cast<std::size_t>(size_ * size_));
    for (Row a = 0; a < size_; ++a) {
        for (Row b = 0; b <= a; ++b) factor_[a * size_ + b] = packed[triangle_index(a, b)];
        factor_[a * size_ + a] += ridge;
    }
    factorize(factor_, size_);
}

std::vector<double> RidgeSystem::solve(const Communicator& ranks, const WeightedFeatures& rows,
                                       std::span<const float> X, Row width) const
{
    const Features& F = rows.features;
    double largest = 0;
    for (const float value : X) largest = std::max(largest, std::abs(static_cast<double>(value)));
    const double bound = static_cast<double>(rows.all_rows) * ranks.max(largest_of(rows.weights)) *
                         ranks.max(largest_of(F.weights)) * ranks.max(largest);
    ExactSum sum(static_cast<std::size_t>(size_ * width), bound);
    each_column_part(width, [&](Row first, Row last) {  // no two threads add to one element
        for (Row u = 0; u < F.rows(); ++u)
            for (Offset n = F.offsets[u]; n < F.offsets[u + 1]; ++n)
                for (Row a = first; a < last; ++a)
                    sum.add(static_cast<std::size_t>(F.columns[n] * width + a),
                            rows.weights[u] * F.weights[n] * static_cast<double>(X[u * width + a]));
    });
    ranks.sum(sum);
    auto A = sum.values();
    if (ranks.leads())
        each_column_part(width, [&](Row first, Row last) { substitute(factor_, size_, A, width, first, last); });
    ranks.broadcast(A);
    return A;
}

}  // namespace alster
