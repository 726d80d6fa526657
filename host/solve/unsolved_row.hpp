#pragma once
#include <string>

#include "data/dataset_file.hpp"
#include "host/model/objective.hpp"

namespace alster {

/// A row whose factors are not finite, or are beyond fp64; the job turns it into a message with the row's id.
struct UnsolvedRow {
    Side side;
    Row row;
    bool finite;
};

/// Throws diverged (12), naming the row by its id.
[[noreturn]] void refuse(const UnsolvedRow& row, const DatasetReader& dataset, const Objective& objective);

/// "item 8 (9 interactions, largest confidence 4e+19)"; of explicit feedback the largest distance from the mean.
[[nodiscard]] std::string describe_row(const DatasetReader& dataset, Side side, Row row, const Objective& objective);

/// The row of a side with the largest confidence (of explicit feedback: rating, from the mean). Reads all of them.
[[nodiscard]] Row heaviest_row(const DatasetReader& dataset, Side side, const Objective& objective);

/// What to do about such rows.
[[nodiscard]] const char* what_helps(const Objective& objective);

}  // namespace alster
