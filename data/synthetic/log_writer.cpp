#include "data/synthetic/log_writer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace alster::synthetic {

namespace {

constexpr std::int64_t oldest_account = 5 * 365 * day;
constexpr std::int64_t newest_account = 30 * day;

constexpr double thumb_share = 0.12;  // of first watches
constexpr double stars_share = 0.20;

/// How often an item the user has seen is drawn again before the choice falls on any unseen one. A user who has watched
/// nearly all that their taste reaches gets there; everybody else practically never.
constexpr int patience = 64;

/// 0 … 1000 thousandths as a decimal fraction.
std::string_view thousandths(std::int64_t n, std::array<char, 6>& text)
{
    if (n >= 1000) return "1";
    text = {'0',
            '.',
            static_cast<char>('0' + n / 100),
            static_cast<char>('0' + n / 10 % 10),
            static_cast<char>('0' + n % 10),
            0};
    return {text.data(), 5};
}

}  // namespace

LogWriter::LogWriter(const SyntheticOptions& options, const std::vector<Item>& catalogue, const TasteModel& model,
                     TextOutput& output, SyntheticSummary& summary)
    : options_(options),
      catalogue_(catalogue),
      model_(model),
      output_(output),
      summary_(summary),
      last_viewer_(catalogue.size(), -1)
{
}

void LogWriter::write_header()
{
    output_ << (options_.log == SyntheticOptions::Log::events ? "user,item,event,value,time\n"
                                                              : "user,item,value,time\n");
}

LogWriter::User LogWriter::meet(Row number) const
{
    User user{number, Random(options_.seed, Purpose::events, number), model_.mixture(number)};
    user.joined = end_of_log - newest_account - user.random.below(oldest_account - newest_account);
    user.bias = 0.4 * user.random.bell();
    return user;
}

void LogWriter::write_user(Row number, std::int64_t lines)
{
    if (lines == 0) return;
    User user = meet(number);
    watched_.clear();
    while (lines > 0) {
        const bool again = !watched_.empty() && user.random.chance(options_.repeat);
        const auto item = again ? watched_[user.random.below(static_cast<Row>(watched_.size()))] : draw_unseen(user);
        lines -= write_watch(user, item, !again, lines);
    }
}

std::int32_t LogWriter::draw_unseen(User& user)
{
    const auto seen = [&](std::int32_t item) { return last_viewer_[item] == user.number; };
    std::int32_t item = model_.draw(user.random, user.mixture);
    for (int tries = 0; seen(item) && tries < patience; ++tries) item = model_.draw(user.random, user.mixture);
    if (seen(item)) {
        item = static_cast<std::int32_t>(user.random.below(model_.items()));
        while (seen(item)) item = static_cast<std::int32_t>((item + 1) % model_.items());
    }
    last_viewer_[item] = static_cast<Column>(user.number);
    watched_.push_back(item);
    return item;
}

std::int64_t LogWriter::draw_time(User& user, std::int32_t item) const
{
    const std::int64_t first = std::max(user.joined, catalogue_[item].release);
    return first + user.random.below(end_of_log - first);
}

std::int64_t LogWriter::write_watch(User& user, std::int32_t item, bool first, std::int64_t room)
{
    const double fit = model_.fit(user.mixture, item);
    const std::int64_t time = draw_time(user, item);
    if (options_.log == SyntheticOptions::Log::ratings) {
        write_stars(user, item, fit, time);
        return 1;
    }
    std::int64_t lines = 1;
    write_play(user, item, fit, time);
    const auto later = [&] { return std::min(time + 60 + user.random.below(7200), end_of_log - 1); };
    if (first && lines < room && user.random.chance(thumb_share)) {
        write_thumb(user, item, fit, later());
        ++lines;
    }
    if (first && lines < room && user.random.chance(stars_share)) {
        write_stars(user, item, fit, later());
        ++lines;
    }
    return lines;
}

void LogWriter::write_play(User& user, std::int32_t item, double fit, std::int64_t time)
{
    // who does not like it leaves in the first minutes, or at some point; who does sees the end more often
    double fraction = 1;
    if (user.random.chance(0.6 * (1 - fit)))
        fraction = 0.15 * user.random.uniform();
    else if (!user.random.chance(fit))
        fraction = 0.15 + 0.85 * user.random.uniform();
    std::array<char, 6> text;
    write_line(user, item, "play", thousandths(static_cast<std::int64_t>(1000 * fraction), text), time);
    ++summary_.plays;
}

void LogWriter::write_thumb(User& user, std::int32_t item, double fit, std::int64_t time)
{
    write_line(user, item, "thumb", user.random.chance(0.2 + 0.75 * fit) ? "1" : "-1", time);
    ++summary_.thumbs;
}

void LogWriter::write_stars(User& user, std::int32_t item, double fit, std::int64_t time)
{
    const double liking = 3.0 + user.bias + 0.35 * model_.quality(item) + 2.4 * (fit - 0.5) + 0.6 * user.random.bell();
    const auto stars = static_cast<int>(std::clamp(std::floor(liking + 0.5), 1.0, 5.0));
    const char digit = static_cast<char>('0' + stars);
    write_line(user, item, "stars", {&digit, 1}, time);
    ++summary_.stars;
}

void LogWriter::write_line(const User& user, std::int32_t item, std::string_view event, std::string_view value,
                           std::int64_t time)
{
    output_ << user.number + 1 << ',' << item + 1 << ',';
    if (options_.log == SyntheticOptions::Log::events) output_ << event << ',';
    output_ << value << ',' << time << '\n';
    ++summary_.lines;
}

}  // namespace alster::synthetic
