#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "distributed/communicator.hpp"
#include "host/evaluate/ranking.hpp"
#include "host/evaluate/user_slices.hpp"

namespace alster {

/// Which models to measure on the same held-out users, and by what.
struct UserValueOptions {
    std::vector<std::filesystem::path> runs;  // model files, directories that hold a model.h5, or list files
    std::filesystem::path data;               // the dataset that models were trained on
    std::string metric = "ndcg";              // of ranking_metrics
    Row k = 10;
    Relevance relevance = {};
    std::string backend = "auto";
    int threads = 0;
};

/// What one way to make lists is worth for each user.
struct SystemValues {
    std::string name;
    std::vector<double> values = {};  // (users)
};

/// The same users measured with popularity and each of some models.
struct UserValues {
    std::string metric;  // "ndcg@10"
    std::vector<std::uint64_t> keys = {};
    std::vector<UserSlices> slices = {};
    std::vector<SystemValues> systems = {};  // "popularity", then the models
    std::vector<std::string> notes = {};     // what to know before the figures are believed
};

/// Measures users with relevant held-out items, each model as it would be served, and lists as they are. The result is on rank 0; the same
/// bits for any number of ranks. Errors: bad_data (65) where a model was not trained on the users and items of the
/// dataset, or nothing is held out. Collective.
[[nodiscard]] UserValues measure_users(const Communicator& ranks, const UserValueOptions& options);

/// The model file of a run: its model.h5 where it is a directory.
[[nodiscard]] std::filesystem::path model_of(const std::filesystem::path& run);

}  // namespace alster
