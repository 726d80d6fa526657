#pragma once
#include <optional>
#include <string>
#include <vector>

#include "data/attributes.hpp"
#include "host/personalize/eligibility_rules.hpp"

namespace alster {

/// Throws bad_config (78), naming the line, where an attribute of this type cannot be asked so, or where no row of
/// `column`, which has all, has a value that is named and `rules.known` has none either. A value that nothing has is
/// most likely misspelt, and a rule against it would protect nobody.
void check_condition(const Condition& condition, const AttributeColumn& column, const EligibilityRules& rules);

/// One condition, made ready for the rows of one attribute. Both must outlive it.
class ConditionMatcher {
public:
    /// `of_user`: the values of the user's attribute that the condition compares with; empty where it does not.
    ConditionMatcher(const Condition& condition, const AttributeColumn& column, const EligibilityRules& rules,
                     const std::vector<std::string>& of_user = {});

    /// False where the attribute was not given.
    [[nodiscard]] bool operator()(Row row) const;

private:
    [[nodiscard]] bool meets_values(Row row) const;
    [[nodiscard]] bool meets_code(std::int32_t code) const { return allowed_[static_cast<std::size_t>(code)]; }
    void find_codes(const std::vector<std::string>& any_of, const std::vector<std::string>& caps);
    [[nodiscard]] bool below_a_cap(const std::string& value, const std::vector<std::string>& caps) const;

    const Condition& condition_;
    const AttributeColumn& column_;
    const EligibilityRules& rules_;
    std::vector<std::string> any_of_;  // values of which one is asked for, of texts, numbers and truth values
    std::vector<std::string> caps_;
    bool asks_any_ = false;             // one of any_of_ is needed, also where that is empty
    bool asks_cap_ = false;             // likewise of caps_
    std::vector<bool> allowed_;         // by code: any_of and at_most hold for this value
    std::vector<bool> banned_;          // by code: in none_of
    std::vector<std::int32_t> needed_;  // codes of all_of; −1: no row has it
    std::optional<double> most_;
};

}  // namespace alster
