#include "host/report/metrics_log.hpp"

#include <chrono>

#include "data/error.hpp"

namespace alster {

MetricsLog::MetricsLog(const std::filesystem::path& path, std::string run_id)
    : file_(path, std::ios::app), path_(path), run_id_(std::move(run_id))
{
    if (!file_) throw Error(ExitCode::cannot_create, "{}: cannot be written", path_);
}

void MetricsLog::write(const std::string& event, nlohmann::json fields)
{
    if (!file_.is_open()) return;
    fields["t"] = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    fields["run"] = run_id_;
    fields["event"] = event;
    file_ << fields.dump() << std::endl;
    if (!file_) throw Error(ExitCode::io, "{}: writing failed, is the disk full?", path_);
}

}  // namespace alster
