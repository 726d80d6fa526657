#pragma once
#include "data/list_file.hpp"

namespace alster {

/// Checks all that ListFileReader does not see at its start: what lists hold (the reader's own checks), scores that
/// ascend among places of one reason, ids that come twice, reasons and popular items that lists of users must have.
/// Throws bad_data (65) with the place and the value. By one process; memory: the ids, and some lists.
void verify_lists(const ListFileReader& lists);

}  // namespace alster
