#pragma once
#include <string>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// How a page is made (docs/pages.md). What is written here holds without a file.
struct PageRules {
    std::string path = {};  // of page.toml; "": none was given
    Row rows = 12;          // of a page, at most
    Row titles = 20;        // of a row, at most
    Row least = 5;          // titles: a shorter row is dropped
    Row pool = 60;          // candidates of each row, of which those go that stand on the page already

    std::string genres = "genres";  // attribute whose values are rows: of items, a set or a category; "": no such rows
    Row genre_rows = 8;             // of a user, at most
    double least_share = 0.02;      // of a user's taste that a genre has, to be a row
    Row because = 2;                // rows "because you watched", at most
    Row because_recent = 0;         // rows "because you recently watched", at most
    double continue_from = 0.05;    // a row of what was begun: of a value from here …
    double continue_below = 0;      // … to below this one; 0: no such row
    double recent_days = 30;        // how long ago "recently", and what was begun, may be
    bool top_first = true;          // the user's top picks are the first row
    bool popular = true;            // a row of what is popular
    double trending_days = 0;       // a row of what was popular in so many days; 0: no such row
    std::string fresh = {};         // attribute of type time by which items are new; "": no such row
    double fresh_days = 60;

    double taste = 0.5;       // weight of the part of a user's taste that no row above has covered
    double similarity = 0.3;  // weight of the part of a row's titles that stand on the page already

    /// Whether rows depend on when something was taken.
    [[nodiscard]] bool looks_back() const { return because_recent > 0 || continue_below > 0; }

    /// Errors: bad_config (78), naming file and line, for an unknown key or a value out of range.
    [[nodiscard]] static PageRules load(const std::string& path);
};

}  // namespace alster
