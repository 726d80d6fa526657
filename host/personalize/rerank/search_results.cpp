#include "host/personalize/rerank/search_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/ingest/line_source.hpp"
#include "data/json_text.hpp"
#include "host/model/learned.hpp"
#include "host/personalize/rerank/json_members.hpp"

namespace alster {

namespace {

constexpr Row lines_of_block = 1024;

struct InputLine {
    std::string text;
    std::int64_t number = 0;
};

/// One line on its way.
struct Search {
    const InputLine& line;
    nlohmann::json object;
    Row user = unknown_user;
    const char* order = "model";
    std::vector<Scored> scored = {};                 // the best first
    std::vector<std::int32_t> unscored = {};         // as they were given
    std::map<std::int32_t, std::size_t> place = {};  // of each item that is kept, in the line
    std::array<std::int64_t, 3> dropped = {};        // unknown, repeated, not eligible
};

constexpr std::array drop_reasons{"unknown_item", "repeated", "not_eligible"};

class Block {
public:
    Block(ServedModel& served, const SearchOptions& options)
        : served_(served),
          options_(options),
          user_ids_(served.model().ids(Side::users, {0, served.info().users})),
          users_(user_ids_),
          items_(served.labels().ids())
    {
    }

    [[nodiscard]] std::string order(const std::vector<InputLine>& lines)
    {
        std::vector<Search> searches;
        for (const InputLine& line : lines) searches.push_back(read(line));
        if (options_.reranker) rerank(searches);
        std::string text;
        for (Search& search : searches) text += finished(search) + '\n';
        return text;
    }

    [[nodiscard]] const SearchCounts& counts() const { return counts_; }

private:
    template <class... Args>
    [[noreturn]] void fail(const InputLine& line, fmt::format_string<Args...> format, Args&&... args) const
    {
        throw Error(ExitCode::bad_data, "{}:{}: {}", options_.input, line.number,
                    fmt::format(format, std::forward<Args>(args)...));
    }

    [[nodiscard]] std::string id(const InputLine& line, const nlohmann::json& value) const
    {
        if (value.is_string()) return value.get<std::string>();
        if (value.is_number_unsigned()) return fmt::format("{}", value.get<std::uint64_t>());
        if (value.is_number_integer()) return fmt::format("{}", value.get<std::int64_t>());
        fail(line, "an id must be a text or a whole number, not {}", json_text(value));
    }

    [[nodiscard]] Search read(const InputLine& line)
    {
        Search search{.line = line, .object = nlohmann::json::parse(line.text, nullptr, false)};
        const auto& object = search.object;
        if (!object.is_object() || !object.contains("user") || !object.contains("items") || !object["items"].is_array())
            fail(line, "must be an object as {{\"user\": 42, \"items\": [1, 2]}}");
        search.user = users_.find(id(line, object["user"])).value_or(unknown_user);
        const auto factors = factors_of(search);
        const std::int32_t user_class =
            options_.eligibility ? options_.eligibility->classes_of(std::span(&search.user, 1)).front() : sees_nothing;
        std::size_t place = 0;
        for (const auto& value : object["items"]) {
            ++counts_.candidates;
            const std::size_t here = place++;
            const auto item = items_.find(id(line, value));
            if (!item) {
                ++search.dropped[0];
            } else if (search.place.contains(static_cast<std::int32_t>(*item))) {
                ++search.dropped[1];
            } else if (options_.eligibility && !options_.eligibility->items().at(user_class, *item)) {
                ++search.dropped[2];
            } else {
                search.place.emplace(static_cast<std::int32_t>(*item), here);
                add(search, factors, static_cast<std::int32_t>(*item));
            }
        }
        std::ranges::sort(search.scored, std::less<>());
        return search;
    }

    /// Empty where nothing is known of the user.
    [[nodiscard]] std::vector<float> factors_of(Search& search)
    {
        ++counts_.lines;
        if (search.user == unknown_user) {
            search.order = "unknown-user";
            ++counts_.unknown_users;
            return {};
        }
        auto factors = served_.model().factors(Side::users, {search.user, search.user + 1});
        if (has_learned(Side::users, factors, served_.is_explicit())) return factors;
        search.order = "nothing-learned";
        ++counts_.nothing_learned;
        return {};
    }

