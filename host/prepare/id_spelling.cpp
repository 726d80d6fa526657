#include "host/prepare/id_spelling.hpp"

#include <algorithm>

#include "data/error.hpp"

namespace alster {

namespace {

bool is_whole(std::string_view text)
{
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool has_zero_fraction(std::string_view text)
{
    const auto dot = text.find('.');
    return dot != text.npos && dot + 1 < text.size() && text.find_first_not_of('0', dot + 1) == text.npos &&
           is_whole(text.substr(0, dot));
}

}  // namespace

void IdSpelling::look_at(const IdColumn& ids)
{
    for (Row r = 0; r < ids.rows() && (examples_[0].empty() || examples_[1].empty()); ++r) {
        const std::string id = ids.text(r);
        if (is_whole(id)) examples_[0] = id;
        if (has_zero_fraction(id)) examples_[1] = id;
        if (ids.kind == IdKind::int64) return;
    }
}

void IdSpelling::require_one(const Communicator& ranks, const char* what) const
{
    std::array<std::string, 2> all;
    for (std::size_t way = 0; way < all.size(); ++way)
        for (const auto& example : ranks.all_gather(examples_[way]))
            if (all[way].empty()) all[way] = example;
    if (all[0].empty() || all[1].empty()) return;
    throw Error(ExitCode::bad_data,
                "ids of {} are written as '{}' and as '{}', as data frames do where some are absent: write all in one "
                "way",
                what, all[0], all[1]);
}

}  // namespace alster
