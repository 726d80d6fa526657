#include "host/personalize/cold/new_slots.hpp"

#include <algorithm>
#include <limits>

#include "data/error.hpp"
#include "host/personalize/user_block.hpp"

namespace alster {

/// Some users.
struct NewSlots::Block : UserBlock {
    Interactions history;
};

namespace {

NewItems required(const ModelReader& model)
{
    const auto found = new_items_of(model.info().config);
    if (!found)
        throw Error(ExitCode::bad_data, "{}: --new-slots needs a model with mapped items; make one with alster map",
                    model.file().path().string());
    return *found;
}

/// Takes one out that stands there because it is as popular as any title that nobody has played.
void take_out(Lists& made, Row list, std::int32_t title)
{
    TopK& lists = made.lists;
    const auto items = lists.items_of(list);
    const Row place = std::ranges::find(items, title) - items.begin();
    if (place == std::ssize(items)) return;
    const Row first = list * lists.k, last = first + lists.filled[list] - 1;
    const auto close_up = [&](auto& values, auto empty) {
        std::move(values.begin() + first + place + 1, values.begin() + last + 1, values.begin() + first + place);
        values[last] = empty;
    };
    close_up(lists.items, std::int32_t{-1});
    close_up(lists.scores, -std::numeric_limits<float>::infinity());
    close_up(made.reasons, Reason::none);
    --lists.filled[list];
}

/// Places that a list has empty, now that it has so many more items of which nothing was learned.
void count_again(Lists& made, Row list, Row more)
{
    if (made.shortfall.empty() || made.shortfall[list].places == 0) return;
    Shortfall& why = made.shortfall[list];
    why.places -= more;
    why.not_learned -= more;
    if (why.places <= 0) why = {};
}

/// Inserts one at a place of a list, or at its end where that comes first. The last one of a full list is dropped.
void insert(Lists& made, Row list, Row place, const Scored& title)
{
    TopK& lists = made.lists;
    const Row first = list * lists.k;
    const Row filled = std::min(lists.k, Row{lists.filled[list]} + 1);
    place = std::min(place, filled - 1);
    const auto move_back = [&](auto& values, auto value) {
        const auto begin = values.begin() + first;
        std::move_backward(begin + place, begin + filled - 1, begin + filled);
        begin[place] = value;
    };
    move_back(lists.items, title.item);
    move_back(lists.scores, title.score);
    move_back(made.reasons, Reason::new_title);
    lists.filled[list] = static_cast<std::int32_t>(filled);
}

}  // namespace

NewSlots::NewSlots(ServedModel& served, Row slots, const Exclusion* exclusion, Eligibility* eligibility)
    : served_(served),
      slots_(slots),
      exclusion_(exclusion),
      eligibility_(eligibility),
      how_(required(served.model())),
      features_(read_features(served.dataset(), Side::items, how_.features))
{
    const ModelInfo& info = served.info();
    const auto status = served.model().status(Side::items, {0, info.items});
    const auto factors = served.model().factors(Side::items, {0, info.items});
    for (Row item = 0; item < info.items; ++item) {
        if (status[item] != static_cast<std::uint8_t>(RowStatus::mapped_from_features)) continue;
        titles_.push_back(item);
        factors_.insert(factors_.end(), factors.begin() + item * info.width, factors.begin() + (item + 1) * info.width);
    }
    if (how_.by == ColdMethod::content || how_.by == ColdMethod::blend) content_.emplace(features_, titles_);
}

std::vector<double> NewSlots::scores(const Block& block, Row user) const
{
    std::vector<double> sums(titles_.size());
    if (content_) content_->score(block.history.columns_of(user), sums);
    if (how_.by == ColdMethod::content) return sums;
    const auto width = static_cast<std::size_t>(served_.info().width);
    std::vector<double> dots(titles_.size());
    dot_scores(std::span(block.factors).subspan(user * width, width), factors_, dots);
    if (!content_) return dots;
    standardise(sums);
    standardise(dots);
    for (std::size_t n = 0; n < sums.size(); ++n) sums[n] += dots[n];
    return sums;
}

std::vector<Scored> NewSlots::best(const Block& block, Row user, const Lists& made) const
{
    const auto sums = scores(block, user);
    const auto excluded = block.excluded.columns_of(user);
    std::vector<Scored> found;
    for (std::size_t n = 0; n < sums.size(); ++n) {
        if (how_.by == ColdMethod::content && sums[n] == 0) continue;
        if (std::ranges::binary_search(excluded, titles_[n])) continue;
        if (eligibility_ && !eligibility_->items().at(made.classes[user], titles_[n])) continue;
        found.push_back({static_cast<float>(served_.info().mean + sums[n]), static_cast<std::int32_t>(titles_[n])});
    }
    const auto kept = std::min<std::ptrdiff_t>(slots_, std::ssize(found));
    std::partial_sort(found.begin(), found.begin() + kept, found.end());
    found.resize(static_cast<std::size_t>(kept));
    return found;
}

void NewSlots::fill(std::span<const Row> users, Lists& made) const
{
    Block block{read_users(served_.model(), served_.dataset(), users, exclusion_), {}};
    if (content_) block.history = positive_history(served_.dataset(), users);
    const Row k = made.lists.k;
#pragma omp parallel for schedule(dynamic, 16)
    for (Row u = 0; u < std::ssize(users); ++u) {
        if (block.knowledge[u] != Knowledge::learned) continue;
        const auto titles = best(block, u, made);
        const Row before = made.lists.filled[u];
        for (const Scored& title : titles) take_out(made, u, title.item);
        for (Row n = 0; n < std::ssize(titles); ++n) insert(made, u, (n + 1) * (k + 1) / (slots_ + 1) - 1, titles[n]);
        count_again(made, u, made.lists.filled[u] - before);
    }
}

}  // namespace alster
