#include "data/synthetic.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <sstream>

#include "data/error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

SyntheticOptions small()
{
    SyntheticOptions options;
    options.users = 400;
    options.items = 300;
    options.events = 8'000;
    options.topics = 6;
    return options;
}

std::string content(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<std::string> split(const std::string& line, char separator)
{
    std::vector<std::string> fields;
    std::string field;
    bool quoted = false;
    for (const char c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == separator && !quoted)
            fields.push_back(std::exchange(field, ""));
        else
            field += c;
    }
    fields.push_back(field);
    return fields;
}

using Table = std::vector<std::vector<std::string>>;

/// The lines after the header.
Table rows_of(const std::filesystem::path& path)
{
    std::istringstream in(content(path));
    Table rows;
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) rows.push_back(split(line, ','));
    return rows;
}

struct Made {
    test::TemporaryDirectory directory;
    SyntheticSummary summary;
    Table log, items;

    explicit Made(const SyntheticOptions& options)
        : summary(write_synthetic(options, directory.path())),
          log(rows_of(summary.log)),
          items(rows_of(directory / "items.csv"))
    {
    }
};

TEST(Synthetic, WritesExactlyTheLinesAskedFor)
{
    for (const std::int64_t events : {1, 399, 400, 8'000, 29'999, 400 * 75}) {
        auto options = small();
        options.events = events;
        const Made made(options);
        EXPECT_EQ(events, std::ssize(made.log));
        EXPECT_EQ(events, made.summary.lines);
        EXPECT_EQ(events, made.summary.plays + made.summary.thumbs + made.summary.stars);
        EXPECT_EQ(300, std::ssize(made.items));
    }
}

TEST(Synthetic, GivesTheSameBytesForTheSameSeedAndOthersForAnother)
{
    const test::TemporaryDirectory first, second, third;
    auto options = small();
    write_synthetic(options, first.path());
    write_synthetic(options, second.path());
    options.seed = 2;
    write_synthetic(options, third.path());

    for (const auto* name : {"events.csv", "items.csv", "truth.h5"}) {
        EXPECT_EQ(content(first / name), content(second / name)) << name;
        EXPECT_NE(content(first / name), content(third / name)) << name;
    }
}

TEST(Synthetic, WritesARatingsLogWithoutRepeatedPairs)
{
    auto options = small();
    options.log = SyntheticOptions::Log::ratings;
    options.events = 400 * 75;  // everyone at the cap: the rule that ends the redraws is used
    const Made made(options);

    std::set<std::pair<std::string, std::string>> pairs;
    for (const auto& row : made.log) {
        ASSERT_EQ(4u, row.size());
        EXPECT_TRUE(pairs.emplace(row[0], row[1]).second);
        EXPECT_THAT(row[2], testing::AnyOf("1", "2", "3", "4", "5"));
    }
    EXPECT_EQ(options.events, std::ssize(pairs));
}

TEST(Synthetic, RepeatsWatchesOnlyWhereAsked)
{
    const auto repeated = [](double probability) {
        auto options = small();
        options.repeat = probability;
        std::map<std::pair<std::string, std::string>, int> plays;
        int again = 0;
        for (const auto& row : Made(options).log)
            if (row[2] == "play") again += plays[{row[0], row[1]}]++ > 0;
        return again;
    };
    EXPECT_EQ(0, repeated(0));
    EXPECT_GT(repeated(0.3), 1000);
}

TEST(Synthetic, WritesValuesInTheirRanges)
{
    const Made made(small());
    std::map<std::string, int> kinds;
    for (const auto& row : made.log) {
        ASSERT_EQ(5u, row.size());
        ++kinds[row[2]];
        const double value = std::stod(row[3]);
        if (row[2] == "play") {
            EXPECT_TRUE(value >= 0 && value <= 1) << row[3];
        }
        if (row[2] == "thumb") {
            EXPECT_TRUE(value == 1 || value == -1) << row[3];
        }
        if (row[2] == "stars") {
            EXPECT_TRUE(value >= 1 && value <= 5 && value == std::floor(value)) << row[3];
        }
    }
    EXPECT_EQ(made.summary.plays, kinds["play"]);
    EXPECT_EQ(made.summary.thumbs, kinds["thumb"]);
    EXPECT_EQ(made.summary.stars, kinds["stars"]);
    EXPECT_GT(kinds["thumb"], 400);
    EXPECT_GT(kinds["stars"], 800);
}

