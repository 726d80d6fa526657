#include "host/personalize/rerank/rerank_rules.hpp"

#include <algorithm>
#include <cmath>

#include "host/personalize/rules_reader.hpp"

namespace alster {

namespace {

/// Reads the nodes of one file.
class Reader : private RulesReader {
public:
    explicit Reader(RerankRules& rules) : RulesReader(rules.path), rules_(rules) {}

    void read(const std::string& contents)
    {
        const toml::table root = parse(contents);
        each(root, {"pool", "known", "fatigue", "boost", "diversity", "calibration", "cap", "quota"},
             [&](const std::string& key, const toml::node& value) {
                 if (key == "pool") rules_.pool = whole(value, key, 1, RerankRules::most_pool);
                 if (key == "known") rules_.known = named_lists(value, key);
                 if (key == "fatigue") read_fatigue(value);
                 if (key == "boost") each_of(value, key, [&](const toml::node& node) { read_boost(node); });
                 if (key == "diversity") read_diversity(value);
                 if (key == "calibration") read_calibration(value);
                 if (key == "cap") each_of(value, key, [&](const toml::node& node) { read_cap(node); });
                 if (key == "quota") each_of(value, key, [&](const toml::node& node) { read_quota(node); });
             });
        if (rules_.diversity && rules_.calibration && rules_.diversity->weight + rules_.calibration->weight > 1)
            throw Error(ExitCode::bad_config,
                        "{}: the weights of diversity and calibration are {} together: scores need the rest of 1",
                        rules_.path, rules_.diversity->weight + rules_.calibration->weight);
    }

private:
    template <class Visit>
    void each_of(const toml::node& node, const std::string& what, Visit visit) const
    {
        const auto* array = node.as_array();
        if (!array || array->empty()) fail(node, "'{0}' is written as [[{0}]]", what);
        for (const auto& element : *array) visit(element);
    }

    [[nodiscard]] Row whole(const toml::node& node, const std::string& what, Row least, Row most) const
    {
        const auto* number = node.as_integer();
        if (!number || number->get() < least || number->get() > most)
            fail(node, "'{}' must be a whole number from {} to {}", what, least, most);
        return number->get();
    }

    [[nodiscard]] double real(const toml::node& node, const std::string& what, double least, double most) const
    {
        const double value = number(node, what);
        if (!(value >= least && value <= most)) fail(node, "'{}' must be a number from {} to {}", what, least, most);
        return value;
    }

    void require(const toml::node& node, const toml::table& has, std::initializer_list<const char*> keys,
                 const char* what) const
    {
        for (const char* key : keys)
            if (!has.contains(key)) fail(node, "{} needs '{}'", what, key);
    }

    void read_fatigue(const toml::node& node)
    {
        FatigueRule rule;
        require(node, table(node, "fatigue"), {"factor"}, "fatigue");
        each(table(node, "fatigue"), {"factor", "impressions"}, [&](const std::string& key, const toml::node& value) {
            if (key == "factor") rule.factor = real(value, key, 0, 1);
            if (key == "impressions") rule.impressions = truth(value, key);
        });
        if (rule.factor < 1) rules_.fatigue = rule;
    }

    void read_boost(const toml::node& node)
    {
        BoostRule rule{.where = where(node)};
        require(node, table(node, "boost"), {"attribute", "weight"}, "a boost");
        each(table(node, "boost"), {"attribute", "weight"}, [&](const std::string& key, const toml::node& value) {
            if (key == "attribute") rule.attribute = text(value, key);
            if (key == "weight") rule.weight = real(value, key, -1e6, 1e6);
        });
        if (rule.weight != 0) rules_.boosts.push_back(rule);
    }

    void read_diversity(const toml::node& node)
    {
        DiversityRule rule;
        require(node, table(node, "diversity"), {"method", "weight"}, "diversity");
        each(table(node, "diversity"), {"method", "weight"}, [&](const std::string& key, const toml::node& value) {
            if (key == "weight") rule.weight = real(value, key, 0, 1);
            if (key != "method") return;
            const std::string method = text(value, key);
            if (method != "mmr" && method != "dpp") fail(value, "'method' must be mmr or dpp");
            rule.method = method == "mmr" ? Diversity::mmr : Diversity::dpp;
        });
        if (rule.weight > 0) rules_.diversity = rule;
    }

    void read_calibration(const toml::node& node)
    {
        CalibrationRule rule{.where = where(node)};
        require(node, table(node, "calibration"), {"attribute", "weight"}, "calibration");
        each(table(node, "calibration"), {"attribute", "weight"}, [&](const std::string& key, const toml::node& value) {
            if (key == "attribute") rule.attribute = text(value, key);
            if (key == "weight") rule.weight = real(value, key, 0, 1);
        });
        if (rule.weight > 0) rules_.calibration = rule;
    }

    void read_cap(const toml::node& node)
    {
        CapRule rule{.where = where(node)};
        require(node, table(node, "cap"), {"attribute", "at_most"}, "a cap");
        each(table(node, "cap"), {"attribute", "at_most"}, [&](const std::string& key, const toml::node& value) {
            if (key == "attribute") rule.attribute = text(value, key);
            if (key == "at_most") rule.at_most = whole(value, key, 1, 65'535);
        });
        rules_.caps.push_back(rule);
    }

    void read_quota(const toml::node& node)
    {
        QuotaRule rule{.where = where(node)};
        require(node, table(node, "quota"), {"at_least", "items"}, "a quota");
        each(table(node, "quota"), {"at_least", "items"}, [&](const std::string& key, const toml::node& value) {
            if (key == "at_least") rule.at_least = whole(value, key, 1, 65'535);
            if (key == "items") rule.items = alternatives(value, key);
        });
        for (const auto& conditions : rule.items)
            for (const auto& condition : conditions)
                if (!condition.any_of_user.empty() || !condition.at_most_user.empty() || !condition.at_most.empty())
                    throw Error(ExitCode::bad_config, "{}: a quota compares with values, not with users or scales",
                                condition.where);
        rules_.quotas.push_back(std::move(rule));
    }

    RerankRules& rules_;
};

}  // namespace

RerankRules RerankRules::load(const std::string& path)
{
    RerankRules rules;
    rules.path = path;
    const RulesText file = read_rules(path);
    rules.digest = file.digest;
    Reader(rules).read(file.text);
    return rules;
}

Row RerankRules::pool_of(Row k) const { return std::max(k, std::min(most_pool, pool > 0 ? pool : 4 * k)); }

}  // namespace alster
