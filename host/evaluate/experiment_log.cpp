#include "host/evaluate/experiment_log.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "data/error.hpp"
#include "data/ingest/named_table.hpp"

namespace alster {

namespace {

constexpr std::size_t most_labels = 1000;  // of one column

using UserNumbers = std::unordered_map<std::string, std::size_t>;

/// A column of the exposures becomes a way to tell users apart.
class LabelColumn {
public:
    LabelColumn(std::string name, std::size_t column) : column_(column) { slices_.name = std::move(name); }

    /// False where the user has another label already.
    [[nodiscard]] bool set(std::size_t user, std::string_view label, const std::string& where)
    {
        const auto [found, added] = numbers_.try_emplace(std::string(label), std::ssize(slices_.labels));
        if (added) slices_.labels.emplace_back(label);
        if (slices_.labels.size() > most_labels)
            throw Error(ExitCode::bad_data,
                        "{}: column \"{}\" has more than {} values and cannot tell users apart: leave it out", where,
                        slices_.name, most_labels);
        if (user < slices_.label_of.size()) return slices_.label_of[user] == found->second;
        slices_.label_of.push_back(static_cast<std::int32_t>(found->second));
        return true;
    }

    [[nodiscard]] std::size_t column() const { return column_; }
    [[nodiscard]] const std::string& name() const { return slices_.name; }

    /// The labels in alphabetical order, whatever the order of lines was.
    [[nodiscard]] UserSlices slices() const
    {
        UserSlices sorted{.name = slices_.name, .labels = slices_.labels, .label_of = {}};
        std::ranges::sort(sorted.labels);
        std::vector<std::int32_t> place;
        for (const auto& label : slices_.labels)
            place.push_back(
                static_cast<std::int32_t>(std::ranges::lower_bound(sorted.labels, label) - sorted.labels.begin()));
        for (const auto label : slices_.label_of) sorted.label_of.push_back(place[label]);
        return sorted;
    }

private:
    std::size_t column_;
    UserSlices slices_;
    std::unordered_map<std::string, std::ptrdiff_t> numbers_;
};

UserNumbers read_exposures(const std::string& path, const Variants& variants, ExperimentLog& log)
{
    static constexpr std::array<std::string_view, 2> needed{"user", "variant"};
    NamedTable table(path, needed);
    std::vector<LabelColumn> labels;
    for (std::size_t n = 0; n < table.columns().size(); ++n)
        if (std::ranges::count(needed, table.columns()[n]) == 0) labels.emplace_back(table.columns()[n], n);
    UserNumbers users;
    while (const auto* fields = table.next()) {
        const int variant = variants.find(table.text("variant"));
        const std::string user(table.text("user"));
        if (user.empty()) throw Error(ExitCode::bad_data, "{}: names no user", table.where());
        if (variant < 0)
            throw Error(ExitCode::bad_data, "{}: variant \"{}\" is none of --shares", table.where(),
                        table.text("variant"));
        const auto [found, added] = users.try_emplace(user, users.size());
        if (added) log.variant_of.push_back(variant);
        if (log.variant_of[found->second] != variant)
            throw Error(ExitCode::bad_data, "{}: user \"{}\" has two variants: such an experiment cannot be read",
                        table.where(), user);
        for (auto& label : labels)
            if (!label.set(found->second, (*fields)[label.column()], table.where()))
                throw Error(ExitCode::bad_data, "{}: user \"{}\" has two values of \"{}\"", table.where(), user,
                            label.name());
    }
    for (const auto& label : labels) log.slices.push_back(label.slices());
    return users;
}

const std::string& any_user(const UserNumbers& users)
{
    return std::ranges::find(users, std::size_t{0}, &UserNumbers::value_type::second)->first;
}

/// Ids that are written in another way would count as users who did nothing.
[[noreturn]] void refuse_foreign(const std::string& path, const std::string& foreign, const UserNumbers& users)
{
    if (foreign.empty()) throw Error(ExitCode::bad_data, "{}: has no line of a user", path);
    throw Error(ExitCode::bad_data,
                "{}: none of its users was exposed: it has \"{}\", the exposures have \"{}\"; write ids the same way",
                path, foreign, any_user(users));
}

/// (users) the sum of each user's values; `foreign` counts the lines of others, `missing` users without a line.
std::vector<double> read_values(const std::string& path, const UserNumbers& users, std::int64_t& foreign,
                                std::int64_t& missing)
{
    static constexpr std::array<std::string_view, 2> needed{"user", "value"};
    NamedTable table(path, needed);
    std::vector<double> values(users.size());
    std::vector<std::uint8_t> seen(users.size());
    std::string first_foreign;
    while (table.next()) {
        const double value = table.quantity("value");
        const auto found = users.find(std::string(table.text("user")));
        if (found == users.end()) {
            if (foreign++ == 0) first_foreign = table.text("user");
            continue;
        }
        values[found->second] += value;
        seen[found->second] = 1;
    }
    missing = std::ranges::count(seen, 0);
    if (!users.empty() && missing == std::ssize(seen)) refuse_foreign(path, first_foreign, users);
    return values;
}

}  // namespace

ExperimentLog read_experiment(const ExperimentFiles& files, const Variants& variants)
{
    ExperimentLog log;
    const UserNumbers users = read_exposures(files.exposures, variants, log);
    std::int64_t without_outcome = 0, foreign_before = 0;
    log.outcomes = read_values(files.outcomes, users, log.foreign_outcomes, without_outcome);
    if (!files.before.empty()) log.before = read_values(files.before, users, foreign_before, log.without_before);
    return log;
}

}  // namespace alster
