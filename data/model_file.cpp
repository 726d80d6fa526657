#include "data/model_file.hpp"

#include <algorithm>
#include <cmath>

#include "data/attribute_fields.hpp"
#include "data/error.hpp"
#include "data/file_format.hpp"
#include "data/model_check.hpp"

namespace alster {

namespace {

constexpr const char* model_format = "alster-model";

std::string group_of(Side side) { return std::string("/") + name(side); }

Row rows_of(const ModelInfo& info, Side side) { return side == Side::users ? info.users : info.items; }

/// Calls visit(attribute name, member) for the root attributes that every version has. A new one would make older files
/// unreadable: it goes into each_later_attribute().
template <class Info, class Visit>
void each_attribute(Info& info, Visit visit)
{
    visit("objective", info.objective);
    visit("n_users", info.users);
    visit("n_items", info.items);
    visit("width", info.width);
    visit("factors", info.factors);
    visit("nnz", info.interactions);
    visit("mean", info.mean);
    visit("value_min", info.value_min);
    visit("value_max", info.value_max);
    visit("alpha0", info.alpha0);
    visit("alpha", info.alpha);
    visit("lambda", info.lambda);
    visit("nu", info.nu);
    visit("bias_lambda", info.bias_lambda);
    visit("seed", info.seed);
    visit("sweeps", info.sweeps);
    visit("ranks", info.ranks);
    visit("arithmetic", info.arithmetic);
    visit("objective_value", info.objective_value);
    visit("data_watermark", info.watermark);
    visit("data_fingerprint", info.fingerprint);
    visit("run_id", info.run_id);
    visit("space_id", info.space_id);
    visit("created_utc", info.created_utc);
    visit("tool_version", info.tool_version);
    visit("git_commit", info.git_commit);
    visit("config_json", info.config);
    visit("eval_json", info.evaluation);
}

/// Those that older files lack: the member then stays what it is by default.
template <class Info, class Visit>
void each_later_attribute(Info& info, Visit visit)
{
    visit("partial", info.partial);
    visit("updates", info.updates);
    visit("parent_run_id", info.parent_run_id);
    visit("parent_space_id", info.parent_space_id);
    visit("align_residual", info.align_residual);
}

}  // namespace

const char* score_formula(const ModelInfo& info)
{
    return info.objective == "explicit" ? "mean + dot(user.factors, item.factors)" : "dot(user.factors, item.factors)";
}

ModelWriter::ModelWriter(const std::filesystem::path& path, const ModelInfo& info, const FileAccess& access)
    : file_(Hdf5File::create(path, access)), info_(info)
{
    write_format(file_, model_format);
    file_.set_attribute("/", "score", score_formula(info_));
    each_attribute(info_, WriteField{file_});
    each_later_attribute(info_, WriteField{file_});
}

void ModelWriter::write_ids(Side side, Row first, const IdColumn& ids, std::size_t id_bytes, std::span<const Row> order)
{
    write_id_rows(file_, group_of(side), rows_of(info_, side), first, ids, id_bytes);
    write_id_order(file_, group_of(side), rows_of(info_, side), first, order);
}

void ModelWriter::write_factors(Side side, Row first, std::span<const float> factors)
{
    const auto name = group_of(side) + "/factors";
    float& largest = side == Side::users ? largest_.users : largest_.items;
    for (const float value : factors) largest = std::max(largest, std::abs(value));
    write_all_rows(file_, name, rows_of(info_, side), info_.width, first, factors);
    file_.set_attribute(name, "role", side == Side::users ? "query" : "candidate");
}

void ModelWriter::write_rows(Side side, Row first, std::span<const std::int32_t> event_counts,
                             std::span<const std::int64_t> last_events, std::span<const std::uint8_t> status)
{
    const auto group = group_of(side);
    const Row rows = rows_of(info_, side);
    write_all_rows(file_, group + "/n_events", rows, 0, first, event_counts);
    write_all_rows(file_, group + "/last_event", rows, 0, first, last_events);
    write_all_rows(file_, group + "/status", rows, 0, first, status);
}

void ModelWriter::write_fold_times(Side side, Row first, std::span<const std::int64_t> times)
{
    write_all_rows(file_, group_of(side) + "/folded_at", rows_of(info_, side), 0, first, times);
}

void ModelWriter::write_gramian(Side side, std::span<const double> gramian)
{
    file_.write("/gram" + group_of(side), gramian, info_.width);
}

void ModelWriter::write_ann_cosine(Row first, std::span<const float> vectors, double max_norm, double headroom)
{
    const std::string name = "/items/ann_cosine";
    write_all_rows(file_, name, info_.items, info_.width + 1, first, vectors);
    file_.set_attribute(name, "max_norm", max_norm);
    file_.set_attribute(name, "headroom", headroom);
    file_.set_attribute(name, "query_pad", "append 0");
    file_.set_attribute(name, "metric", "cosine");
    file_.set_attribute(name, "equals", "dot order");
}

void ModelWriter::write_popular(const PopularItems& popular) { alster::write_popular(file_, popular); }

void ModelWriter::commit()
{
    require_finite_scores(file_, info_.width, largest_, ExitCode::diverged);
    file_.commit();
}

std::filesystem::path model_file_of(const std::filesystem::path& run_or_model)
{
    std::error_code ignored;
    return std::filesystem::is_directory(run_or_model, ignored) ? run_or_model / "model.h5" : run_or_model;
}

ModelReader::ModelReader(const std::filesystem::path& path, const FileAccess& access, Verify verify)
    : file_(Hdf5File::open(model_file_of(path), access, Verify::nothing))
{
    check_format(file_, model_format);
    each_attribute(info_, ReadField{file_});
    each_later_attribute(info_, [&](const char* name, auto& value) {
        if (file_.has_attribute("/", name)) ReadField{file_}(name, value);
    });
    check(file_, info_);
    if (verify == Verify::all) verify_model(file_, info_);
}

std::vector<float> ModelReader::factors(Side side, RowRange rows) const
{
    return file_.read_rows<float>(group_of(side) + "/factors", rows);
}

IdColumn ModelReader::ids(Side side, RowRange rows) const { return read_id_rows(file_, group_of(side), rows); }

std::vector<std::int32_t> ModelReader::event_counts(Side side, RowRange rows) const
{
    return file_.read_rows<std::int32_t>(group_of(side) + "/n_events", rows);
}

std::vector<std::uint8_t> ModelReader::status(Side side, RowRange rows) const
{
    return file_.read_rows<std::uint8_t>(group_of(side) + "/status", rows);
}

std::vector<std::int64_t> ModelReader::fold_times(Side side, RowRange rows) const
{
    if (info_.updates == 0) return std::vector<std::int64_t>(static_cast<std::size_t>(rows.size()));
    return file_.read_rows<std::int64_t>(group_of(side) + "/folded_at", rows);
}

std::vector<double> ModelReader::gramian(Side side) const { return file_.read<double>("/gram" + group_of(side)); }

}  // namespace alster
