#include "host/train/run_directory.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/model_file.hpp"
#include "data/sha256.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

/// An empty text, or why the directory cannot be used.
std::string make_directory(const fs::path& path, const std::string& resolved_config)
{
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return fmt::format("{}: cannot be made: {}", path.string(), error.message());
    std::ofstream file(path / "config.resolved.toml");
    file << resolved_config << std::flush;
    if (!file)
        return fmt::format("{}: cannot be written: check its permissions and the disk's free space", path.string());
    return {};
}

nlohmann::json start_fields(const TrainOptions& options)
{
    return {{"objective", options.is_explicit() ? "explicit" : "implicit"},
            {"factors", options.factors},
            {"reg", options.regularization()},
            {"bias_reg", options.bias_regularization()},
            {"alpha0", options.alpha0},
            {"alpha", options.alpha},
            {"nu", options.nu},
            {"cg_steps", options.cg_steps},
            {"seed", options.seed},
            {"init_scale", options.init_scale}};
}

}  // namespace

std::string start_config(const TrainOptions& options) { return json_text(start_fields(options)); }

std::string result_config(const TrainOptions& options)
{
    nlohmann::json fields = start_fields(options);
    fields["sweeps"] = options.sweeps;
    fields["patience"] = options.patience;
    fields["wire"] = name(options.exchange.wire);
    return json_text(fields);
}

RunDirectory::RunDirectory(const Communicator& ranks, const TrainOptions& options, const DatasetInfo& data,
                           const std::string& resolved_config)
    : path_(options.out)
{
    // one rank looks and writes, all of them learn what it met
    std::string failure;
    std::int64_t finished = 0;
    if (ranks.leads()) {
        if (fs::exists(model()) && !options.overwrite) {
            const ModelReader earlier(model());
            finished =
                earlier.info().config == result_config(options) && earlier.info().fingerprint == data.fingerprint;
            if (!finished)
                failure = fmt::format("{}: holds another run's model: choose another --out, or add --overwrite",
                                      path_.string());
        } else {
            failure = make_directory(path_, resolved_config);
        }
    }
    ranks.broadcast(failure);
    ranks.broadcast(std::span(&finished, 1));
    if (!failure.empty()) throw Error(ExitCode::cannot_create, failure);
    finished_ = finished != 0;
}

void RunDirectory::write_manifest() const
{
    nlohmann::json files = nlohmann::json::array();
    for (const auto& path : {model(), path_ / "config.resolved.toml"})
        files.push_back(
            {{"file", path.filename().string()}, {"bytes", fs::file_size(path)}, {"sha256", sha256_of_file(path)}});
    const fs::path path = path_ / "manifest.json";
    std::ofstream file(path);
    file << json_text(nlohmann::json{{"format", "alster-run"}, {"files", files}}, 2) << std::endl;
    if (!file) throw Error(ExitCode::io, "{}: cannot be written", path.string());
}

}  // namespace alster
