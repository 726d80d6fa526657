#pragma once
#include <string_view>

#include "data/ingest/log_layout.hpp"

namespace alster {

/// Errors: bad_data (65) with what to do, where the first line of content belongs to a layout that is text but no table
/// of events: JSON, ARFF, the Netflix Prize, libsvm and, unless columns are given, MIND.
void refuse_other_layouts(std::string_view line, std::string_view where, bool columns_are_given);

/// The same for the formats pairs and lists, by the beginning of the file. Also an error, usage (64), where a column of
/// ids holds times, or words where the next lines have numbers (a header).
void check_id_lines(std::string_view head, const LogLayout& layout, const std::string& path);

}  // namespace alster
