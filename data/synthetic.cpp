#include "data/synthetic.hpp"

#include <chrono>
#include <limits>

#include "data/error.hpp"
#include "data/output_lock.hpp"
#include "data/synthetic/activity.hpp"
#include "data/synthetic/catalogue.hpp"
#include "data/synthetic/log_writer.hpp"
#include "data/synthetic/taste_model.hpp"
#include "data/synthetic/text_output.hpp"
#include "data/synthetic/truth_file.hpp"

namespace alster {

using namespace synthetic;

namespace {

// What alster prepare --rules reads: how much each kind of event says (docs/rules.md).
constexpr std::string_view rules = R"([event.play]          # value: fraction watched, 0 to 1
base = 0.5
per_value = 2.0

[event.thumb]         # value: 1 or -1
base = 4.0
like_from = 1.0
dislike_to = -1.0

[event.stars]         # value: 1 to 5, of which 3 says least
base = 1.0
per_value = 1.5
centre = 3.0
like_from = 4.0
dislike_to = 2.0
)";

// What alster page --eligibility reads: who may see which of the items (docs/eligibility.md).
constexpr std::string_view eligibility = R"(unknown_users = "kids"

[scale]
rating = ["G", "PG", "PG-13", "R", "NC-17"]

[window]
from = "release"

[[class]]
name = "kids"
users.profile = "kids"
items = { maturity = { at_most = "PG" }, genres = { none_of = ["Horror", "War"] } }

[[class]]
name = "teens"
users.profile = "teen"
items = { maturity = { at_most = "PG-13" }, markets = { any_of_user = "market" } }

[[class]]
name = "adults"
users.profile = "adult"
items.markets = { any_of_user = "market" }
)";

template <class T>
void check_range(const char* name, T value, T low, T high)
{
    if (!(value >= low && value <= high))
        throw Error(ExitCode::usage, "--{} {} is out of range: use {} to {}", name, value, low, high);
}

void check(const SyntheticOptions& options)
{
    constexpr Row most = std::numeric_limits<Column>::max();
    check_range<Row>("users", options.users, 1, most);
    check_range<Row>("items", options.items, 1, most);
    check_range("topics", options.topics, 1, 1024);
    check_range("noise", options.noise, 0.0, 1.0);
    check_range("repeat", options.repeat, 0.0, 0.99);
    check_range("popularity-exponent", options.popularity_exponent, 0.0, 4.0);
    check_range("activity-exponent", options.activity_exponent, 0.0, 2.0);
    check_range("concentration", options.concentration, 0.05, 1.0);
    check_range<std::int64_t>("events", options.events, 1, options.users * activity_cap(options.items));
    if (options.repeat > 0 && options.log == SyntheticOptions::Log::ratings)
        throw Error(ExitCode::usage, "--repeat needs --log events: a ratings log has one line for each user and item");
}

std::string quoted(const std::string& text)
{
    return text.find(',') == std::string::npos ? text : '"' + text + '"';  // no title has a quotation mark
}

void write_items(const std::vector<Item>& catalogue, std::uint64_t seed, const std::filesystem::path& path)
{
    TextOutput output(path, false);
    output << "item,title,genres,maturity,release,markets\n";
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
        const Item& item = catalogue[i];
        const std::chrono::sys_days released{std::chrono::days(item.release / day)};
        const std::chrono::year_month_day date{released};
        output << i + 1 << ',' << quoted(item.title) << ',' << genre_names(item.genres) << ',' << item.maturity << ','
               << fmt::format("{}-{:02}-{:02},", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                              static_cast<unsigned>(date.day()))
               << markets_of_item(static_cast<Row>(i), seed) << '\n';
    }
    output.commit();
}

void write_users(Row users, std::uint64_t seed, const std::filesystem::path& path)
{
    TextOutput output(path, false);
    output << "user,profile,market\n";
    for (Row u = 0; u < users; ++u) {
        const Profile profile = profile_of_user(u, seed);
        output << u + 1 << ',' << profile.kind << ',' << profile.market << '\n';
    }
    output.commit();
}

void write_text(std::string_view text, const std::filesystem::path& path)
{
    TextOutput output(path, false);
    output << text;
    output.commit();
}

}  // namespace

SyntheticSummary write_synthetic(const SyntheticOptions& options, const std::filesystem::path& directory)
{
    check(options);
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) throw Error(ExitCode::cannot_create, "{}: cannot be made: {}", directory.string(), error.message());
    const auto lock = OutputLock::of_directory(directory);

    const auto catalogue = make_catalogue(options.items, options.seed);
    const TasteModel model(options, catalogue);
    SyntheticSummary summary;
    summary.log = directory / (options.gzip ? "events.csv.gz" : "events.csv");

    TextOutput output(summary.log, options.gzip);
    LogWriter log(options, catalogue, model, output, summary);
    log.write_header();
    const auto lines = activities(options);
    for (Row u = 0; u < options.users; ++u) log.write_user(u, lines[u]);

    write_items(catalogue, options.seed, directory / "items.csv");
    write_users(options.users, options.seed, directory / "users.csv");
    write_text(eligibility, directory / "eligibility.toml");
    if (options.log == SyntheticOptions::Log::events) write_text(rules, directory / "rules.toml");
    write_truth(options, model, directory / "truth.h5");
    output.commit();
    return summary;
}

}  // namespace alster
