#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "distributed/communicator.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/model/labels.hpp"
#include "host/model/learned_items.hpp"
#include "host/model/popularity.hpp"
#include "host/model/scoring.hpp"

namespace alster {

/// What is served, and where.
struct ServedOptions {
    std::filesystem::path model;
    std::filesystem::path data;    // empty: without a dataset
    std::string backend = "auto";  // that scores: auto, cuda or cpu
    int threads = 0;               // a rank; 0: its share of the node's cores
};

/// A trained model, and the dataset it was trained on where one was named, opened for those who make or measure lists.
/// What some need and others do not is made when it is first asked for, and then kept.
class ServedModel {
public:
    /// Opens the files, sets the threads and requires that the files belong together. Errors: bad_data (65). Collective.
    ServedModel(const Communicator& ranks, const ServedOptions& options);
    ServedModel(const ServedModel&) = delete;
    ServedModel& operator=(const ServedModel&) = delete;

    [[nodiscard]] const Communicator& ranks() const { return ranks_; }
    [[nodiscard]] const ServedOptions& options() const { return options_; }
    [[nodiscard]] const ModelReader& model() const { return model_; }
    [[nodiscard]] const ModelInfo& info() const { return model_.info(); }
    [[nodiscard]] bool is_explicit() const { return info().objective == "explicit"; }

    [[nodiscard]] bool has_dataset() const { return dataset_.has_value(); }
    /// Only where there is one.
    [[nodiscard]] const DatasetReader& dataset() const { return dataset_.value(); }

    /// One line each, or empty: that the model was trained on other interactions, and that its run was not finished.
    [[nodiscard]] const std::string& warning() const { return warning_; }
    [[nodiscard]] const std::string& note() const { return note_; }

    /// What items are called.
    [[nodiscard]] const ItemLabels& labels();

    /// The scoring backend; `few`: choose_scorers() then prefers the CPU. The first call decides, and is collective.
    [[nodiscard]] const Scorers& scorers(bool few = false);

    /// The candidates for lists of users.
    [[nodiscard]] const LearnedItems& items();

    /// Scores them, on the backend of scorers(). The first call may be collective.
    [[nodiscard]] const Scorer& item_scorer();

    /// What is listed where the model has nothing to say; needs the dataset. The first call is collective.
    [[nodiscard]] const Popularity& popularity();

private:
    const Communicator& ranks_;
    ServedOptions options_;
    ParallelFileAccess access_;
    ModelReader model_;
    std::optional<DatasetReader> dataset_;
    std::string warning_;
    std::string note_;
    std::optional<ItemLabels> labels_;
    std::optional<Scorers> scorers_;
    std::optional<LearnedItems> items_;
    Scorer item_scorer_;
    std::optional<Popularity> popularity_;
};

}  // namespace alster
