#pragma once
#include <algorithm>
#include <string_view>
#include <vector>

#include "data/list_file.hpp"

namespace alster {

inline constexpr const char* lists_format = "alster-lists";
inline constexpr const char* reason_vocabulary = "/vocab/reason";
inline constexpr const char* eligibility_attribute = "eligibility";    // only where there were rules
inline constexpr const char* instant_attribute = "eligibility_at";     // likewise
inline constexpr const char* viewer_attribute = "eligibility_viewer";  // likewise, of lists of items
inline constexpr const char* rerank_attribute = "rerank";              // only where rules ordered the lists
inline constexpr const char* evidence_attribute = "evidence_per_entry";

/// Whose lists a group holds.
[[nodiscard]] inline Side side_of(std::string_view group)
{
    return group.starts_with("/similar/") ? Side::items : Side::users;
}

[[nodiscard]] inline Row longest_of(const std::vector<ListGroup>& groups)
{
    Row k = 0;
    for (const auto& group : groups) k = std::max(k, group.k);
    return k;
}

}  // namespace alster
