#include "data/synthetic/catalogue.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <unordered_map>

#include "data/synthetic/random.hpp"
#include "data/synthetic/titles.hpp"

namespace alster::synthetic {

namespace {

enum class Audience { family, general, adult };

struct Genre {
    std::string_view name;
    Audience audience;
};

constexpr std::array genres = {
    Genre{"Action", Audience::general},      Genre{"Adventure", Audience::general},
    Genre{"Animation", Audience::family},    Genre{"Children", Audience::family},
    Genre{"Comedy", Audience::general},      Genre{"Crime", Audience::general},
    Genre{"Documentary", Audience::general}, Genre{"Drama", Audience::general},
    Genre{"Fantasy", Audience::general},     Genre{"History", Audience::general},
    Genre{"Horror", Audience::adult},        Genre{"Musical", Audience::general},
    Genre{"Mystery", Audience::general},     Genre{"Romance", Audience::general},
    Genre{"Sci-Fi", Audience::general},      Genre{"Thriller", Audience::general},
    Genre{"War", Audience::general},         Genre{"Western", Audience::general},
};

constexpr std::int64_t oldest_release_days = 80 * 365;
constexpr std::int64_t newest_release_days = 30;

bool has(GenreSet set, Audience audience)
{
    for (std::size_t g = 0; g < genres.size(); ++g)
        if (set >> g & 1 && genres[g].audience == audience) return true;
    return false;
}

/// One to three genres; what is made for families is never for adults only.
GenreSet draw_genres(Random& random, int& main)
{
    main = static_cast<int>(random.below(genre_count()));
    GenreSet set = 1u << main;
    const int more = random.chance(0.55) ? (random.chance(0.3) ? 2 : 1) : 0;
    for (int k = 0; k < more; ++k) {
        const GenreSet wider = set | 1u << random.below(genre_count());
        if (!(has(wider, Audience::family) && has(wider, Audience::adult))) set = wider;
    }
    return set;
}

const char* draw_maturity(Random& random, GenreSet set)
{
    const double u = random.uniform();
    if (has(set, Audience::adult)) return u < 0.85 ? "R" : "NC-17";
    if (has(set, Audience::family)) return u < 0.6 ? "G" : "PG";
    return u < 0.05 ? "G" : u < 0.25 ? "PG" : u < 0.62 ? "PG-13" : u < 0.97 ? "R" : "NC-17";
}

/// More and more titles are made each year: the age is 80 years times the square of a uniform number.
std::int64_t draw_release(Random& random)
{
    const double u = random.uniform();
    const auto age = newest_release_days + static_cast<std::int64_t>(u * u * oldest_release_days);
    return end_of_log - age * day;
}

}  // namespace

int genre_count() { return static_cast<int>(genres.size()); }

std::string_view genre_name(int genre) { return genres[static_cast<std::size_t>(genre)].name; }

std::string genre_names(GenreSet set)
{
    std::string text;
    for (; set != 0; set &= set - 1) {
        if (!text.empty()) text += '|';
        text += genre_name(std::countr_zero(set));
    }
    return text;
}

std::string markets_of_item(Row item, std::uint64_t seed)
{
    constexpr double sold = 0.85;
    Random random(seed, Purpose::sale, item);
    const auto home = static_cast<std::size_t>(random.below(market_names.size()));
    std::string text;
    for (std::size_t m = 0; m < market_names.size(); ++m) {
        const bool here = random.chance(sold);
        if (!here && m != home) continue;
        if (!text.empty()) text += '|';
        text += market_names[m];
    }
    return text;
}

Profile profile_of_user(Row user, std::uint64_t seed)
{
    Random random(seed, Purpose::viewer, user);
    const double u = random.uniform();
    return {.kind = u < 0.1   ? "kids"
                    : u < 0.2 ? "teen"
                              : "adult",
            .market = market_names[random.below(market_names.size())]};
}

std::vector<Item> make_catalogue(Row items, std::uint64_t seed)
{
    std::vector<Item> catalogue(items);
    std::unordered_map<std::string, int> uses;
    for (Row i = 0; i < items; ++i) {
        Random random(seed, Purpose::item, i);
        int main_genre = 0;
        Item& item = catalogue[i];
        item.genres = draw_genres(random, main_genre);
        item.maturity = draw_maturity(random, item.genres);
        item.release = draw_release(random);
        item.title = draw_title(random, main_genre);
        const int part = ++uses[item.title];
        if (part > 1) item.title += fmt::format(" {}", part);  // a sequel: no word of a title is a number
    }
    return catalogue;
}

}  // namespace alster::synthetic
