#pragma once
#include <cstdint>
#include <filesystem>

#include "data/interactions.hpp"

namespace alster {

/// What a synthetic catalogue and its interaction log look like (docs/formats.md, "Synthetic data").
///
/// Each user u is a mixture π_u of `topics` planted topics, each topic k a distribution φ_k over items, and every watch
/// is of item i with probability (1 − noise) Σ_k π_uk φ_k(i) + noise · popularity(i): expected counts of exact
/// non-negative rank `topics` above the noise, but for the rule that a user draws again what they have already watched.
struct SyntheticOptions {
    enum class Log { events, ratings };

    Row users = 20'000;
    Row items = 2'000;
    std::int64_t events = 1'000'000;  // lines of the log, at most a quarter of the items for each user
    int topics = 16;
    double noise = 0.1;                // share of watches that follow popularity alone
    double repeat = 0;                 // probability that a watch is of a title watched before; Log::events only
    double popularity_exponent = 0.9;  // the item of popularity rank r is drawn ∝ r^−exponent
    double activity_exponent = 0.6;    // the user of activity rank r writes ∝ r^−exponent lines
    double concentration = 0.1;        // of the Dirichlet mixture, per topic: small is a user of few topics; 0.05 … 1
    std::uint64_t seed = 1;
    Log log = Log::events;  // plays, thumbs and stars; or one line of stars for each pair
    bool gzip = false;
};

/// What was written.
struct SyntheticSummary {
    std::filesystem::path log;
    std::int64_t lines = 0;
    std::int64_t plays = 0, thumbs = 0, stars = 0;
};

/// Writes into `directory`, made if needed: events.csv (or events.csv.gz), items.csv, users.csv, eligibility.toml,
/// truth.h5 and, for Log::events, rules.toml for alster prepare --rules. Ids are 1 … users and 1 … items. Memory: about (20 · topics + 200) bytes an
/// item and 4 bytes a user, none for the log. The same options give the same bytes of text on any machine.
/// Errors: usage (64) for options out of range, cannot_create (73), io (74).
SyntheticSummary write_synthetic(const SyntheticOptions& options, const std::filesystem::path& directory);

}  // namespace alster
