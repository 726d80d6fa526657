#pragma once
#include <string>

#include "data/dataset_file.hpp"

namespace alster {

/// Names inside dataset.h5, for its reader and its writer (docs/formats.md).
inline constexpr const char* dataset_format = "alster-dataset";
inline constexpr const char* metadata_group = "/items/metadata/";
inline constexpr const char* extends_attribute = "extends";          // only where a dataset was extended
inline constexpr const char* erased_from_attribute = "erased_from";  // only where rows were erased
inline constexpr const char* roles_attribute = "roles";              // only where roles are stored
inline constexpr const char* times_attribute = "times";              // only where times of interactions are stored

[[nodiscard]] inline std::string group_of(Side side) { return std::string("/") + name(side); }

/// "/train/by_user": rows are users.
[[nodiscard]] inline std::string group_of(Part part, Side side)
{
    return std::string(part == Part::train ? "/train" : "/holdout") + (side == Side::users ? "/by_user" : "/by_item");
}

/// Times are stored by user only.
[[nodiscard]] inline bool has_times(const DatasetInfo& info, Side side) { return info.times && side == Side::users; }

[[nodiscard]] inline Row rows_of(const DatasetInfo& info, Side side)
{
    return side == Side::users ? info.users : info.items;
}

[[nodiscard]] inline Offset entries_of(const DatasetInfo& info, Part part)
{
    return part == Part::train ? info.interactions : info.held_out;
}

/// Calls visit(attribute name, member) for every root attribute that describes the data.
template <class Info, class Visit>
void each_attribute(Info& info, Visit visit)
{
    visit("n_users", info.users);
    visit("n_items", info.items);
    visit("nnz", info.interactions);
    visit("held_out", info.held_out);
    visit("weighted", info.weighted);
    visit("value_mean", info.value_mean);
    visit("value_min", info.value_min);
    visit("value_max", info.value_max);
    visit("watermark", info.watermark);
    visit("split", info.split);
    visit("provenance", info.provenance);
    visit("fingerprint", info.fingerprint);
}

}  // namespace alster
