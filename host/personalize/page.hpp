#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/model/served_model.hpp"
#include "host/personalize/blend.hpp"
#include "host/personalize/candidate_classes.hpp"
#include "host/personalize/neighbours.hpp"
#include "host/personalize/page_arrangement.hpp"
#include "host/personalize/page_rules.hpp"
#include "host/personalize/recommender.hpp"
#include "host/personalize/taste.hpp"
#include "host/personalize/user_block.hpp"

namespace alster {

/// Pages of some users.
struct Pages {
    std::vector<std::vector<PageRow>> rows;  // (users) from the top
    std::vector<Knowledge> knowledge;        // (users)
};

/// Makes pages for blocks of users: rows of top picks, of genres, of what is new, of what is popular, ever or lately,
/// because of something watched, ever or lately, and of what was begun. All rows that the model scores come of one pass
/// over the items.
class PageMaker {
public:
    /// `served` has a dataset and outlives it; `lists` says what rows exclude, and who may see what; `instant`: Unix
    /// seconds; `blend`: added to the model's scores, or null. Errors: bad_config (78) for an attribute that the dataset
    /// lacks or that is of another type, or rules that ask for times which it lacks. Collective.
    PageMaker(ServedModel& served, PageRules rules, const RecommendOptions& lists, std::int64_t instant,
              const Blend* blend = nullptr);

    [[nodiscard]] Pages pages(std::span<const Row> users);

    /// What reasons are called: "top-picks", "popularity", "because-you-watched", "new", "trending",
    /// then where rules ask for them "because-you-recently-watched" and "continue", then "genre: Drama" …
    [[nodiscard]] const std::vector<std::string>& reasons() const { return reasons_; }

    /// Places of all candidate rows of a user: what a block of users takes memory for.
    [[nodiscard]] Row places() const { return (groups_.rows() + seeds_of_user() + 1) * rules_.pool; }

private:
    struct Block;
    struct Taken;
    /// Items by how many took them.
    struct Counted {
        std::uint8_t reason = 0;
        std::vector<std::int32_t> counts;
        std::vector<std::int32_t> order;  // items, the most taken first

        Counted(std::uint8_t named, std::span<const std::int32_t> taken);
    };
    [[nodiscard]] Row seeds_of_user() const { return rules_.because + rules_.because_recent; }
    void add_groups(std::int64_t instant);
    [[nodiscard]] Pages make(std::span<const Row> users);
    void read_history(std::span<const Row> users, Block& block) const;
    void score(Block& block);
    void choose_seeds(std::span<const Row> users, Block& block) const;
    void add_liked_seeds(Row row, Row user, Block& block) const;
    void add_recent_seeds(Row user, Block& block) const;
    [[nodiscard]] bool may_mention(const Block& block, Row user, std::int32_t item) const;
    [[nodiscard]] RowCandidate begun_row(const Block& block, Row user) const;
    void find_neighbours(Block& block);
    [[nodiscard]] std::vector<RowCandidate> candidates(const Block& block, Row user) const;
    [[nodiscard]] std::vector<RowCandidate> popular_candidates(const Block& block, Row user) const;
    [[nodiscard]] RowCandidate counted_row(const Counted& counted, const Block& block, Row user,
                                           std::int32_t genre) const;
    [[nodiscard]] float score_of(const Block& block, Row user, std::int32_t item) const;

    const ModelReader& model_;
    const DatasetReader& dataset_;
    PageRules rules_;
    RecommendOptions options_;
    std::int64_t day_;
    TimeWindow recently_;
    const Blend* blend_;
    const LearnedItems& items_;
    const Scorer& scorer_;
    CandidateClasses classes_;
    Neighbours neighbours_;
    Counted popular_;
    std::optional<Counted> trending_;
    AttributeColumn genres_;
    std::optional<GenreTaste> taste_;
    BitTable groups_;                         // (groups, learned items)
    std::vector<std::uint8_t> group_reason_;  // of each group
    std::vector<std::int32_t> group_genre_;   // of each group: a value of the attribute, or −1
    std::vector<std::string> reasons_;
    std::uint8_t because_recent_ = 0;  // place in reasons_
    std::uint8_t continue_ = 0;        // likewise
};

}  // namespace alster
