#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/personalize/cold/features.hpp"

namespace alster {

/// How titles without plays are ranked for a user (docs/cold.md):
///   content  how alike their features are to those of what the user took
///   knn      x·y with y the mean of the most similar titles' factors
///   ridge    x·y with y a linear map of the features
///   blend    content and the best one of the maps, each standardised over the titles and added
///   prior    x·y with y the map of the features that training pulled items to; of models that have one
enum class ColdMethod { content, knn, ridge, blend, prior };
inline constexpr std::array<const char*, 5> cold_method_names = {"content", "knn", "ridge", "blend", "prior"};
[[nodiscard]] inline const char* name(ColdMethod method)
{
    return cold_method_names.at(static_cast<std::size_t>(method));
}

/// What a model says of its rows of status `mapped`, as "new_items" of its configuration.
struct NewItems {
    FeatureRules features;
    ColdMethod by = ColdMethod::content;  // was best on hidden titles
};

/// `config` with it, as JSON; and back, where it is there.
[[nodiscard]] std::string with_new_items(const std::string& config, const NewItems& items);
[[nodiscard]] std::optional<NewItems> new_items_of(const std::string& config);

/// Brings one user's scores of all titles to mean 0 and standard deviation 1; where they are all equal to 0.
void standardise(std::span<double> scores);

/// x·y of one user and each of some titles, (titles, width), in fp64.
void dot_scores(std::span<const float> user, std::span<const float> titles, std::span<double> scores);

/// Ranks titles by their content: the sum of the cosines of their features to those of a user's titles.
class ContentScores {
public:
    /// `features` must outlive it.
    ContentScores(const Features& features, std::span<const Row> titles)
        : features_(features), postings_(features, titles)
    {
    }

    /// Fills sums, (titles), for a history of rows of the features. Any thread may call it.
    void score(std::span<const Column> history, std::span<double> sums) const;

private:
    const Features& features_;
    Postings postings_;
};

}  // namespace alster
