#include "host/personalize/cold/mapping.hpp"

#include <Eigen/Dense>
#include <algorithm>

namespace alster {

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Similar {
    double cosine = 0;
    Row row = 0;

    [[nodiscard]] friend bool operator<(const Similar& a, const Similar& b)
    {
        return a.cosine > b.cosine || (a.cosine == b.cosine && a.row < b.row);
    }
};

/// The known rows that are most alike to one, best first.
std::vector<Similar> most_similar(const MappingTask& task, const Postings& postings, Row row, Row nearest)
{
    const Features& features = task.features;
    std::vector<double> cosines(task.known.size());
    for (Offset n = features.offsets[row]; n < features.offsets[row + 1]; ++n)
        postings.add(features.columns[n], features.weights[n], cosines);
    std::vector<Similar> similar;
    for (std::size_t place = 0; place < cosines.size(); ++place)
        if (cosines[place] > 0) similar.push_back({cosines[place], task.known[place]});
    const auto kept = std::min<std::ptrdiff_t>(nearest, std::ssize(similar));
    std::partial_sort(similar.begin(), similar.begin() + kept, similar.end());
    similar.resize(static_cast<std::size_t>(kept));
    return similar;
}

/// F A of some rows.
RowMajor times(const Features& features, std::span<const Row> rows, const RowMajor& A)
{
    RowMajor product = RowMajor::Zero(std::ssize(rows), A.cols());
#pragma omp parallel for schedule(dynamic, 64)
    for (Row place = 0; place < product.rows(); ++place)
        for (Offset n = features.offsets[rows[place]]; n < features.offsets[rows[place] + 1]; ++n)
            product.row(place) += features.weights[n] * A.row(features.columns[n]);
    return product;
}

/// Fᵀ B, by rows of the transpose, so that no two threads add to one sum.
RowMajor transposed_times(const Postings& postings, const RowMajor& B)
{
    RowMajor product = RowMajor::Zero(std::ssize(postings.offsets) - 1, B.cols());
#pragma omp parallel for schedule(dynamic, 64)
    for (Row value = 0; value < product.rows(); ++value)
        for (Offset n = postings.offsets[value]; n < postings.offsets[value + 1]; ++n)
            product.row(value) += postings.weights[n] * B.row(postings.places[n]);
    return product;
}

using Numbers = Eigen::Array<double, 1, Eigen::Dynamic>;

Numbers dots(const RowMajor& a, const RowMajor& b) { return (a.array() * b.array()).colwise().sum(); }

/// 0 where the denominator is: a column that is solved already.
Numbers ratios(const Numbers& a, const Numbers& b) { return (b > 0).select(a / (b > 0).select(b, 1.0), 0.0); }

/// (FᵀF + λI) A = FᵀY, each column of A by conjugate gradients of its own.
RowMajor ridge(const MappingTask& task, const Postings& postings, const RowMajor& Y, double lambda)
{
    constexpr int most_steps = 500;
    constexpr double enough = 1e-12;  // of squares
    RowMajor residual = transposed_times(postings, Y);
    RowMajor A = RowMajor::Zero(residual.rows(), residual.cols());
    RowMajor direction = residual;
    Numbers squares = dots(residual, residual);
    const Numbers goal = enough * squares;
    for (int step = 0; step < most_steps && (squares > goal).any(); ++step) {
        const RowMajor image =
            transposed_times(postings, times(task.features, task.known, direction)) + lambda * direction;
        const Numbers alpha = ratios(squares, dots(direction, image));
        A.array() += direction.array().rowwise() * alpha;
        residual.array() -= image.array().rowwise() * alpha;
        const Numbers now = dots(residual, residual);
        direction = (residual.array() + direction.array().rowwise() * ratios(now, squares)).matrix();
        squares = now;
    }
    return A;
}

}  // namespace

std::vector<float> map_by_nearest(const MappingTask& task, Row nearest)
{
    const Postings postings(task.features, task.known);
    const Row width = task.factors.width;
    std::vector<float> mapped(task.wanted.size() * static_cast<std::size_t>(width));
#pragma omp parallel for schedule(dynamic, 16)
    for (Row place = 0; place < std::ssize(task.wanted); ++place) {
        std::vector<double> sum(static_cast<std::size_t>(width));
        double all = 0;
        for (const auto& [cosine, row] : most_similar(task, postings, task.wanted[place], nearest)) {
            all += cosine;
            for (Row a = 0; a < width; ++a) sum[a] += cosine * static_cast<double>(task.factors.row(row)[a]);
        }
        if (all == 0) continue;
        for (Row a = 0; a < width; ++a) mapped[place * width + a] = static_cast<float>(sum[a] / all);
    }
    return mapped;
}

std::vector<float> map_by_ridge(const MappingTask& task, double lambda)
{
    const Postings postings(task.features, task.known);
    const Row width = task.factors.width;
    RowMajor Y(std::ssize(task.known), width);
    for (Row place = 0; place < Y.rows(); ++place)
        for (Row a = 0; a < width; ++a) Y(place, a) = task.factors.row(task.known[place])[a];
    const RowMajor mapped = times(task.features, task.wanted, ridge(task, postings, Y, lambda));
    std::vector<float> rounded(static_cast<std::size_t>(mapped.size()));
    std::transform(mapped.data(), mapped.data() + mapped.size(), rounded.begin(),
                   [](double value) { return static_cast<float>(value); });
    return rounded;
}

}  // namespace alster
