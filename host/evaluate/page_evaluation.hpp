#pragma once
#include <cstdint>
#include <filesystem>

#include "distributed/communicator.hpp"
#include "host/evaluate/measurement.hpp"

namespace alster {

/// What pages are worth to users with held-out positives, and what is on them.
struct PageEvaluation {
    Measurement n2dcg;     // page_gain(), over users with relevant titles
    Measurement hit_rate;  // share of these users with a relevant title on their page
    double rows = 0;       // of a page, mean over all users
    double titles = 0;
    double overlap = 0;         // Jaccard of the titles of two users' pages, mean over neighbours in blocks of 64
    std::int64_t pages = 0;     // that have a row
    std::int64_t distinct = 0;  // titles on any page
    double coverage = 0;        // these as a share of the items
};

/// Measures a file of pages (docs/pages.md) on the held-out part of the dataset that they were made from. Errors:
/// bad_data (65) where the files do not belong together, there are no pages, nothing is held out, or the pages exclude
/// it. Collective.
[[nodiscard]] PageEvaluation evaluate_pages(const Communicator& ranks, const std::filesystem::path& pages,
                                            const std::filesystem::path& data);

}  // namespace alster
