#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "data/left_out.hpp"
#include "host/personalize/asked_users.hpp"
#include "host/personalize/recommender.hpp"

namespace alster {

/// What the lists leave out, for the list file.
[[nodiscard]] LeftOut left_out(const RecommendOptions& options, const DatasetInfo& data);

/// Why a user gets what is popular, behind "user ID"; empty where the list is the model's.
[[nodiscard]] const char* remark(Knowledge knowledge);

/// What a run says beside its lists: who got what, how scores are made, and what the split has to do with it.
[[nodiscard]] nlohmann::json facts(const ServedModel& served, const RecommendOptions& options,
                                   const UserCounts& counts);

/// In one line what a model that was trained on a split is not meant for; empty where there is no split.
[[nodiscard]] std::string held_out_note(const ServedModel& served, const RecommendOptions& options);

}  // namespace alster
