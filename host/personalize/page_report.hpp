#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "distributed/communicator.hpp"
#include "host/personalize/page.hpp"
#include "host/personalize/rerank/former_lists.hpp"

namespace alster {

/// What became of the pages of one rank, and of all ranks after over(). Counts are whole numbers, so that ranks do not
/// matter.
class PageReport {
public:
    /// `former`: pages that were shown before, or none.
    PageReport(Row items, const FormerLists& former) : former_(former), shown_(items), shown_before_(items) {}

    void add(std::span<const Row> users, const Pages& made);

    /// Collective.
    void sum_over(const Communicator& ranks);

    /// "3 pages, 20 rows, 300 titles; 12 % of the items are on some page", and where there were former pages how many
    /// of the titles are new to the page of their user.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] nlohmann::json json() const;

private:
    void compare(const std::vector<std::int32_t>& titles, const Showings& before);
    [[nodiscard]] static double covered(const std::vector<std::int64_t>& shown);

    const FormerLists& former_;
    std::vector<std::int64_t> shown_;         // (items) pages that have each
    std::vector<std::int64_t> shown_before_;  // (items) likewise
    std::int64_t pages_ = 0;
    std::int64_t rows_ = 0;
    std::int64_t titles_ = 0;
    std::int64_t empty_ = 0;  // pages without a row
    // of users who had a page before and have one now
    std::int64_t compared_ = 0;
    std::int64_t compared_titles_ = 0;
    std::int64_t fresh_ = 0;   // titles that the former page lacked
    std::int64_t common_ = 0;  // titles of both
    std::int64_t either_ = 0;  // titles of any of the two
};

}  // namespace alster
