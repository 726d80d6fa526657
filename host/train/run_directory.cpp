#include "host/train/run_directory.hpp"

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/model_file.hpp"
#include "data/output_file.hpp"
#include "data/output_path.hpp"
#include "data/printable.hpp"
#include "data/sha256.hpp"
#include "distributed/leader.hpp"
#include "host/train/run_swap.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

constexpr const char* config_name = "config.resolved.toml";
constexpr const char* manifest_name = "manifest.json";

void make_directory(const fs::path& path)
{
    std::error_code error;
    fs::create_directories(path, error);
    if (error) throw Error(ExitCode::cannot_create, "{}: cannot be made: {}", path.string(), error.message());
}

bool is_json(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return nlohmann::json::accept(file);
}

bool holds_files(const fs::path& directory)
{
    std::error_code none;
    return fs::directory_iterator(directory, none) != fs::directory_iterator();
}

bool is_partial(const fs::path& model)
{
    try {
        return ModelReader(model).info().partial != 0;
    } catch (const Error&) {  // what it is is said where it matters
        return false;
    }
}

/// What a run left that was to replace the one that now finishes; the model and the manifest in it are this run's.
void remove_given_up(const fs::path& next)
{
    std::error_code ignored;
    fs::remove_all(next / "ckpt", ignored);
    for (const char* name : {"metrics.jsonl", config_name}) fs::remove(next / name, ignored);
}

nlohmann::json entry_of(const fs::path& path)
{
    return {{"file", path.filename().string()}, {"bytes", fs::file_size(path)}, {"sha256", sha256_of_file(path)}};
}

/// A model by its run, which says more than a path. What cannot be read is refused where it is used.
std::string run_of(const fs::path& model) { return ModelReader(model, serial_access(), Verify::nothing).info().run_id; }

nlohmann::json start_fields(const TrainOptions& options)
{
    nlohmann::json fields = {{"objective", options.objective.is_explicit() ? "explicit" : "implicit"},
                             {"factors", options.objective.factors},
                             {"reg", options.objective.regularization()},
                             {"bias_reg", options.objective.bias_lambda},
                             {"alpha0", options.objective.alpha0},
                             {"alpha", options.objective.alpha},
                             {"nu", options.objective.nu},
                             {"cg_steps", options.solve.cg_steps},
                             {"seed", options.solve.seed},
                             {"init_scale", options.solve.init_scale}};
    const auto& start = options.solve.start_from;
    if (const auto run = start.empty() ? options.start_run : run_of(start); !run.empty()) fields["start_from"] = run;
    if (options.prior.any()) {
        fields["user_features"] = options.prior.users.attributes;
        fields["item_features"] = options.prior.items.attributes;
        fields["feature_rows"] = options.prior.items.least_rows;
        fields["feature_reg"] = options.prior.ridge;
    }
    return fields;
}

nlohmann::json result_fields(const TrainOptions& options)
{
    nlohmann::json fields = start_fields(options);
    fields["sweeps"] = options.sweeps;
    fields["patience"] = options.patience;
    fields["wire"] = name(options.solve.exchange.wire);
    const auto& parent = options.align_to;
    if (const auto run = parent.empty() ? options.align_run : run_of(parent); !run.empty()) fields["align_to"] = run;
    return fields;
}

}  // namespace

TrainOptions options_of(const std::string& saved_config, const std::string& where)
{
    TrainOptions options;
    bool sound = true;
    try {
        const auto fields = nlohmann::json::parse(saved_config);
        const bool is_explicit = fields.at("objective") == "explicit";
        options.objective.feedback = is_explicit ? Feedback::explicit_feedback : Feedback::implicit_feedback;
        fields.at("factors").get_to(options.objective.factors);
        fields.at("reg").get_to(options.objective.lambda);
        fields.at("bias_reg").get_to(options.objective.bias_lambda);
        fields.at("alpha0").get_to(options.objective.alpha0);
        fields.at("alpha").get_to(options.objective.alpha);
        fields.at("nu").get_to(options.objective.nu);
        fields.at("cg_steps").get_to(options.solve.cg_steps);
        fields.at("seed").get_to(options.solve.seed);
        fields.at("init_scale").get_to(options.solve.init_scale);
        fields.at("sweeps").get_to(options.sweeps);
        fields.at("patience").get_to(options.patience);
        fields.at("precision").get_to(options.machine.precision);
        options.start_run = fields.value("start_from", "");
        options.align_run = fields.value("align_to", "");
        if (fields.contains("feature_reg")) {
            fields.at("user_features").get_to(options.prior.users.attributes);
            fields.at("item_features").get_to(options.prior.items.attributes);
            fields.at("feature_reg").get_to(options.prior.ridge);
            for (FeatureRules* rules : {&options.prior.users, &options.prior.items})
                fields.at("feature_rows").get_to(rules->least_rows);
        }
        const bool rounds = fields.at("wire") == name(Wire::bf16);
        options.solve.exchange.wire = rounds ? Wire::bf16 : Wire::fp32;
        sound = rounds || fields.at("wire") == name(Wire::fp32);
    } catch (const nlohmann::json::exception& error) {
        throw Error(ExitCode::bad_data, "{}: its configuration is damaged: {}", where, error.what());
    }
    sound = sound && options.objective.factors >= 1 && options.objective.factors <= max_factors &&
            options.objective.lambda > 0 && options.objective.alpha0 >= 0 && options.objective.alpha >= 0 &&
            options.solve.cg_steps >= 0 && options.sweeps >= 1 && options.prior.ridge > 0;
    if (!sound) throw Error(ExitCode::bad_data, "{}: its configuration is damaged: {}", where, printable(saved_config));
    return options;
}

