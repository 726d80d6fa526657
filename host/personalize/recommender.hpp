#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset_file.hpp"
#include "data/exclusion.hpp"
#include "data/model_file.hpp"
#include "host/model/learned_items.hpp"
#include "host/model/popularity.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// Where one place of a list comes from, as stored in /topk/home/reason: an index of /vocab/reason.
enum class Reason : std::uint8_t {
    model = 0,         // scored by the model
    popularity = 1,    // what is popular: nothing was learned of the user, or the model's list ran short
    unknown_user = 2,  // what is popular: the model does not know the user's id
    none = 255         // the place is empty
};
inline constexpr std::array<const char*, 3> reason_names = {"model", "popularity", "unknown-user"};
[[nodiscard]] const char* name(Reason reason);

/// What is known of a user whom a list is for.
enum class Knowledge { learned, no_history, nothing_learned, unknown_id };

/// Lists for some users. The score of a place is the model's, its mean included, or how popular the item is.
struct UserLists {
    TopK lists;
    std::vector<Reason> reasons;       // (users, k)
    std::vector<Knowledge> knowledge;  // (users)

    [[nodiscard]] std::span<const Reason> reasons_of(Row user) const
    {
        return std::span(reasons).subspan(static_cast<std::size_t>(user * lists.k), lists.k);
    }
};

struct RecommendOptions {
    Row k = 10;
    bool include_seen = false;  // nothing is excluded
    Exclusion exclusion;        // beside what was consumed in training
    bool fill = true;           // from popularity, where the model's list runs short
};

/// The row of a user whom the model does not know.
inline constexpr Row unknown_user = -1;

/// Makes lists of k items for blocks of users; only the items are in memory as a whole.
class Recommender {
public:
    /// Collective.
    Recommender(const Communicator& ranks, const ModelReader& model, const DatasetReader& dataset,
                const RecommendOptions& options, const MakeScorer& make_scorer);

    /// A user of whom nothing was learned has no taste that the model could know: it gets the most popular items that
    /// its list does not exclude. So does `unknown_user`.
    [[nodiscard]] UserLists lists(std::span<const Row> users) const;

    [[nodiscard]] const PopularItems& popular() const { return most_popular_; }

private:
    struct Users;
    [[nodiscard]] Users read(std::span<const Row> users) const;
    [[nodiscard]] UserLists score(const Users& users) const;
    void fill(Row u, std::span<const Column> excluded, Reason reason, UserLists& result) const;

    const ModelReader& model_;
    const DatasetReader& dataset_;
    RecommendOptions options_;
    LearnedItems items_;
    Scorer scorer_;
    Popularity popularity_;
    PopularItems most_popular_;
};

}  // namespace alster