std::int64_t seconds_of(const std::string& date)
{
    const std::chrono::year_month_day day{std::chrono::year(std::stoi(date.substr(0, 4))),
                                          std::chrono::month(std::stoi(date.substr(5, 2))),
                                          std::chrono::day(std::stoi(date.substr(8, 2)))};
    return std::chrono::sys_seconds(std::chrono::sys_days(day)).time_since_epoch().count();
}

TEST(Synthetic, NobodyWatchesBeforeTheReleaseOrAfterTheEnd)
{
    const Made made(small());
    std::int64_t latest_release = 0;
    for (const auto& item : made.items) latest_release = std::max(latest_release, seconds_of(item[4]));
    EXPECT_GT(latest_release, 1'735'689'600 - 3 * 365 * 86'400);  // there are new titles for which it matters

    for (const auto& row : made.log) {
        const std::int64_t time = std::stoll(row[4]);
        EXPECT_GE(time, seconds_of(made.items[std::stoull(row[1]) - 1][4]));
        EXPECT_LT(time, 1'735'689'600);
    }
}

TEST(Synthetic, HorrorIsNeverRatedBelowR)
{
    auto options = small();
    options.items = 3000;
    int horror = 0;
    for (const auto& item : Made(options).items) {
        EXPECT_THAT(item[3], testing::AnyOf("G", "PG", "PG-13", "R", "NC-17"));
        if (item[2].find("Horror") == std::string::npos) continue;
        ++horror;
        EXPECT_THAT(item[3], testing::AnyOf("R", "NC-17")) << item[1];
        EXPECT_EQ(std::string::npos, item[2].find("Children")) << item[2];
    }
    EXPECT_GT(horror, 100);
}

TEST(Synthetic, TitlesAreUniqueAndSomeNeedUnicodeOrQuotes)
{
    auto options = small();
    options.items = 20'000;
    std::set<std::string> titles;
    int beyond_ascii = 0, with_comma = 0;
    for (const auto& item : Made(options).items) {
        ASSERT_EQ(6u, item.size());
        EXPECT_TRUE(titles.insert(item[1]).second) << item[1];
        beyond_ascii += std::any_of(item[1].begin(), item[1].end(), [](char c) { return c < 0; });
        with_comma += item[1].find(',') != std::string::npos;
    }
    EXPECT_GT(beyond_ascii, 1000);
    EXPECT_GT(with_comma, 1000);
}

TEST(Synthetic, ATenthOfTheUsersAreKidsAndTitlesAreSoldInMarkets)
{
    auto options = small();
    options.users = 20'000;
    const Made made(options);
    std::map<std::string, int> profiles, markets;
    std::istringstream users(test::read_file(made.directory / "users.csv"));
    std::string line;
    std::getline(users, line);
    EXPECT_EQ("user,profile,market", line);
    while (std::getline(users, line)) {
        const auto first = line.find(','), last = line.rfind(',');
        ++profiles[line.substr(first + 1, last - first - 1)];
        ++markets[line.substr(last + 1)];
    }
    EXPECT_NEAR(2000, profiles["kids"], 6 * std::sqrt(2000 * 0.9));
    EXPECT_NEAR(2000, profiles["teen"], 6 * std::sqrt(2000 * 0.9));
    EXPECT_EQ(20'000, profiles["kids"] + profiles["teen"] + profiles["adult"]);
    ASSERT_EQ(4U, markets.size());
    for (const auto& [market, count] : markets) EXPECT_NEAR(5000, count, 6 * std::sqrt(5000 * 0.75)) << market;
    for (const auto& item : made.items) EXPECT_FALSE(item.at(5).empty());
    EXPECT_NE("", test::read_file(made.directory / "eligibility.toml"));
}

/// Counts in descending order.
std::vector<double> ranked(const Table& log, int column, std::int64_t size)
{
    std::vector<double> counts(size, 0.0);
    for (const auto& row : log) counts[std::stoll(row[column]) - 1] += 1;
    std::sort(counts.rbegin(), counts.rend());
    return counts;
}

/// Least-squares slope of log count over log rank, at ranks spaced evenly in the logarithm.
double slope(const std::vector<double>& counts, double from, double to)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (double rank = from; rank <= to; rank *= 1.25) {
        const double u = std::log(std::floor(rank)), v = std::log(counts[static_cast<std::size_t>(rank) - 1]);
        n += 1, x += u, y += v, xx += u * u, xy += u * v;
    }
    return (n * xy - x * y) / (n * xx - x * x);
}

TEST(Synthetic, PopularityAndActivityFollowTheirPowerLaws)
{
    SyntheticOptions options;
    options.users = 40'000;
    options.items = 4'000;
    options.events = 400'000;
    options.noise = 1;  // popularity alone, as topics reshape it
    options.popularity_exponent = 0.8;
    options.activity_exponent = 0.5;
    options.log = SyntheticOptions::Log::ratings;
    const Made made(options);

    // few enough lines a user that drawing unseen items only flattens the very top
    EXPECT_NEAR(-0.8, slope(ranked(made.log, 1, options.items), 20, 1000), 0.06);
    EXPECT_NEAR(-0.5, slope(ranked(made.log, 0, options.users), 20, 5000), 0.05);
}

TEST(Synthetic, MemoryDoesNotGrowWithTheLog)
{
    const auto peak_kib = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;
    };
    const test::TemporaryDirectory directory;
    SyntheticOptions options;
    options.users = 2'000;
    options.events = 100'000;
    write_synthetic(options, directory.path());
    const auto before = peak_kib();
    options.events = 900'000;  // 20 MB of text more
    write_synthetic(options, directory.path());
    EXPECT_LT(peak_kib() - before, 8'192);
}

TEST(Synthetic, WritesGzipWithTheSameContent)
{
    auto options = small();
    const test::TemporaryDirectory directory;
    write_synthetic(options, directory.path());
    options.gzip = true;
    EXPECT_EQ(directory / "events.csv.gz", write_synthetic(options, directory.path()).log);
    const std::string command =
        "gzip -dc " + (directory / "events.csv.gz").string() + " | cmp - " + (directory / "events.csv").string();
    EXPECT_EQ(0, std::system(command.c_str()));
}

TEST(Synthetic, RefusesWhatCannotBe)
{
    const test::TemporaryDirectory directory;
    const auto code = [&](auto change, const std::filesystem::path& where) {
        auto options = small();
        change(options);
        try {
            write_synthetic(options, where);
        } catch (const Error& error) {
            return error.code();
        }
        return ExitCode::done;
    };
    using Options = SyntheticOptions;
    EXPECT_EQ(ExitCode::usage, code([](Options& o) { o.events = o.users * 75 + 1; }, directory.path()));
    EXPECT_EQ(ExitCode::usage, code([](Options& o) { o.users = 0; }, directory.path()));
    EXPECT_EQ(ExitCode::usage, code([](Options& o) { o.noise = std::nan(""); }, directory.path()));
    EXPECT_EQ(ExitCode::usage,
              code([](Options& o) { o.log = Options::Log::ratings, o.repeat = 0.1; }, directory.path()));
    EXPECT_EQ(ExitCode::cannot_create, code([](Options&) {}, "/dev/null/below"));
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Synthetic, LeavesNoLogBehindWhereTheDiskIsFull)
{
    const test::TemporaryDirectory directory;
    // a limit on the size of files fails like a full disk
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit limit{1000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
        write_synthetic(small(), directory.path());
        FAIL() << "wrote to a full disk";
    } catch (const Error& error) {
        EXPECT_EQ(ExitCode::io, error.code()) << error.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_FALSE(std::filesystem::exists(directory / "events.csv"));
    EXPECT_FALSE(test::has_temporary_files(directory.path()));
}

}  // namespace
}  // namespace alster
