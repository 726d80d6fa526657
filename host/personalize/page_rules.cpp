#include "host/personalize/page_rules.hpp"

#include <fmt/format.h>
#include <functional>
#include <map>

#include "host/personalize/rules_reader.hpp"

namespace alster {

namespace {

using Set = std::function<void(PageRules&, const RulesReader&, const toml::node&)>;

Set whole(const char* key, Row PageRules::*member, Row least, Row most)
{
    return [=](PageRules& rules, const RulesReader& reader, const toml::node& node) {
        const auto* number = node.as_integer();
        if (!number || number->get() < least || number->get() > most)
            reader.fail(node, "'{}' must be a whole number from {} to {}", key, least, most);
        rules.*member = number->get();
    };
}

Set real(const char* key, double PageRules::*member, double least, double most)
{
    return [=](PageRules& rules, const RulesReader& reader, const toml::node& node) {
        const auto number = node.value<double>();
        if (!node.is_number() || !number || !(*number >= least && *number <= most))
            reader.fail(node, "'{}' must be a number from {:g} to {:g}", key, least, most);
        rules.*member = *number;
    };
}

Set truth(const char* key, bool PageRules::*member)
{
    return [=](PageRules& rules, const RulesReader& reader, const toml::node& node) {
        if (!node.is_boolean()) reader.fail(node, "'{}' must be true or false", key);
        rules.*member = node.value_or(false);
    };
}

Set text(const char* key, std::string PageRules::*member)
{
    return [=](PageRules& rules, const RulesReader& reader, const toml::node& node) {
        if (!node.is_string()) reader.fail(node, "'{}' must be a text", key);
        rules.*member = node.value_or(std::string());
    };
}

const std::map<std::string, Set, std::less<>>& keys()
{
    static const std::map<std::string, Set, std::less<>> known = {
        {"rows", whole("rows", &PageRules::rows, 1, 99)},
        {"titles", whole("titles", &PageRules::titles, 1, 1000)},
        {"least", whole("least", &PageRules::least, 1, 1000)},
        {"pool", whole("pool", &PageRules::pool, 1, 10'000)},
        {"genres", text("genres", &PageRules::genres)},
        {"genre_rows", whole("genre_rows", &PageRules::genre_rows, 0, 99)},
        {"least_share", real("least_share", &PageRules::least_share, 0, 1)},
        {"because", whole("because", &PageRules::because, 0, 10)},
        {"because_recent", whole("because_recent", &PageRules::because_recent, 0, 10)},
        {"continue_from", real("continue_from", &PageRules::continue_from, 0, 1e9)},
        {"continue_below", real("continue_below", &PageRules::continue_below, 0, 1e9)},
        {"recent_days", real("recent_days", &PageRules::recent_days, 0, 36'500)},
        {"top_first", truth("top_first", &PageRules::top_first)},
        {"popular", truth("popular", &PageRules::popular)},
        {"trending_days", real("trending_days", &PageRules::trending_days, 0, 36'500)},
        {"fresh", text("fresh", &PageRules::fresh)},
        {"fresh_days", real("fresh_days", &PageRules::fresh_days, 0, 36'500)},
        {"taste", real("taste", &PageRules::taste, 0, 100)},
        {"similarity", real("similarity", &PageRules::similarity, 0, 100)},
    };
    return known;
}

}  // namespace

PageRules PageRules::load(const std::string& path)
{
    PageRules rules;
    rules.path = path;
    const RulesReader reader(path);
    const toml::table root = reader.parse(read_rules(path).text);
    for (const auto& [key, node] : root) {
        const auto known = keys().find(key.str());
        if (known == keys().end()) {
            std::vector<std::string> names;
            for (const auto& [name, set] : keys()) names.push_back(name);
            reader.fail(node, "unknown key '{}'; known are: {}", key.str(), fmt::join(names, ", "));
        }
        known->second(rules, reader, node);
    }
    if (!root.contains("pool")) rules.pool = 3 * rules.titles;
    if (rules.pool < rules.titles)
        throw Error(ExitCode::bad_config, "{}: pool is {}, below titles, {}", path, rules.pool, rules.titles);
    if (rules.least > rules.titles)
        throw Error(ExitCode::bad_config, "{}: least is {}, above titles, {}", path, rules.least, rules.titles);
    if (rules.continue_below > 0 && rules.continue_from >= rules.continue_below)
        throw Error(ExitCode::bad_config, "{}: continue_from is {:g}, it must be below continue_below, {:g}", path,
                    rules.continue_from, rules.continue_below);
    return rules;
}

}  // namespace alster