std::string start_config(const TrainOptions& options) { return json_text(start_fields(options)); }

std::string result_config(const TrainOptions& options) { return json_text(result_fields(options)); }

std::string saved_config(const TrainOptions& options, Precision precision)
{
    nlohmann::json fields = result_fields(options);
    fields["precision"] = name(precision);
    return json_text(fields);
}

RunDirectory::RunDirectory(const Communicator& ranks, const TrainOptions& options, const DatasetInfo& data)
    : ranks_(ranks), path_(options.out)
{
    // one rank looks, all of them learn what it met
    by_leader(ranks, [&] { open(options, data); });
    std::array<std::int64_t, 3> facts = {has_model_, holds_a_run_, finished_};
    ranks.broadcast(facts);
    has_model_ = facts[0] != 0;
    holds_a_run_ = facts[1] != 0;
    finished_ = facts[2] != 0;
}

void RunDirectory::open(const TrainOptions& options, const DatasetInfo& data)
{
    const auto is_this_run = [&] {
        if (!fs::exists(model())) return false;
        const ModelInfo earlier = ModelReader(model()).info();
        const std::string& precision = options.machine.precision;
        const bool same_precision = precision == "auto" || earlier.arithmetic.starts_with(precision + " ") ||
                                    earlier.arithmetic.starts_with("reference");
        return earlier.partial == 0 && earlier.config == result_config(options) && same_precision &&
               earlier.fingerprint == data.fingerprint;
    };
    bool swapped = false;
    try {
        make_directory(path_);
        lock_.emplace(OutputLock::of_directory(path_));
        swapped = recover_swap(path_);
    } catch (const Error&) {
        // a finished run may lie where nobody may write
        finished_ = !options.overwrite && is_this_run();
        if (!finished_) throw;
        return;
    }
    // a partial model is replaced by the run that goes on from the checkpoint beside it, which is compared next
    has_model_ = fs::exists(model()) && !(is_partial(model()) && holds_files(path_ / "ckpt"));
    holds_a_run_ = fs::exists(path_ / "ckpt");
    for (const char* name : run_files) holds_a_run_ = holds_a_run_ || fs::exists(path_ / name);
    if (!has_model_ || (options.overwrite && !swapped)) return;
    finished_ = is_this_run();
    if (!finished_ && !options.overwrite)
        throw Error(ExitCode::cannot_create, "{}: holds another run's model: choose another --out, or add --overwrite",
                    path_.string());
    std::error_code ignored;
    if (finished_) fs::remove_all(path_ / "ckpt", ignored);
    if (finished_ && !is_json(path_ / manifest_name)) write_manifest(model(), path_);
}

fs::path RunDirectory::work() const { return staged_ ? path_ / next_run : path_; }

void RunDirectory::begin(const std::string& resolved_config, bool resumed) const
{
    by_leader(ranks_, [&] {
        std::error_code ignored;
        if (!resumed && staged_) fs::remove_all(work(), ignored);
        if (!resumed && !staged_)  // what a run left that did not come to its first checkpoint
            for (const char* name : {"metrics.jsonl", manifest_name}) fs::remove(path_ / name, ignored);
        make_directory(work());
        write_whole(work() / config_name, resolved_config);
    });
}

fs::path RunDirectory::unpublished_model() const
{
    by_leader(ranks_, [&] { make_directory(path_ / next_run); });
    return path_ / next_run / "model.h5";
}

void RunDirectory::write_manifest(const fs::path& model, const fs::path& to) const
{
    const auto files = nlohmann::json::array({entry_of(model), entry_of(work() / config_name)});
    write_whole(to / manifest_name, json_text(nlohmann::json{{"format", "alster-run"}, {"files", files}}, 2) + '\n');
}

void RunDirectory::publish(bool partial) const
{
    by_leader(ranks_, [&] {
        const fs::path next = path_ / next_run;
        write_manifest(next / "model.h5", next);
        if (staged_ && partial) return;
        if (staged_) return swap_in_next(path_);
        if (!partial) remove_given_up(next);
        // the manifest first: where there is a finished model the run counts as finished
        alster::publish(next / manifest_name, path_ / manifest_name);
        alster::publish(next / "model.h5", model());
        std::error_code ignored;
        fs::remove(next, ignored);  // if nothing else is in it
    });
}

}  // namespace alster
