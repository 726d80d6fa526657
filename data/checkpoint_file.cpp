#include "data/checkpoint_file.hpp"

#include "data/attribute_fields.hpp"
#include "data/checkpoint_check.hpp"
#include "data/file_format.hpp"

namespace alster {

namespace {

constexpr const char* checkpoint_format = "alster-checkpoint";
constexpr const char* factors_name = "/factors";
constexpr const char* start_name = "/start";
constexpr const char* base_name = "/base";
constexpr const char* solved_map_name = "/solved_map";

template <class Info, class Visit>
void each_attribute(Info& info, Visit visit)
{
    visit("half_steps", info.half_steps);
    visit("rows", info.rows);
    visit("start_rows", info.start_rows);
    visit("width", info.width);
    visit("penalty", info.penalty);
    visit("start_penalty", info.start_penalty);
    visit("retried_rows", info.retried_rows);
    visit("objective_value", info.objective);
    visit("seconds", info.seconds);
    visit("best_metric", info.best_metric);
    visit("best_sweep", info.best_sweep);
    visit("restarts", info.restarts);
    visit("run_id", info.run_id);
    visit("data_fingerprint", info.fingerprint);
    visit("config_json", info.config);
    visit("arithmetic", info.arithmetic);
    visit("tool_version", info.tool_version);
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const CheckpointInfo& info, const RowsToSave& solved,
                      const RowsToSave& start, const FileAccess& access)
{
    Hdf5File file = Hdf5File::create(path, access);
    write_format(file, checkpoint_format);
    each_attribute(info, WriteField{file});
    write_all_rows(file, factors_name, info.rows, info.width, solved.first, solved.factors);
    if (info.start_rows > 0) {
        write_all_rows(file, start_name, info.start_rows, info.width, start.first, start.factors);
        file.write<double>(base_name, info.base);
        if (!info.solved_map.empty()) file.write<double>(solved_map_name, info.solved_map, info.width);
    }
    if (info.user_prior) write_prior(file, Side::users, *info.user_prior);
    if (info.item_prior) write_prior(file, Side::items, *info.item_prior);
    file.commit();
}

CheckpointReader::CheckpointReader(const std::filesystem::path& path, const FileAccess& access)
    : file_(Hdf5File::open(path, access, Verify::nothing))
{
    check_format(file_, checkpoint_format);
    each_attribute(info_, ReadField{file_});
    check(file_, info_);
    verify_checkpoint(file_, info_);
    if (info_.start_rows > 0) info_.base = file_.read_rows<double>(base_name, {0, info_.width});
    if (file_.contains(solved_map_name)) info_.solved_map = file_.read<double>(solved_map_name);
    info_.user_prior = read_prior(file_, Side::users, info_.width);
    info_.item_prior = read_prior(file_, Side::items, info_.width);
}

std::vector<float> CheckpointReader::factors(RowRange rows) const { return file_.read_rows<float>(factors_name, rows); }
std::vector<float> CheckpointReader::start(RowRange rows) const { return file_.read_rows<float>(start_name, rows); }

}  // namespace alster
