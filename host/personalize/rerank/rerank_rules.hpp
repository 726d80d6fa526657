#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/interactions.hpp"
#include "host/personalize/eligibility_rules.hpp"

namespace alster {

/// Items of former lists that were not played since lose a part of their score.
struct FatigueRule {
    double factor = 1;         // of the score, for each former list that had the item; 1: nothing is lost
    bool impressions = false;  // an impression of the log counts as one more of them
};

/// Adds weight · value of an attribute of items, a number, to the score.
struct BoostRule {
    std::string attribute = {};
    double weight = 0;
    std::string where = {};  // "rerank.toml:12", for messages
};

enum class Diversity : std::uint8_t { mmr, dpp };
[[nodiscard]] inline const char* name(Diversity method) { return method == Diversity::mmr ? "mmr" : "dpp"; }

/// How much unlike each other the items of a list shall be.
struct DiversityRule {
    Diversity method = Diversity::mmr;
    double weight = 0;  // 0: scores alone, 1: unlikeness alone
};

/// A list shall have the values of an attribute in the proportions of the user's history.
struct CalibrationRule {
    std::string attribute = {};
    double weight = 0;  // 0: scores alone, 1: proportions alone
    std::string where = {};
};

/// At most so many items of a list have the same value of an attribute.
struct CapRule {
    std::string attribute = {};
    Row at_most = 0;
    std::string where = {};
};

/// At least so many items of a list meet these conditions.
struct QuotaRule {
    std::vector<Conditions> items = {};  // one of them holds
    Row at_least = 0;
    std::string where = {};
};

/// The file rerank.toml (docs/rerank.md). What would change nothing is not kept.
struct RerankRules {
    static constexpr Row most_pool = 500;

    std::string path = {};
    std::string digest = {};  // SHA-256 of the file
    Row pool = 0;             // items to choose from; 0: four times the places of a list
    std::map<std::string, std::vector<std::string>> known = {};  // values by attribute that no item may have
    std::optional<FatigueRule> fatigue = {};
    std::vector<BoostRule> boosts = {};
    std::optional<DiversityRule> diversity = {};
    std::optional<CalibrationRule> calibration = {};
    std::vector<CapRule> caps = {};
    std::vector<QuotaRule> quotas = {};

    /// Errors: bad_config (78), naming file and line, for what is no TOML, an unknown key, a value of another type or
    /// out of range.
    [[nodiscard]] static RerankRules load(const std::string& path);

    /// No list is another one by these rules.
    [[nodiscard]] bool neutral() const
    {
        return !fatigue && boosts.empty() && !diversity && !calibration && caps.empty() && quotas.empty();
    }

    /// Items to choose from for lists of k places: at least k, at most most_pool where that is not less than k.
    [[nodiscard]] Row pool_of(Row k) const;
};

}  // namespace alster
