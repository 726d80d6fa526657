#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/interactions.hpp"

namespace alster::synthetic {

/// Genres an item can have, as bits: 1 << genre.
using GenreSet = std::uint32_t;

[[nodiscard]] int genre_count();
[[nodiscard]] std::string_view genre_name(int genre);

/// The events end here: 2025-01-01 00:00 UTC, in seconds since 1970. Fixed, so that a seed always means the same log.
constexpr std::int64_t end_of_log = 1'735'689'600;
constexpr std::int64_t day = 86'400;

/// One title of the catalogue.
struct Item {
    std::string title;          // UTF-8, unique
    GenreSet genres = 0;        // 1 to 3 of them
    const char* maturity = "";  // G, PG, PG-13, R or NC-17; an item with the genre Horror is R or NC-17
    std::int64_t release = 0;   // midnight UTC, in seconds since 1970; at least 30 days before end_of_log
};

/// The catalogue that belongs to a seed.
[[nodiscard]] std::vector<Item> make_catalogue(Row items, std::uint64_t seed);

/// Where titles are sold, and users live. A title is sold in each market with probability .85, and in one at least.
inline constexpr std::array<std::string_view, 4> market_names = {"de", "fr", "jp", "us"};
[[nodiscard]] std::string markets_of_item(Row item, std::uint64_t seed);  // joined by '|'

/// Who a user is. A tenth are kids, a tenth teens.
struct Profile {
    std::string_view kind;  // kids, teen or adult
    std::string_view market;
};
[[nodiscard]] Profile profile_of_user(Row user, std::uint64_t seed);

/// Names joined by '|', in alphabetical order.
[[nodiscard]] std::string genre_names(GenreSet genres);

}  // namespace alster::synthetic
