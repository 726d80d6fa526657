#include "host/personalize/page.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "data/error.hpp"
#include "data/id_hash.hpp"

namespace alster {

namespace {

// places in reasons()
constexpr std::uint8_t popular = 1;
constexpr std::uint8_t because = 2;
constexpr std::uint8_t fresh = 3;
constexpr std::uint8_t trending = 4;
constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::size_t most_genres = 64;  // rows of a user are few, and a pass over the items has a list for each
constexpr std::size_t seeds_to_choose_from = 5;

AttributeColumn read_attribute(const DatasetReader& dataset, const PageRules& rules, const char* key,
                               const std::string& name, std::initializer_list<AttributeType> types)
{
    const auto known = dataset.attribute_types(Side::items);
    const auto found = known.find(name);
    if (found == known.end()) {
        std::vector<std::string> names;
        for (const auto& [attribute, type] : known) names.push_back(attribute);
        throw Error(ExitCode::bad_config, "{}: {} = \"{}\": the items of {} have no such attribute; they have: {}",
                    rules.path.empty() ? "page.toml" : rules.path, key, name, dataset.file().path().string(),
                    fmt::join(names, ", "));
    }
    if (std::ranges::find(types, found->second) == types.end())
        throw Error(ExitCode::bad_config, "{}: {} = \"{}\": it is a {}", rules.path.empty() ? "page.toml" : rules.path,
                    key, name, alster::name(found->second));
    return dataset.attribute(Side::items, name, {0, dataset.info().items});
}

}  // namespace

PageMaker::Counted::Counted(std::uint8_t named, std::span<const std::int32_t> taken)
    : reason(named), counts(taken.begin(), taken.end()), order(taken.size())
{
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, std::greater<>(), [&](auto item) { return counts[item]; });
}

/// An item of a history, and when it was taken last.
struct PageMaker::Taken {
    std::int64_t time;
    std::int32_t item;

    /// The latest first.
    [[nodiscard]] friend bool operator<(const Taken& a, const Taken& b)
    {
        return a.time > b.time || (a.time == b.time && a.item < b.item);
    }
};

/// Users, with what their rows are made of.
struct PageMaker::Block : UserBlock {
    std::vector<std::int32_t> class_of;              // of eligibility; empty: everybody may see everything
    std::vector<std::vector<std::int32_t>> history;  // (users) items that were taken and liked
    std::vector<std::vector<Taken>> recent;          // (users) those of the last days
    std::vector<std::vector<Taken>> begun;           // (users) of the last days, and not finished
    ScoreAddends added;                              // (users) of learned items; where scores are blended
    TopK scored;                                     // (users · groups) learned items
    std::vector<std::int32_t> seeds;                 // of because rows, one user's after the other's
    std::vector<std::uint8_t> seed_reason;           // what each row will be called
    std::vector<Row> seed_user;                      // whose each is
    TopK neighbours;                                 // (seeds) items
};

PageMaker::PageMaker(ServedModel& served, PageRules rules, const RecommendOptions& lists, std::int64_t instant,
                     const Blend* blend)
    : model_(served.model()),
      dataset_(served.dataset()),
      rules_(std::move(rules)),
      options_(lists),
      day_(instant / seconds_per_day),
      recently_(last_days(rules_.recent_days, std::min(instant, dataset_.info().watermark))),
      blend_(blend),
      items_(served.items()),
      scorer_(served.item_scorer()),
      classes_(lists.eligibility, items_.items()),
      neighbours_(served, lists.eligibility),
      popular_(popular, served.popularity().counts()),
      groups_(0, std::ssize(items_.items())),
      reasons_{"top-picks", "popularity", "because-you-watched", "new", "trending"}
{
    if (rules_.trending_days > 0) {
        const auto window = last_days(rules_.trending_days, std::min(instant, dataset_.info().watermark));
        trending_.emplace(trending, positive_counts(served.ranks(), dataset_, window));
    }
    if (rules_.looks_back() && !dataset_.info().times)
        throw Error(ExitCode::bad_config,
                    "{}: because_recent and continue_below need to know when something was taken, and {} does not say",
                    rules_.path, dataset_.file().path().string());
    const auto name = [&](std::uint8_t& place, const char* reason) {
        place = static_cast<std::uint8_t>(reasons_.size());
        reasons_.emplace_back(reason);
    };
    if (rules_.because_recent > 0) name(because_recent_, "because-you-recently-watched");
    if (rules_.continue_below > 0) name(continue_, "continue");
    add_groups(instant);
}

