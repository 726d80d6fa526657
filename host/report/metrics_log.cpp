#include "host/report/metrics_log.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"

namespace alster {

MetricsLog::MetricsLog(const std::filesystem::path& path, std::string run_id)
    : file_(path, std::ios::app), path_(path), run_id_(std::move(run_id))
{
    if (!file_) give_up();
}

void MetricsLog::write(const std::string& event, nlohmann::json fields)
{
    if (!file_.is_open()) return;
    fields["t"] = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    fields["run"] = run_id_;
    fields["event"] = event;
    file_ << json_text(fields) << std::endl;
    if (!file_) give_up();
}

void MetricsLog::give_up()
{
    file_.close();
    say("warning: {}: cannot be written: the run goes on without its log", path_);
}

}  // namespace alster