    void add(Search& search, std::span<const float> factors, std::int32_t item) const
    {
        const auto row = served_.items().row(item);
        if (factors.empty() || row < 0) {
            search.unscored.push_back(item);
            return;
        }
        const FactorTable table = served_.items().table();
        double score = served_.info().mean;
        for (Row a = 0; a < table.width; ++a)
            score += static_cast<double>(factors[a]) * table.values[static_cast<std::size_t>(row * table.width + a)];
        search.scored.push_back({static_cast<float>(score), item});
    }

    void rerank(std::vector<Search>& searches) const
    {
        Row longest = 1;
        for (const Search& search : searches) longest = std::max(longest, static_cast<Row>(search.scored.size()));
        std::vector<Row> users;
        Lists pools{.lists = TopK(std::ssize(searches), longest),
                    .reasons = std::vector(searches.size() * static_cast<std::size_t>(longest), Reason::none)};
        for (Row n = 0; n < std::ssize(searches); ++n) {
            const Search& search = searches[n];
            users.push_back(search.user);
            pools.lists.filled[n] = static_cast<std::int32_t>(search.scored.size());
            for (Row place = 0; place < std::ssize(search.scored); ++place) {
                pools.lists.items[n * longest + place] = search.scored[place].item;
                pools.lists.scores[n * longest + place] = search.scored[place].score;
                pools.reasons[n * longest + place] = Reason::model;
            }
        }
        const Lists made = options_.reranker->rerank(users, pools, options_.k > 0 ? options_.k : longest);
        for (Row n = 0; n < std::ssize(searches); ++n) {
            searches[n].scored.clear();
            const auto items = made.lists.items_of(n);
            for (std::size_t place = 0; place < items.size(); ++place)
                searches[n].scored.push_back({made.lists.scores_of(n)[place], items[place]});
        }
    }

    /// Lists as long as that of the items, as titles are, keep what belongs to the items that stay. All else is passed on
    /// as it is written.
    [[nodiscard]] static std::string passed_on(const Search& search, const std::string& key, std::string_view value,
                                               const std::vector<std::size_t>& places)
    {
        const auto& parsed = search.object[key];
        if (!parsed.is_array() || parsed.size() != search.object["items"].size()) return std::string(value);
        const auto elements = elements_of(value);
        std::string kept;
        for (const auto place : places) kept.append(kept.empty() ? "" : ",").append(elements[place]);
        return '[' + kept + ']';
    }

    /// What is added to a line; where the line has the name itself, with a prefix.
    void add_own(const Search& search, const char* key, const nlohmann::json& value, std::string& to) const
    {
        std::string name = key;
        if (search.object.contains(name)) name.insert(0, "alster_");
        if (search.object.contains(name))
            fail(search.line, "has {} and {} of its own, and a name is needed for what is added: leave one out", key,
                 name);
        to += fmt::format(",\"{}\":{}", name, json_text(value));
    }

    /// The line with its items in their new order, and what is added behind its other fields.
    [[nodiscard]] std::string rewritten(const Search& search, const nlohmann::json& ids, const nlohmann::json& scores,
                                        const std::vector<std::size_t>& places) const
    {
        const auto members = members_of(search.line.text);
        if (members.size() != search.object.size()) fail(search.line, "a key stands twice in the object");
        std::string text;
        for (const auto& [quoted, value] : members) {
            const auto key = nlohmann::json::parse(quoted).get<std::string>();
            text += fmt::format("{}{}:{}", text.empty() ? "" : ",", quoted,
                                key == "items" ? json_text(ids) : passed_on(search, key, value, places));
        }
        add_own(search, "scores", scores, text);
        add_own(search, "order", search.order, text);
        nlohmann::json dropped;
        for (std::size_t reason = 0; reason < drop_reasons.size(); ++reason)
            if (search.dropped[reason] > 0) dropped[drop_reasons[reason]] = search.dropped[reason];
        if (!dropped.is_null()) add_own(search, "dropped", dropped, text);
        return '{' + text + '}';
    }