/// The lists that one pass over the items makes: all items, new ones, and those of each genre.
void PageMaker::add_groups(std::int64_t instant)
{
    const auto& items = items_.items();
    const auto add = [&](std::uint8_t reason, std::int32_t genre, const std::vector<bool>& members) {
        std::vector<std::uint32_t> words(groups_.words_per_row());
        for (std::size_t n = 0; n < items.size(); ++n)
            if (members[items[n]]) words[n / 32] |= std::uint32_t{1} << n % 32;
        groups_.add_row(words);
        group_reason_.push_back(reason);
        group_genre_.push_back(genre);
    };
    const auto rows = static_cast<std::size_t>(dataset_.info().items);
    add(top_picks_reason, -1, std::vector<bool>(rows, true));
    if (!rules_.fresh.empty()) {
        const auto times = read_attribute(dataset_, rules_, "fresh", rules_.fresh, {AttributeType::time}).times;
        std::vector<bool> members(rows);
        const double since = static_cast<double>(instant) - rules_.fresh_days * seconds_per_day;
        for (std::size_t i = 0; i < rows; ++i)
            members[i] = times[i] != no_time && times[i] <= instant && static_cast<double>(times[i]) >= since;
        add(fresh, -1, members);
    }
    const bool by_default = rules_.path.empty() && !dataset_.attribute_types(Side::items).contains(rules_.genres);
    if (rules_.genres.empty() || by_default || rules_.genre_rows == 0) return;
    genres_ = read_attribute(dataset_, rules_, "genres", rules_.genres, {AttributeType::set, AttributeType::category});
    taste_.emplace(genres_, popular_.counts);
    std::vector<std::int32_t> values(static_cast<std::size_t>(taste_->values()));
    std::iota(values.begin(), values.end(), 0);
    std::ranges::stable_sort(values, std::greater<>(), [&](auto value) { return taste_->base()[value]; });
    if (values.size() > most_genres) values.resize(most_genres);
    std::ranges::sort(values);
    for (const auto value : values) {
        std::vector<bool> members(rows);
        for (std::size_t i = 0; i < rows; ++i)
            members[i] = std::ranges::find(taste_->of_item(static_cast<Row>(i)), value) !=
                         taste_->of_item(static_cast<Row>(i)).end();
        add(static_cast<std::uint8_t>(reasons_.size()), value, members);
        reasons_.push_back("genre: " + taste_->name(value));
    }
}

void PageMaker::read_history(std::span<const Row> users, Block& block) const
{
    for (auto* taken : {&block.recent, &block.begun}) taken->resize(users.size());
    block.history.resize(users.size());
    each_run(users, [&](RowRange run, std::size_t first) {
        if (run.empty()) return;
        const Interactions rows = dataset_.interactions(Part::train, Side::users, run);
        const auto times = rules_.looks_back() ? dataset_.times(Part::train, run) : std::vector<std::uint32_t>();
        for (Row r = 0; r < rows.rows(); ++r)
            for (Offset n = rows.offsets[r]; n < rows.offsets[r + 1]; ++n) {
                const std::size_t user = first + static_cast<std::size_t>(r);
                if (rows.positive(n)) block.history[user].push_back(rows.columns[n]);
                if (times.empty() || !recently_.holds(times[n])) continue;
                const double value = rows.values[n];
                // values are fp32: 0.9 there is less than 0.9
                const bool begun = value >= static_cast<float>(rules_.continue_from) &&
                                   value < static_cast<float>(rules_.continue_below);
                if (rows.positive(n)) block.recent[user].push_back({times[n], rows.columns[n]});
                if (begun && (rows.roles_of(n) & consumed_role) != 0)
                    block.begun[user].push_back({times[n], rows.columns[n]});
            }
    });
    for (auto* taken : {&block.recent, &block.begun})
        for (auto& items : *taken) std::ranges::sort(items, std::less<>());
}

void PageMaker::score(Block& block)
{
    const Interactions excluded = items_.rows_of(block.excluded);
    CandidateFilter filter{.excluded = &excluded, .groups = &groups_};
    classes_.apply(block.class_of, filter);
    const auto users = static_cast<Row>(block.knowledge.size());
    const FactorTable factors{block.factors, users, model_.info().width};
    if (blend_) {
        Interactions histories;
        for (const auto& items : block.history) {
            histories.columns.insert(histories.columns.end(), items.begin(), items.end());
            histories.offsets.push_back(std::ssize(histories.columns));
        }
        block.added = blend_->addends(factors, histories);
    }
    block.scored = scorer_({factors, blend_ ? &block.added : nullptr}, filter, rules_.pool);
    for (Row list = 0; list < block.scored.rows(); ++list)
        for (Row n = list * rules_.pool; n < list * rules_.pool + block.scored.filled[list]; ++n)
            block.scored.items[n] = items_.item(block.scored.items[n]);
}

