#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "data/checkpoint_file.hpp"
#include "data/console.hpp"
#include "data/dataset_check.hpp"
#include "data/dataset_file.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/list_check.hpp"
#include "data/model_file.hpp"
#include "data/neighbour_file.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/inspect_row.hpp"

namespace alster {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* examples =
    "  alster inspect RUN/model.h5\n"
    "  alster inspect dataset.h5 --no-verify --json\n"
    "  alster inspect dataset.h5 --user u12 --item i7 --eligibility eligibility.toml\n";

constexpr Row sample_rows = 3;

Json facts_of(const DatasetReader& reader, bool verify)
{
    if (verify) check_interactions(reader);
    const auto& info = reader.info();
    Json facts = {{"users", info.users},
                  {"items", info.items},
                  {"interactions", info.interactions},
                  {"held_out", info.held_out},
                  {"weighted", info.weighted},
                  {"roles", info.roles},
                  {"times", info.times},
                  {"value_mean", info.value_mean},
                  {"value_min", info.value_min},
                  {"value_max", info.value_max},
                  {"watermark", info.watermark},
                  {"split", info.split},
                  {"fingerprint", info.fingerprint},
                  {"provenance", info.provenance}};
    if (!info.tombstones.empty())
        facts["tombstones"] = {{"users", info.tombstones.size(Side::users)},
                               {"items", info.tombstones.size(Side::items)}};
    for (const Side side : {Side::users, Side::items}) {
        Json types = Json::object();
        for (const auto& [column, type] : reader.attribute_types(side)) types[column] = name(type);
        facts[side == Side::users ? "user_attributes" : "item_attributes"] = types;
    }
    return facts;
}

/// Ids and lengths of the vectors of the first rows: enough to see that they are neither zero nor wild.
Json first_norms(const ModelReader& reader, Side side)
{
    const RowRange rows{0, std::min(sample_rows, reader.rows(side))};
    const auto ids = reader.ids(side, rows);
    const auto factors = reader.factors(side, rows);
    Json norms = Json::object();
    for (Row r = 0; r < rows.size(); ++r) {
        double square = 0;
        for (Row k = 0; k < reader.info().width; ++k) square += std::pow(factors[r * reader.info().width + k], 2);
        norms[ids.text(r)] = std::sqrt(square);
    }
    return norms;
}

Json facts_of(const ModelReader& reader)
{
    const auto& info = reader.info();
    return {{"objective", info.objective},
            {"users", info.users},
            {"items", info.items},
            {"factors", info.factors},
            {"width", info.width},
            {"interactions", info.interactions},
            {"mean", info.mean},
            {"value_min", info.value_min},
            {"value_max", info.value_max},
            {"alpha0", info.alpha0},
            {"alpha", info.alpha},
            {"lambda", info.lambda},
            {"nu", info.nu},
            {"bias_lambda", info.bias_lambda},
            {"seed", info.seed},
            {"sweeps", info.sweeps},
            {"partial", info.partial},
            {"ranks", info.ranks},
            {"arithmetic", info.arithmetic},
            {"objective_value", info.objective_value},
            {"data_watermark", info.watermark},
            {"data_fingerprint", info.fingerprint},
            {"run_id", info.run_id},
            {"space_id", info.space_id},
            {"updates", info.updates},
            {"parent_run_id", info.parent_run_id},
            {"parent_space_id", info.parent_space_id},
            {"align_residual", info.align_residual},
            {"created_utc", info.created_utc},
            {"tool_version", info.tool_version},
            {"git_commit", info.git_commit},
            {"config", info.config},
            {"evaluation", info.evaluation},
            {"first_user_norms", first_norms(reader, Side::users)},
            {"first_item_norms", first_norms(reader, Side::items)}};
}

Json facts_of(const CheckpointReader& reader)
{
    const auto& info = reader.info();
    return {{"half_steps", info.half_steps},
            {"rows", info.rows},
            {"start_rows", info.start_rows},
            {"width", info.width},
            {"objective_value", info.objective},
            {"seconds", info.seconds},
            {"restarts", info.restarts},
            {"arithmetic", info.arithmetic},
            {"run_id", info.run_id},
            {"data_fingerprint", info.fingerprint},
            {"tool_version", info.tool_version},
            {"config", info.config}};
}

Json facts_of(const NeighbourReader& reader)
{
    const auto& info = reader.info();
    return {{"items", info.items},
            {"neighbours", info.neighbours},
            {"interactions", info.interactions},
            {"b", info.b},
            {"most", info.most},
            {"history_limit", info.history_limit},
            {"sampled_users", info.sampled_users},
            {"seed", info.seed},
            {"data_fingerprint", info.fingerprint},
            {"created_utc", info.created_utc},
            {"tool_version", info.tool_version}};
}

Json facts_of(const ListFileReader& reader, bool verify)
{
    if (verify) verify_lists(reader);
    const ListInfo& info = reader.info();
    const auto& groups = reader.groups();
    const bool of_users = std::ranges::any_of(groups, [](const ListGroup& group) { return group.side == Side::users; });
    const Side side = of_users ? Side::users : Side::items;
    Json names = Json::array();
    for (const ListGroup& group : groups) names.push_back(group.name);
    return {{"side", name(side)},
            {"lists", reader.rows(side)},
            {"groups", names},
            {"k", reader.file().integer_attribute("/", "k")},
            {"items", reader.rows(Side::items)},
            {"objective", info.objective},
            {"mean", info.mean},
            {"score", info.score},
            {"excluded", info.excluded ? words(*info.excluded) : ""},
            {"eligibility", info.eligibility},
            {"data_fingerprint", info.fingerprint},
            {"run_id", info.run_id},
            {"space_id", info.space_id}};
}

/// Lists of format 1.0 have neither reasons nor most of the attributes.
bool has_described_lists(const std::string& format, const std::vector<std::int32_t>& version)
{
    return format == "alster-lists" && version != std::vector<std::int32_t>{1, 0};
}

Json datasets_of(const Hdf5File& file)
{
    Json list = Json::array();
    for (const auto& name : file.datasets()) {
        const auto shape = file.shape(name);
        list.push_back({{"name", name},
                        {"element", shape.element},
                        {"rows", shape.rows},
                        {"width", shape.width},
                        {"bytes", shape.bytes},
                        {"crc32", fmt::format("{:08x}", file.integer_attribute(name, "crc32"))}});
    }
    return list;
}

Json describe(const std::filesystem::path& path, bool verify)
{
    const auto file = Hdf5File::open(path, serial_access(), Verify::nothing);
    const auto format = file.text_attribute("/", "format");
    const auto version = file.integers_attribute("/", "format_version");
    Json facts = {
        {"file", path.string()}, {"format", format}, {"format_version", fmt::format("{}", fmt::join(version, "."))}};
    // a reader knows more of its values than their checksums
    const Verify how = verify ? Verify::all : Verify::nothing;
    if (format == "alster-dataset")
        facts.update(facts_of(DatasetReader(path, serial_access(), how), verify));
    else if (format == "alster-model")
        facts.update(facts_of(ModelReader(path, serial_access(), how)));
    else if (format == "alster-neighbours")
        facts.update(facts_of(NeighbourReader(path, serial_access(), how)));
    else if (format == "alster-checkpoint" && verify)
        facts.update(facts_of(CheckpointReader(path)));
    else if (has_described_lists(format, version))
        facts.update(facts_of(ListFileReader(path, serial_access(), how), verify));
    else if (verify)
        file.verify();
    facts["datasets"] = datasets_of(file);
    facts["verified"] = verify;
    return facts;
}

std::string text_of(const Json& value)
{
    return printable(value.is_string() ? value.get<std::string>() : json_text(value));
}

void print_dataset(const Json& dataset)
{
    const Row width = dataset["width"];
    const auto columns = width > 0 ? fmt::format(" x {}", width) : "";
    const auto shape = fmt::format("{}{}", dataset["rows"].get<Row>(), columns);
    print("  {:<28} {:<10} {:>20} {:>16} bytes  crc32 {}\n", text_of(dataset["name"]), text_of(dataset["element"]),
          shape, dataset["bytes"].get<std::uint64_t>(), text_of(dataset["crc32"]));
}

void print_text(const Json& facts)
{
    for (const auto& [key, value] : facts.items())
        if (key != "datasets" && key != "verified" && text_of(value) != "") print("{:<18} {}\n", key, text_of(value));
    print("datasets\n");
    for (const auto& dataset : facts["datasets"]) print_dataset(dataset);
    print("{}\n", facts["verified"] ? "every dataset matches its checksum" : "checksums were not compared");
}

void add_question(CLI::App& app, RowQuestion& question)
{
    app.add_option("--user", question.user, "Show what a dataset says of this user");
    app.add_option("--item", question.item, "Show what a dataset says of this item");
    app.add_option("--eligibility", question.eligibility, "With these: who may see what, by rules");
    app.add_option("--at", question.at, "The instant for which the rules hold: now, or 2026-11-27T18:00Z");
}

}  // namespace

int inspect_command(int argc, char** argv)
{
    CommandLine line("inspect", "Shows what a dataset or model file holds, and checks that it is whole.", examples);
    std::string path;
    bool verify = true;
    line.app().add_option("file", path, "A file that alster wrote, or a run's directory: its model")->required();
    line.app().add_flag("--verify,!--no-verify", verify, "Read all of it and compare the checksums (default)");
    RowQuestion question;
    add_question(line.app(), question);
    if (!line.parse(argc, argv)) return 0;
    if (!question.asked() && !question.eligibility.empty())
        throw Error(ExitCode::usage, "--eligibility says who may see what: name --user, --item, or both");
    if (question.asked()) {
        inspect_rows(path, question, line.json());
        return 0;
    }
    const auto facts = describe(model_file_of(path), verify);
    if (line.json())
        print("{}\n", json_text(facts));
    else
        print_text(facts);
    return 0;
}

}  // namespace alster
