#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "host/evaluate/user_slices.hpp"
#include "host/evaluate/variants.hpp"

namespace alster {

/// The files of an experiment: tables with a header.
struct ExperimentFiles {
    std::string exposures;  // user, variant; every other column tells users apart
    std::string outcomes;   // user, value: a user's outcome is the sum, 0 without a line
    std::string before;     // user, value of before the experiment; or empty
};

/// The users of an experiment.
struct ExperimentLog {
    std::vector<std::int32_t> variant_of;  // (users)
    std::vector<double> outcomes;          // (users)
    std::vector<double> before;            // (users), or empty
    std::vector<UserSlices> slices;
    std::int64_t foreign_outcomes = 0;  // lines of users who were not exposed: ignored
    std::int64_t without_before = 0;    // users without a line there: counted as 0
};

/// Reads the files. Errors: bad_data (65) for a user with two variants or with two values of a column that tells users
/// apart, for a variant that is none of those given, and for what is no table with these columns.
[[nodiscard]] ExperimentLog read_experiment(const ExperimentFiles& files, const Variants& variants);

}  // namespace alster
