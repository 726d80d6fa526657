#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/feature_prior.hpp"
#include "data/hdf5_file.hpp"
#include "data/id_column.hpp"
#include "data/interactions.hpp"
#include "data/popular_items.hpp"

namespace alster {

/// What model.h5 says about itself (root attributes, docs/formats.md).
struct ModelInfo {
    std::string objective = {};  // "implicit" | "explicit"
    Row users = 0;
    Row items = 0;
    Row width = 0;    // columns of the stored factors: F implicit; F + 2 explicit ([x, b_u, 1] · [y, 1, b_i])
    Row factors = 0;  // F, latent factors
    Offset interactions = 0;
    double mean = 0;       // explicit: prediction = mean + dot; implicit: 0
    double value_min = 0;  // explicit: the range of ratings that predictions are clipped to
    double value_max = 0;
    double alpha0 = 0;  // weight of unobserved pairs
    double alpha = 0;   // the classic form c = alpha·r; 0 where it was not used
    double lambda = 0;
    double nu = 0;
    double bias_lambda = 0;  // explicit
    std::int64_t seed = 0;
    std::int64_t sweeps = 0;
    std::int64_t partial = 0;  // 1: of a run that was not finished
    std::int64_t ranks = 0;
    std::string arithmetic = {};   // precision, and by what it was computed: "fp32 by AVX-512"
    double objective_value = 0;    // after the last sweep
    std::int64_t watermark = 0;    // of the data, Unix seconds
    std::string fingerprint = {};  // of the training interactions
    std::string run_id = {};
    std::string space_id = {};  // vectors of two files may be compared only where this is equal
    std::string created_utc = {};
    std::string tool_version = {};
    std::string git_commit = {};
    std::string config = {};      // JSON
    std::string evaluation = {};  // JSON, may be empty
    std::int64_t updates = 0;     // by `alster update` since it was trained
    // the model from which this one was updated, or to which it was aligned; "": none
    std::string parent_run_id = {};
    std::string parent_space_id = {};
    double align_residual = 0;  // ‖A R − B‖ / ‖B‖ of the items in common with the model to which it was aligned
};

/// Status of a row (u1): what its factors come from. Of prior_only nothing was learned: it has no interactions, or none
/// that says what is liked.
enum class RowStatus : std::uint8_t {
    trained = 0,
    folded_in = 1,
    prior_only = 2,
    mapped_from_features = 3,
    erased = 255
};

/// How a user's score of an item is computed, in words: the attribute `score` of models and lists.
[[nodiscard]] const char* score_formula(const ModelInfo& info);
/// The largest absolute value among a rank's factors.
struct LargestFactors {
    float users = 0;
    float items = 0;
};

/// Writes model.h5. With shared access each rank passes its own consecutive rows, and all ranks call in the same order.
class ModelWriter {
public:
    ModelWriter(const std::filesystem::path& path, const ModelInfo& info, const FileAccess& access = serial_access());

    /// `id_bytes`: width of a text id over all ranks; 0 where ids are numbers. `order` is this rank's rows of id_order.
    void write_ids(Side side, Row first, const IdColumn& ids, std::size_t id_bytes, std::span<const Row> order);
    /// (rows, width) row-major: all columns take part in a score.
    void write_factors(Side side, Row first, std::span<const float> factors);
    void write_rows(Side side, Row first, std::span<const std::int32_t> event_counts,
                    std::span<const std::int64_t> last_events, std::span<const std::uint8_t> status);
    /// When the rows were folded in, Unix seconds; 0: by training. Only where some were.
    void write_fold_times(Side side, Row first, std::span<const std::int64_t> times);
    /// (width, width) Gramian of the stored factors, the same on all ranks: what fold-in needs outside the job.
    void write_gramian(Side side, std::span<const double> gramian);
    /// (rows, width + 1) items with equal norm, such that cosine with [x, 0] ranks like the dot product.
    void write_ann_cosine(Row first, std::span<const float> vectors, double max_norm, double headroom);

    /// Where training pulled the rows of a side, the same on all ranks; only where it did.
    void write_prior(Side side, const FeaturePrior& prior) { alster::write_prior(file_, side, prior); }

    /// What is popular in training, the same on all ranks.
    void write_popular(const PopularItems& popular);

    /// Throws diverged (12) where the factors are so large that scores would not be finite.
    void commit();

    [[nodiscard]] const ModelInfo& info() const { return info_; }

private:
    Hdf5File file_;
    ModelInfo info_;
    LargestFactors largest_;
};

/// The model file of a run's directory; any other path is the file itself.
[[nodiscard]] std::filesystem::path model_file_of(const std::filesystem::path& run_or_model);

/// Reads model.h5, or that of a run's directory, whose attributes, shapes and values are compared with each other (data/model_check.hpp). Errors as
/// DatasetReader.
class ModelReader {
public:
    explicit ModelReader(const std::filesystem::path& path, const FileAccess& access = serial_access(),
                         Verify verify = Verify::all);

    [[nodiscard]] const ModelInfo& info() const { return info_; }
    [[nodiscard]] Row rows(Side side) const { return side == Side::users ? info_.users : info_.items; }
    [[nodiscard]] std::vector<float> factors(Side side, RowRange rows) const;
    [[nodiscard]] IdColumn ids(Side side, RowRange rows) const;
    [[nodiscard]] std::vector<std::int32_t> event_counts(Side side, RowRange rows) const;
    [[nodiscard]] std::vector<std::uint8_t> status(Side side, RowRange rows) const;
    /// When rows were folded in, Unix seconds; 0: by training.
    [[nodiscard]] std::vector<std::int64_t> fold_times(Side side, RowRange rows) const;
    [[nodiscard]] std::vector<double> gramian(Side side) const;
    /// Nothing where rows were pulled to 0.
    [[nodiscard]] std::optional<FeaturePrior> prior(Side side) const
    {
        return read_prior(file_, side, info_.objective == "explicit" ? info_.factors + 1 : info_.factors);
    }
    /// Empty in files of format 1.0.
    [[nodiscard]] PopularItems popular() const { return read_popular(file_, info_.items); }
    [[nodiscard]] const Hdf5File& file() const { return file_; }

private:
    Hdf5File file_;
    ModelInfo info_;
};

}  // namespace alster
