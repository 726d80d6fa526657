#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "host/personalize/condition_matcher.hpp"
#include "host/personalize/eligibility_rules.hpp"
#include "kernels/candidate_filter.hpp"

namespace alster {

/// The class of users who may see nothing: they meet no class of the rules, or lack an attribute that it compares with.
inline constexpr std::int32_t sees_nothing = 0;

/// Users of one class of the rules with the same values of the attributes that its conditions compare with.
struct EligibleClass {
    std::string name;  // "kids", "kids, market=de"
    std::int32_t rule = -1;
    std::int64_t items = 0;  // that it may see
    std::int64_t users = 0;  // lists that were asked for
};

/// Which items may be shown to whom at one instant, by the rules and the attributes of a dataset. What was not given
/// is not allowed. Classes are made when a user of theirs is met.
class Eligibility {
public:
    /// Reads what the rules name; `instant`: Unix seconds. Errors: bad_config (78), naming the line, for an attribute
    /// or value that the dataset lacks, or a condition that does not suit its type.
    Eligibility(const DatasetReader& dataset, EligibilityRules rules, std::int64_t instant);

    /// For each user a row of items(); `unknown_user` is one who meets no class. Not collective.
    [[nodiscard]] std::vector<std::int32_t> classes_of(std::span<const Row> users);

    /// That of users whom the model does not know.
    [[nodiscard]] std::int32_t class_of_unknown();

    /// The class of a rule that compares with nothing of the user. Errors: usage (64) for a name that is none, or one
    /// whose items depend on the user.
    [[nodiscard]] std::int32_t class_named(const std::string& name);

    /// (classes, items)
    [[nodiscard]] const BitTable& items() const { return items_; }
    [[nodiscard]] const std::vector<EligibleClass>& classes() const { return classes_; }
    [[nodiscard]] const EligibilityRules& rules() const { return rules_; }
    [[nodiscard]] std::int64_t instant() const { return instant_; }

    /// Ids of block and allow lists that no item has, in one line each.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

    /// Throws bad_config (78) where a class of the rules has users and may see no item at all. Collective.
    void require_some_items(const Communicator& ranks) const;

private:
    using UserValues = std::map<std::string, std::vector<std::string>>;  // by attribute

    [[nodiscard]] AttributeColumn read(Side side, const std::string& name, const std::string& where,
                                       RowRange rows) const;
    void read_items();
    void check_rules();
    void find_ids(const std::vector<std::string>& ids, const std::string& what, std::vector<bool>& found);
    [[nodiscard]] std::vector<std::string> user_attributes(const ClassRule& rule) const;
    void classify(RowRange users, std::span<std::int32_t> classes);
    [[nodiscard]] std::int32_t class_of(std::int32_t rule, const UserValues& values);
    [[nodiscard]] std::vector<std::uint32_t> bits_of(std::int32_t rule, const UserValues& values) const;
    [[nodiscard]] std::vector<std::vector<ConditionMatcher>> matchers(const std::vector<Conditions>& alternatives,
                                                                      const UserValues& values) const;
    [[nodiscard]] std::vector<bool> open_items() const;

    const DatasetReader& dataset_;
    EligibilityRules rules_;
    std::int64_t instant_;
    Attributes of_items_;
    std::map<std::string, std::string> asked_of_users_;  // attribute → where it is named
    std::vector<bool> open_;                             // by item: in its window, and not blocked for everyone
    std::vector<std::vector<bool>> allowed_;             // by rule and item: on its allow list
    std::vector<std::vector<bool>> blocked_;             // likewise
    std::map<std::string, std::int32_t> class_by_key_;
    std::vector<EligibleClass> classes_;
    BitTable items_;
    std::vector<std::string> warnings_;
};

}  // namespace alster
