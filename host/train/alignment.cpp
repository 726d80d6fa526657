#include "host/train/alignment.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "data/error.hpp"
#include "data/model_file.hpp"
#include "distributed/reproducible_sum.hpp"
#include "host/solve/model_rows.hpp"
#include "kernels/backend_sizes.hpp"

namespace alster {

namespace {

using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Factors =
    Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0, Eigen::OuterStride<>>;

/// This rank's rows of A, and of B where there are some.
struct Pairs {
    RowRange rows;
    Factors A;
    Factors B;
    std::vector<Row> common;  // counted from the first row, ascending
};

double largest(const Pairs& pairs)
{
    double most = 0;
    for (const Row r : pairs.common)
        most = std::max(
            {most, double{pairs.A.row(r).cwiseAbs().maxCoeff()}, double{pairs.B.row(r).cwiseAbs().maxCoeff()}});
    return most;
}

/// Aᵀ B, the terms of a chunk of rows in their order, chunks as an exact sum.
Square product(const Communicator& ranks, const Pairs& pairs, Row all_rows)
{
    const auto f = pairs.A.cols();
    const double most = ranks.max(largest(pairs));
    ExactSum sum(static_cast<std::size_t>(f * f), static_cast<double>(all_rows) * most * most);
    Square chunk(f, f);
    for (auto at = pairs.common.begin(); at != pairs.common.end();) {
        const Row number = (pairs.rows.first + *at) / rows_per_chunk;
        chunk.setZero();
        for (; at != pairs.common.end() && (pairs.rows.first + *at) / rows_per_chunk == number; ++at)
            chunk += pairs.A.row(*at).cast<double>().transpose() * pairs.B.row(*at).cast<double>();
        sum.add(std::span(chunk.data(), static_cast<std::size_t>(f * f)));
    }
    ranks.sum(sum);
    const auto values = sum.values();
    return Eigen::Map<const Square>(values.data(), f, f);
}

/// What R leaves, of each row: ‖a R − b‖², ‖b‖² and the cosine.
struct Left {
    std::vector<double> apart, norms, cosines;
};

Left left_by(const Pairs& pairs, const Square& R)
{
    const auto size = static_cast<std::size_t>(pairs.rows.size());
    Left left{std::vector<double>(size), std::vector<double>(size), std::vector<double>(size)};
    for (const Row r : pairs.common) {
        const Eigen::RowVectorXd a = pairs.A.row(r).cast<double>() * R, b = pairs.B.row(r).cast<double>();
        left.apart[r] = (a - b).squaredNorm();
        left.norms[r] = b.squaredNorm();
        const double norms = a.norm() * b.norm();
        left.cosines[r] = norms > 0 ? a.dot(b) / norms : 1;
    }
    return left;
}

/// argmin ‖A R − B‖ over orthogonal R is U Vᵀ, with Aᵀ B = U S Vᵀ (Schönemann 1966). One rank solves it, for all.
Square nearest_turn(const Communicator& ranks, const Square& product)
{
    Square R = Square::Identity(product.rows(), product.cols());
    if (ranks.leads()) {
        const Eigen::BDCSVD<Eigen::MatrixXd> svd(product, Eigen::ComputeFullU | Eigen::ComputeFullV);
        R = svd.matrixU() * svd.matrixV().transpose();
    }
    ranks.broadcast(std::span(R.data(), static_cast<std::size_t>(R.size())));
    return R;
}

Spectrum padded(const Square& R, Row width)
{
    Spectrum turn{std::vector<double>(static_cast<std::size_t>(width)),
                  std::vector<double>(static_cast<std::size_t>(width * width))};
    for (Row a = 0; a < width; ++a)
        for (Row b = 0; b < width; ++b)
            turn.vectors[a * width + b] = a < R.rows() && b < R.rows() ? R(a, b) : a == b ? 1 : 0;
    return turn;
}

}  // namespace

Alignment align(const Communicator& ranks, const std::filesystem::path& model, const DatasetReader& dataset,
                const Objective& objective, const TrainedRows& items)
{
    const auto theirs = factors_of_model(model, dataset, objective, items.rows);
    const Row width = objective.width(), f = objective.factors;
    const auto map = [&](std::span<const float> rows) {
        return Factors(rows.data(), items.rows.size(), f, Eigen::OuterStride<>(width));
    };
    Pairs pairs{items.rows, map(items.factors), map(theirs), {}};
    for (Row r = 0; r < items.rows.size(); ++r)
        if (!std::isnan(theirs[r * width]) && (pairs.A.row(r).array() != 0).any() &&
            (pairs.B.row(r).array() != 0).any())
            pairs.common.push_back(r);
    const std::int64_t common = ranks.sum(std::ssize(pairs.common));
    if (common == 0)
        throw Error(ExitCode::bad_data,
                    "{}: of none of the items in common did both models learn factors, so there is nothing to align "
                    "by; train without --align-to",
                    model.string());
    const Square R = nearest_turn(ranks, product(ranks, pairs, dataset.info().items));
    const auto sum = [&](const std::vector<double>& rows) {
        return reproducible_sum(ranks, rows, dataset.info().items, rows_per_chunk);
    };
    const Left before = left_by(pairs, Square::Identity(f, f)), after = left_by(pairs, R);
    const ModelInfo info = ModelReader(model, serial_access(), Verify::nothing).info();
    Alignment alignment{.turn = padded(R, width), .common = common, .run_id = info.run_id, .space_id = info.space_id};
    alignment.residual = std::sqrt(sum(after.apart) / sum(after.norms));
    alignment.cosine_before = sum(before.cosines) / static_cast<double>(alignment.common);
    alignment.cosine = sum(after.cosines) / static_cast<double>(alignment.common);
    return alignment;
}

}  // namespace alster