float PageMaker::score_of(const Block& block, Row user, std::int32_t item) const
{
    const float* y = items_.factors(item);
    if (!y) return 0;
    const float* x = block.factors.data() + user * model_.info().width;
    double sum = 0;
    for (Row k = 0; k < model_.info().width; ++k) sum += static_cast<double>(x[k]) * y[k];
    if (blend_) sum += block.added.of(user, items_.row(item));
    return static_cast<float>(sum);
}

bool PageMaker::may_mention(const Block& block, Row user, std::int32_t item) const
{
    return !options_.eligibility || options_.eligibility->items().at(block.class_of[user], item);
}

void PageMaker::choose_seeds(std::span<const Row> users, Block& block) const
{
    for (Row u = 0; u < std::ssize(users); ++u) {
        if (block.knowledge[u] != Knowledge::learned) continue;
        if (rules_.because > 0) add_liked_seeds(users[u], u, block);
        if (rules_.because_recent > 0) add_recent_seeds(u, block);
    }
}

/// Of what a user took and the model likes most for them, some by the day: a page stays as it is until midnight.
void PageMaker::add_liked_seeds(Row row, Row user, Block& block) const
{
    std::vector<std::pair<float, std::int32_t>> liked;
    for (const auto item : block.history[user])
        if (may_mention(block, user, item) && items_.row(item) >= 0)
            liked.emplace_back(-score_of(block, user, item), item);
    std::ranges::sort(liked);
    const std::size_t choice = std::min(liked.size(), seeds_to_choose_from);
    if (choice == 0) return;
    const auto id = model_.ids(Side::users, {row, row + 1}).text(0);
    const auto turn = mixed_bits(id_hash(id) ^ mixed_bits(static_cast<std::uint64_t>(day_))) % choice;
    for (std::size_t n = 0; n < std::min<std::size_t>(choice, static_cast<std::size_t>(rules_.because)); ++n) {
        block.seeds.push_back(liked[(turn + n) % choice].second);
        block.seed_reason.push_back(because);
        block.seed_user.push_back(user);
    }
}

/// The latest that are no seeds yet.
void PageMaker::add_recent_seeds(Row user, Block& block) const
{
    const auto first = std::ranges::lower_bound(block.seed_user, user) - block.seed_user.begin();
    Row added = 0;
    for (const Taken& taken : block.recent[user]) {
        if (added == rules_.because_recent) return;
        const bool seed = std::find(block.seeds.begin() + first, block.seeds.end(), taken.item) != block.seeds.end();
        if (seed || !may_mention(block, user, taken.item) || items_.row(taken.item) < 0) continue;
        block.seeds.push_back(taken.item);
        block.seed_reason.push_back(because_recent_);
        block.seed_user.push_back(user);
        ++added;
    }
}

/// What was begun and not finished, the latest first: the one row of titles that were seen. Scores are times.
RowCandidate PageMaker::begun_row(const Block& block, Row user) const
{
    RowCandidate row{.reason = continue_, .any_length = true};
    for (const auto& [time, item] : block.begun[user]) {
        if (std::ssize(row.items) == rules_.pool) break;
        if (!may_mention(block, user, item)) continue;
        row.items.push_back(item);
        row.scores.push_back(static_cast<float>(time));
        row.worth.push_back(std::max(0.0F, score_of(block, user, item)));
    }
    return row;
}

void PageMaker::find_neighbours(Block& block)
{
    Interactions excluded;
    std::vector<std::int32_t> class_of;
    for (const Row user : block.seed_user) {
        const auto theirs = block.excluded.columns_of(user);
        excluded.columns.insert(excluded.columns.end(), theirs.begin(), theirs.end());
        excluded.offsets.push_back(std::ssize(excluded.columns));
        if (options_.eligibility) class_of.push_back(block.class_of[user]);
    }
    block.neighbours = neighbours_.lists(block.seeds, excluded, class_of, rules_.pool);
}

/// What most users took, of a genre or (−1) of all, and is neither excluded nor forbidden.
RowCandidate PageMaker::counted_row(const Counted& counted, const Block& block, Row user, std::int32_t genre) const
{
    RowCandidate row{.reason = counted.reason};
    const auto excluded = block.excluded.columns_of(user);
    const auto& counts = counted.counts;
    const double most = std::max(1, counts[counted.order.front()]);
    for (const auto item : counted.order) {
        if (std::ssize(row.items) == rules_.pool || counts[item] == 0) break;
        if (std::ranges::binary_search(excluded, item)) continue;
        if (!may_mention(block, user, item)) continue;
        if (genre >= 0) {
            const auto values = taste_->of_item(item);
            if (std::ranges::find(values, genre) == values.end()) continue;
        }
        row.items.push_back(item);
        row.scores.push_back(static_cast<float>(counts[item]));
        row.worth.push_back(block.knowledge[user] == Knowledge::learned ? std::max(0.0F, score_of(block, user, item))
                                                                        : static_cast<float>(counts[item] / most));
    }
    return row;
}

