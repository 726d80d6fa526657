#pragma once
#include <span>
#include <string>

#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "distributed/communicator.hpp"
#include "host/train/options.hpp"

namespace alster {

/// One side's trained factors as a rank holds them.
struct TrainedRows {
    RowRange rows;
    std::span<const float> factors;  // (rows, options.width())
};

/// Writes model.h5 by all ranks together: ids and counts from the dataset, factors as served. Sets the info's
/// space_id. Explicit factors get the columns that make a plain dot product of them: users [x, b_u, 1], items [y, 1,
/// b_i]. Collective.
void write_model(const Communicator& ranks, const DatasetReader& dataset, const TrainOptions& options, ModelInfo info,
                 const TrainedRows& users, const TrainedRows& items, const std::filesystem::path& path);

/// Columns of the factors in the model file.
[[nodiscard]] Row served_width(const TrainOptions& options);

/// (rows, served_width) from (rows, options.width()), which must live as long: implicit ones are served as they are.
class ServedFactors {
public:
    ServedFactors(Side side, const TrainOptions& options, std::span<const float> trained);
    ServedFactors(const ServedFactors&) = delete;
    ServedFactors& operator=(const ServedFactors&) = delete;

    [[nodiscard]] std::span<const float> values() const { return values_; }

private:
    std::vector<float> made_;  // explicit only
    std::span<const float> values_;
};

}  // namespace alster
