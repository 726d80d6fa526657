#include "host/sweep/sweep_file.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <tuple>

#include "data/error.hpp"
#include "host/runs/toml_value.hpp"

namespace alster {

namespace {

constexpr std::size_t most_runs = 100'000;

/// The values that an option takes in turn.
struct Choice {
    std::string option;
    std::vector<std::string> values;
    toml::source_position where;
};

class SweepFile {
public:
    SweepFile(const std::filesystem::path& path, const SettingCheck& check) : path_(path), check_(check)
    {
        try {
            root_ = toml::parse_file(path_.string());
        } catch (const toml::parse_error& error) {
            fail(error.source().begin, std::string(error.description()));
        }
    }

    [[nodiscard]] std::vector<SweepRun> runs() const
    {
        std::vector<SweepRun> all;
        if (const auto* grid = root_.get("grid")) all = combinations(choices_of(table(*grid)));
        if (const auto* list = root_.get("run")) {
            if (!list->is_array()) fail(list->source().begin, "runs are a list of tables, [[run]]");
            for (const auto& run : *list->as_array()) all.push_back(single(choices_of(table(run))));
        }
        if (all.empty()) fail({}, "no runs: neither [grid] nor [[run]]");
        const SweepRun common = single(common_choices());
        for (auto& run : all) add_missing(run, common);
        return all;
    }

private:
    [[noreturn]] void fail(toml::source_position where, const std::string& message) const
    {
        throw Error(ExitCode::bad_config, "{}{}: {}", path_.string(), where ? fmt::format(":{}", where.line) : "",
                    message);
    }

    [[nodiscard]] const toml::table& table(const toml::node& node) const
    {
        if (!node.is_table()) fail(node.source().begin, "settings are a table, [grid] or [[run]]");
        return *node.as_table();
    }

    /// What stands before the tables.
    [[nodiscard]] std::vector<Choice> common_choices() const
    {
        toml::table common = root_;
        common.erase("grid");
        common.erase("run");
        return choices_of(common);
    }

    /// In the order of the file, which toml::table does not keep.
    [[nodiscard]] std::vector<Choice> choices_of(const toml::table& settings) const
    {
        std::vector<Choice> choices;
        for (const auto& [key, node] : settings) {
            Choice choice{std::string(key.str()), {}, key.source().begin};
            if (const auto* list = node.as_array())
                for (const auto& value : *list) choice.values.push_back(checked(choice, value));
            else
                choice.values.push_back(checked(choice, node));
            if (choice.values.empty()) fail(choice.where, fmt::format("'{}' has no values", choice.option));
            choices.push_back(std::move(choice));
        }
        std::ranges::sort(choices, {}, [](const Choice& c) { return std::tuple(c.where.line, c.where.column); });
        return choices;
    }

    [[nodiscard]] std::string checked(const Choice& choice, const toml::node& node) const
    {
        const auto value = as_typed(node);
        if (!value)
            fail(choice.where,
                 fmt::format("'{}' must be a number, a text, or in [grid] a list of them", choice.option));
        const std::string refusal = check_({choice.option, *value});
        if (!refusal.empty()) fail(choice.where, fmt::format("'{}': {}", choice.option, refusal));
        return *value;
    }

    [[nodiscard]] std::vector<SweepRun> combinations(const std::vector<Choice>& grid) const
    {
        std::vector<SweepRun> runs(1);
        for (const auto& choice : grid) {
            if (runs.size() * choice.values.size() > most_runs)
                fail(choice.where, fmt::format("the grid has more than {} runs", most_runs));
            std::vector<SweepRun> longer;
            for (const auto& run : runs)
                for (const auto& value : choice.values) {
                    longer.push_back(run);
                    longer.back().push_back({choice.option, value});
                }
            runs = std::move(longer);
        }
        return runs;
    }

    [[nodiscard]] SweepRun single(const std::vector<Choice>& choices) const
    {
        SweepRun run;
        for (const auto& choice : choices) {
            if (choice.values.size() > 1)
                fail(choice.where, fmt::format("'{}' has a list of values, which belongs into [grid]", choice.option));
            run.push_back({choice.option, choice.values.front()});
        }
        return run;
    }

    static void add_missing(SweepRun& run, const SweepRun& common)
    {
        for (const auto& setting : common)
            if (std::ranges::find(run, setting.option, &Setting::option) == run.end()) run.push_back(setting);
    }

    std::filesystem::path path_;
    const SettingCheck& check_;
    toml::table root_;
};

}  // namespace

std::vector<SweepRun> read_sweep(const std::filesystem::path& path, const SettingCheck& check)
{
    return SweepFile(path, check).runs();
}

std::string text_of(const SweepRun& run)
{
    std::string text;
    for (const auto& [option, value] : run) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", option, value);
    return text;
}

}  // namespace alster