/// Rows of a user of whom nothing was learned: what is popular, and that by genre.
std::vector<RowCandidate> PageMaker::popular_candidates(const Block& block, Row user) const
{
    std::vector<RowCandidate> rows;
    if (rules_.continue_below > 0) rows.push_back(begun_row(block, user));
    if (trending_) rows.push_back(counted_row(*trending_, block, user, -1));
    if (rules_.popular) rows.push_back(counted_row(popular_, block, user, -1));
    for (std::size_t g = 0; g < group_genre_.size(); ++g) {
        if (group_genre_[g] < 0) continue;
        rows.push_back(counted_row(popular_, block, user, group_genre_[g]));
        rows.back().reason = group_reason_[g];
        rows.back().taste = taste_->base()[group_genre_[g]];
    }
    return rows;
}

std::vector<RowCandidate> PageMaker::candidates(const Block& block, Row user) const
{
    if (block.knowledge[user] != Knowledge::learned) return popular_candidates(block, user);
    std::vector<RowCandidate> rows;
    const auto shares = taste_ ? taste_->shares(block.history[user]) : std::vector<double>();
    const auto lift = [&](std::int32_t genre) { return shares[genre] / std::max(1e-12, taste_->base()[genre]); };
    std::vector<std::int32_t> genres;  // of which the user has more than others have
    for (const auto genre : group_genre_)
        if (genre >= 0 && shares[genre] >= rules_.least_share && shares[genre] > 0) genres.push_back(genre);
    std::ranges::stable_sort(genres, std::greater<>(), lift);
    if (std::ssize(genres) > rules_.genre_rows) genres.resize(static_cast<std::size_t>(rules_.genre_rows));
    for (std::size_t g = 0; g < group_reason_.size(); ++g) {
        const auto genre = group_genre_[g];
        if (genre >= 0 && std::ranges::find(genres, genre) == genres.end()) continue;
        const Row list = user * groups_.rows() + static_cast<Row>(g);
        RowCandidate row{.reason = group_reason_[g], .taste = genre >= 0 ? shares[genre] : 0};
        const auto items = block.scored.items_of(list);
        row.items.assign(items.begin(), items.end());
        for (const float score : block.scored.scores_of(list)) {
            row.scores.push_back(static_cast<float>(model_.info().mean + score));
            row.worth.push_back(std::max(0.0F, score));
        }
        rows.push_back(std::move(row));
    }
    const auto first = std::ranges::lower_bound(block.seed_user, user) - block.seed_user.begin();
    for (auto n = first; n < std::ssize(block.seeds) && block.seed_user[n] == user; ++n) {
        RowCandidate row{.reason = block.seed_reason[n], .seed = block.seeds[n]};
        const auto items = block.neighbours.items_of(n);
        const auto scores = block.neighbours.scores_of(n);
        row.items.assign(items.begin(), items.end());
        row.scores.assign(scores.begin(), scores.end());
        for (const auto item : items) row.worth.push_back(std::max(0.0F, score_of(block, user, item)));
        rows.push_back(std::move(row));
    }
    if (rules_.continue_below > 0) rows.push_back(begun_row(block, user));
    if (trending_) rows.push_back(counted_row(*trending_, block, user, -1));
    if (rules_.popular) rows.push_back(counted_row(popular_, block, user, -1));
    return rows;
}

/// What blending adds is held for some users at a time.
Pages PageMaker::pages(std::span<const Row> users)
{
    const auto at_once = blend_ ? static_cast<std::size_t>(rows_with_addends) : std::max<std::size_t>(1, users.size());
    Pages pages;
    for (std::size_t first = 0; first < users.size(); first += at_once) {
        Pages made = make(users.subspan(first, std::min(at_once, users.size() - first)));
        std::ranges::move(made.rows, std::back_inserter(pages.rows));
        pages.knowledge.insert(pages.knowledge.end(), made.knowledge.begin(), made.knowledge.end());
    }
    return pages;
}

Pages PageMaker::make(std::span<const Row> users)
{
    const Exclusion* exclusion = options_.include_seen ? nullptr : &options_.exclusion;
    Block block;
    static_cast<UserBlock&>(block) = read_users(model_, dataset_, users, exclusion);
    if (options_.eligibility) block.class_of = options_.eligibility->classes_of(users);
    read_history(users, block);
    score(block);
    choose_seeds(users, block);
    if (!block.seeds.empty()) find_neighbours(block);
    Pages pages{.rows = std::vector<std::vector<PageRow>>(users.size()), .knowledge = block.knowledge};
#pragma omp parallel for schedule(dynamic, 16)
    for (Row u = 0; u < std::ssize(users); ++u) pages.rows[u] = arrange(candidates(block, u), rules_);
    return pages;
}

}  // namespace alster
