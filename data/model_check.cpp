#include "data/model_check.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "data/file_format.hpp"
#include "data/popular_items.hpp"

namespace alster {

namespace {

constexpr const char* number = "a finite number";
constexpr const char* positive = "0 or more";

std::string group_of(Side side) { return std::string("/") + name(side); }

Row rows_of(const ModelInfo& info, Side side) { return side == Side::users ? info.users : info.items; }

void check_numbers(const Hdf5File& file, const ModelInfo& info)
{
    const auto require = [&](const char* key, double value, bool holds, const char* wanted) {
        require_attribute(file, holds && std::isfinite(value), key, value, wanted);
    };
    const bool of_ratings = info.objective == "explicit";
    require("mean", info.mean, of_ratings || info.mean == 0, of_ratings ? number : "0 of implicit feedback");
    require("value_min", info.value_min, true, number);
    require("value_max", info.value_max, info.value_max >= info.value_min, "finite and no less than value_min");
    require("alpha0", info.alpha0, info.alpha0 >= 0, positive);
    require("alpha", info.alpha, info.alpha >= 0, positive);
    require("lambda", info.lambda, info.lambda >= 0, positive);
    require("bias_lambda", info.bias_lambda, info.bias_lambda >= 0, positive);
    require("nu", info.nu, info.nu >= 0 && info.nu <= 2, "from 0 to 2");
    require("align_residual", info.align_residual, info.align_residual >= 0, positive);
    require("objective_value", info.objective_value, true, number);
    require_attribute(file, info.sweeps >= 0, "sweeps", info.sweeps, positive);
    require_attribute(file, info.partial == 0 || info.partial == 1, "partial", info.partial, "0 or 1");
    require_attribute(file, info.ranks >= 0, "ranks", info.ranks, positive);
    require_attribute(file, info.updates >= 0, "updates", info.updates, positive);
    const bool known = std::abs(info.watermark / 2) <= farthest_time / 2;
    require_attribute(file, known, "data_watermark", info.watermark, "a time in Unix seconds");
}

/// |users| · |items| without overflow.
bool holds_pairs(const ModelInfo& info)
{
    if (info.users == 0 || info.items == 0) return info.interactions == 0;
    return (info.interactions - 1) / info.users < info.items;
}

void check_sizes(const Hdf5File& file, const ModelInfo& info)
{
    constexpr Row most = std::numeric_limits<Column>::max();
    const bool is_explicit = info.objective == "explicit";
    require_attribute(file, is_explicit || info.objective == "implicit", "objective", info.objective,
                      "implicit or explicit");
    require_attribute(file, info.users >= 0 && info.users <= most, "n_users", info.users, fmt::format("0 to {}", most));
    require_attribute(file, info.items >= 0 && info.items <= most, "n_items", info.items, fmt::format("0 to {}", most));
    require_attribute(file, info.factors >= 1 && info.factors <= info.width, "factors", info.factors,
                      fmt::format("from 1 to the width {}", info.width));
    const Row columns = info.factors + (is_explicit ? 2 : 0);
    require_attribute(file, info.width == columns, "width", info.width,
                      fmt::format("{} for {} factors of {} feedback", columns, info.factors, info.objective));
    require_attribute(file, info.interactions >= 0 && holds_pairs(info), "nnz", info.interactions,
                      fmt::format("from 0 to {} × {}", info.users, info.items));
}

/// The configuration and the metric are JSON, and the first one speaks of the same model as the attributes.
void check_texts(const Hdf5File& file, const ModelInfo& info)
{
    const auto config = nlohmann::json::parse(info.config, nullptr, false);
    require_attribute(file, config.is_object(), "config_json", info.config, "an object in JSON");
    const auto require = [&](const char* key, const auto& value) {
        const auto found = config.find(key);
        require_attribute(file, found == config.end() || *found == nlohmann::json(value), "config_json", info.config,
                          fmt::format("one with \"{}\": {}, as the attributes say", key, value));
    };
    require("objective", info.objective);
    require("factors", info.factors);
    require("seed", info.seed);
    const bool is_metric =
        info.evaluation.empty() || nlohmann::json::parse(info.evaluation, nullptr, false).is_object();
    require_attribute(file, is_metric, "eval_json", info.evaluation, "an object in JSON, or empty");
}

void check_shapes(const Hdf5File& file, const ModelInfo& info)
{
    for (const Side side : {Side::users, Side::items}) {
        check_shape(file, group_of(side) + "/factors", rows_of(info, side), info.width);
        check_shape(file, "/gram" + group_of(side), info.width, info.width);
        for (const char* column : {"/id", "/id_order", "/n_events", "/last_event", "/status"})
            check_shape(file, group_of(side) + column, rows_of(info, side));
        if (info.updates > 0) check_shape(file, group_of(side) + "/folded_at", rows_of(info, side));
    }
    check_shape(file, "/items/ann_cosine", info.items, info.width + 1);
    for (const char* key : {"max_norm", "headroom"}) {
        const double value = file.real_attribute("/items/ann_cosine", key);
        require_attribute(file, std::isfinite(value) && value >= 0, key, value, positive);
    }
}

ValueRules rules_of_model(LargestFactors& largest, std::int64_t watermark)
{
    constexpr auto most_events = std::numeric_limits<std::int32_t>::max();
    ValueRules rules;
    rules["/users/factors"] = finite_with_largest(largest.users);
    rules["/items/factors"] = finite_with_largest(largest.items);
    rules["/items/ann_cosine"] = finite<float>();
    for (const Side side : {Side::users, Side::items}) {
        const auto group = group_of(side);
        rules["/gram" + group] = finite<double>();
        rules[group + "/n_events"] = within<std::int32_t>(0, most_events, "must be 0 or more");
        rules[group + "/folded_at"] =
            within<std::int64_t>(-farthest_time, farthest_time, "must be a time in Unix seconds");
        rules[group + "/last_event"] =
            within<std::int64_t>(-farthest_time, watermark, "must be no later than data_watermark");
        rules[group + "/status"] = one_of({0, 1, 2, 3, 255});
    }
    return rules;
}

/// The first row of the range of which nothing was learned, or which was erased, and that has factors; −1: none.
Row first_with_wrong_status(const Hdf5File& file, const ModelInfo& info, Side side, RowRange range)
{
    const auto status = file.read_rows<std::uint8_t>(group_of(side) + "/status", range);
    const auto is_empty = [](std::uint8_t of_row) {
        return RowStatus{of_row} == RowStatus::prior_only || RowStatus{of_row} == RowStatus::erased;
    };
    if (std::ranges::none_of(status, is_empty)) return -1;
    const auto factors = file.read_rows<float>(group_of(side) + "/factors", range);
    const bool of_ratings = info.objective == "explicit";
    const Row constant = !of_ratings ? -1 : info.width - (side == Side::users ? 1 : 2);  // is 1, the other's bias
    for (Row r = 0; r < range.size(); ++r)
        for (Row a = 0; a < info.width && is_empty(status[r]); ++a)
            if (a != constant && factors[r * info.width + a] != 0) return range.first + r;
    return -1;
}

void check_statuses(const Hdf5File& file, const ModelInfo& info, Side side)
{
    constexpr Row rows_together = 16'384;
    const FileAccess& access = file.access();
    const Row rows = rows_of(info, side);
    const Row end = rows * (access.rank() + 1) / access.size();
    Row mine = -1;
    for (Row first = rows * access.rank() / access.size(); first < end && mine < 0; first += rows_together)
        mine = first_with_wrong_status(file, info, side, {first, std::min(first + rows_together, end)});
    for (const Row row : access.gathered(mine))
        if (row >= 0)
            throw Error(ExitCode::bad_data, "{}: {}/status of row {} says that it has no factors, and it has some",
                        file.path().string(), group_of(side), row);
}

/// A Gramian is symmetric, and its diagonal a sum of squares.
void check_gramian(const Hdf5File& file, Side side, Row width)
{
    const auto name = "/gram" + group_of(side);
    const auto gramian = file.read<double>(name);
    for (Row a = 0; a < width; ++a)
        for (Row b = 0; b <= a; ++b) {
            const double value = gramian[static_cast<std::size_t>(a * width + b)];
            const double other = gramian[static_cast<std::size_t>(b * width + a)];
            if (value != other || (a == b && value < 0))
                throw Error(ExitCode::bad_data,
                            "{}: {} has {} in row {}, column {} and {} in its mirror: it is no Gramian",
                            file.path().string(), name, value, a, b, other);
        }
}

float largest_of_all(const FileAccess& access, float mine)
{
    std::int64_t most = 0;
    for (const auto bits : access.gathered(std::bit_cast<std::int32_t>(mine))) most = std::max(most, bits);
    return std::bit_cast<float>(static_cast<std::int32_t>(most));
}

}  // namespace

void require_finite_scores(const Hdf5File& file, Row width, const LargestFactors& mine, ExitCode code)
{
    const float users = largest_of_all(file.access(), mine.users);
    const float items = largest_of_all(file.access(), mine.items);
    const double score = double{users} * items * static_cast<double>(width);
    if (score > double{std::numeric_limits<float>::max()})
        throw Error(code,
                    "{}: factors up to {} of users and {} of items: their products are beyond single precision; look "
                    "at the values in the data",
                    file.path().string(), users, items);
}

void check(const Hdf5File& file, const ModelInfo& info)
{
    check_sizes(file, info);
    check_numbers(file, info);
    check_texts(file, info);
    check_shapes(file, info);
}

void verify_model(const Hdf5File& file, const ModelInfo& info)
{
    LargestFactors largest;
    file.verify(rules_of_model(largest, info.watermark));
    require_finite_scores(file, info.width, largest, ExitCode::bad_data);
    static_cast<void>(read_popular(file, info.items));
    for (const Side side : {Side::users, Side::items}) {
        check_gramian(file, side, info.width);
        check_statuses(file, info, side);
        check_ids(file, group_of(side), rows_of(info, side));
    }
}

}  // namespace alster