    [[nodiscard]] std::string finished(Search& search)
    {
        auto ids = nlohmann::json::array(), scores = nlohmann::json::array();
        std::vector<std::size_t> places;
        const auto full = [&] { return options_.k > 0 && std::ssize(ids) == options_.k; };
        for (const Scored& one : search.scored) {
            if (full()) break;
            ids.push_back(served_.labels().id(one.item));
            places.push_back(search.place.at(one.item));
            scores.push_back(one.score);
        }
        for (const auto item : search.unscored) {
            if (full()) break;
            ids.push_back(served_.labels().id(item));
            places.push_back(search.place.at(item));
            scores.push_back(nullptr);
            ++counts_.unscored;
        }
        counts_.unknown_items += search.dropped[0];
        counts_.repeated += search.dropped[1];
        counts_.not_eligible += search.dropped[2];
        return rewritten(search, ids, scores, places);
    }

    ServedModel& served_;
    const SearchOptions& options_;
    IdColumn user_ids_;
    IdLookup users_;
    IdLookup items_;
    SearchCounts counts_;
};

/// What a rank has made of its block: text, or a failure, which all ranks then throw.
std::string made_of(Block& block, const std::vector<InputLine>& lines)
{
    try {
        return fmt::format("+{}", block.order(lines));
    } catch (const Error& error) {
        return fmt::format("{} {}", static_cast<int>(error.code()), error.what());
    }
}

void throw_failure(const std::string& made)
{
    const auto space = made.find(' ');
    throw Error(static_cast<ExitCode>(std::stoi(made.substr(0, space))), made.substr(space + 1));
}

}  // namespace

SearchCounts SearchCounts::over(const Communicator& ranks) const
{
    SearchCounts all(*this);
    for (auto* count : {&all.lines, &all.unknown_users, &all.nothing_learned, &all.candidates, &all.unknown_items,
                        &all.repeated, &all.not_eligible, &all.unscored})
        *count = ranks.sum(*count);
    return all;
}

std::string SearchCounts::text() const
{
    std::string words =
        fmt::format("{} line{}, {} candidate{}", lines, lines == 1 ? "" : "s", candidates, candidates == 1 ? "" : "s");
    const auto add = [&](std::int64_t count, const char* what) {
        if (count > 0) words += fmt::format(", {} {}", count, what);
    };
    add(unknown_items, "dropped: unknown to the model");
    add(repeated, "dropped: in the line before");
    add(not_eligible, "dropped: may not be shown to the user");
    add(unscored, "behind the others: nothing was learned of them, or of the user");
    add(unknown_users, "lines of unknown users as they were");
    add(nothing_learned, "lines of users of whom nothing was learned as they were");
    return words;
}

nlohmann::json SearchCounts::json() const
{
    return {{"lines", lines},           {"unknown_users", unknown_users}, {"nothing_learned", nothing_learned},
            {"candidates", candidates}, {"unknown_items", unknown_items}, {"repeated", repeated},
            {"unscored", unscored},     {"not_eligible", not_eligible}};
}

SearchCounts order_search_results(ServedModel& served, const SearchOptions& options,
                                  const std::function<void(std::string_view)>& write)
{
    const Communicator& ranks = served.ranks();
    static_cast<void>(served.items());
    Block block(served, options);
    LineSource source({options.input});
    Line line;
    for (bool more = true; more;) {
        std::vector<InputLine> own;
        for (Row n = 0; more && n < lines_of_block * ranks.size(); ++n) {
            more = source.next(line);
            if (more && n / lines_of_block == ranks.rank() && !line.text.empty())
                own.push_back({std::string(line.text), line.number});
        }
        for (const auto& made : ranks.all_gather(made_of(block, own))) {
            if (!made.starts_with('+')) throw_failure(made);
            if (ranks.leads()) write(std::string_view(made).substr(1));
        }
    }
    return block.counts().over(ranks);
}

}  // namespace alster
