#include "data/model_file.hpp"

#include "data/error.hpp"
#include "data/file_format.hpp"

namespace alster {

namespace {

/// Visits every attribute under its name in the file, for reading and for writing alike.
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
    visit("reg_exponent", info.nu);
    visit("bias_lambda", info.bias_lambda);
    visit("seed", info.seed);
    visit("sweeps", info.sweeps);
    visit("ranks", info.ranks);
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

struct Read {
    const Hdf5File& file;
    void operator()(const char* key, std::string& value) const { value = file.text_attribute("/", key); }
    void operator()(const char* key, std::int64_t& value) const { value = file.integer_attribute("/", key); }
    void operator()(const char* key, double& value) const { value = file.real_attribute("/", key); }
};

struct Write {
    Hdf5File& file;
    void operator()(const char* key, const std::string& value) const
    {
        file.set_attribute("/", key, std::string_view(value));
    }
    void operator()(const char* key, std::int64_t value) const { file.set_attribute("/", key, value); }
    void operator()(const char* key, double value) const { file.set_attribute("/", key, value); }
};

Row rows_of(const ModelInfo& info, Side side) { return side == Side::users ? info.users : info.items; }

/// The three calls that write a dataset of which this rank has some rows.
template <class T>
void write_share(Hdf5File& file, const std::string& name, Row rows, Row width, Row first, std::span<const T> mine)
{
    file.make_rows<T>(name, rows, width);
    file.write_rows(name, first, mine);
    file.seal(name);
}

}  // namespace

ModelWriter::ModelWriter(const std::filesystem::path& path, const ModelInfo& info, const FileAccess& access)
    : file_(Hdf5File::create(path, access)), info_(info)
{
    write_format(file_, model_format);
    file_.set_attribute("/", "score",
                        std::string_view(info.objective == "explicit" ? "mean + dot(user.factors,item.factors)"
                                                                      : "dot(user.factors,item.factors)"));
    each_attribute(info_, Write{file_});
}

void ModelWriter::write_ids(Side side, Row first, const IdColumn& ids, std::size_t id_bytes, std::span<const Row> order)
{
    const std::string name = group_of(side) + "/id";
    const Row rows = rows_of(info_, side);
    if (ids.kind == IdKind::int64) {
        write_share<std::int64_t>(file_, name, rows, 0, first, ids.numbers);
    } else {
        file_.make_text(name, rows, id_bytes);
        file_.write_text(name, first, ids.texts);
        file_.seal(name);
    }
    file_.set_attribute(name, "id_kind", std::string_view(ids.kind == IdKind::int64 ? "int64" : "string"));
    write_share<Row>(file_, group_of(side) + "/id_order", rows, 0, first, order);
}

void ModelWriter::write_factors(Side side, Row first, std::span<const float> factors)
{
    const std::string name = group_of(side) + "/factors";
    write_share<float>(file_, name, rows_of(info_, side), info_.width, first, factors);
    file_.set_attribute(name, "role", std::string_view(side == Side::users ? "query" : "candidate"));
}

void ModelWriter::write_rows(Side side, Row first, std::span<const std::int32_t> event_counts,
                             std::span<const std::int64_t> last_events, std::span<const std::uint8_t> status)
{
    const Row rows = rows_of(info_, side);
    write_share(file_, group_of(side) + "/n_events", rows, 0, first, event_counts);
    write_share(file_, group_of(side) + "/last_event", rows, 0, first, last_events);
    write_share(file_, group_of(side) + "/status", rows, 0, first, status);
}

void ModelWriter::write_gramian(Side side, std::span<const double> gramian)
{
    file_.write(std::string("/gram/") + name(side), gramian, info_.width);
}

void ModelWriter::write_ann_cosine(Row first, std::span<const float> vectors, double max_norm, double headroom)
{
    static const std::string name = "/items/ann_cosine";
    write_share(file_, name, info_.items, info_.width + 1, first, vectors);
    file_.set_attribute(name, "max_norm", max_norm);
    file_.set_attribute(name, "headroom", headroom);
    file_.set_attribute(name, "query_pad", std::string_view("append 0"));
    file_.set_attribute(name, "metric", std::string_view("cosine"));
    file_.set_attribute(name, "equals", std::string_view("dot order"));
}

void ModelWriter::commit() { file_.commit(); }

ModelReader::ModelReader(const std::filesystem::path& path, const FileAccess& access, Verify verify)
    : file_(Hdf5File::open(path, access, verify))
{
    require_format(file_, model_format);
    each_attribute(info_, Read{file_});
}

std::vector<float> ModelReader::factors(Side side, RowRange rows) const
{
    return file_.read_rows<float>(group_of(side) + "/factors", rows);
}

IdColumn ModelReader::ids(Side side, RowRange rows) const { return read_ids(file_, side, rows); }

std::vector<std::int32_t> ModelReader::event_counts(Side side, RowRange rows) const
{
    return file_.read_rows<std::int32_t>(group_of(side) + "/n_events", rows);
}

std::vector<std::uint8_t> ModelReader::status(Side side, RowRange rows) const
{
    return file_.read_rows<std::uint8_t>(group_of(side) + "/status", rows);
}

std::vector<double> ModelReader::gramian(Side side) const
{
    return file_.read<double>(std::string("/gram/") + name(side));
}

}  // namespace alster
