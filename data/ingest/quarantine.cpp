#include "data/ingest/quarantine.hpp"

#include <fmt/format.h>

#include <utility>

#include "data/error.hpp"
#include "data/printable.hpp"

namespace alster {

namespace {

constexpr std::size_t longest_copy = 1000;
constexpr std::int64_t enough_to_judge = 100'000;

}  // namespace

Quarantine::Quarantine(std::filesystem::path path, double allowed) : path_(std::move(path)), allowed_(allowed)
{
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

void Quarantine::keep(const std::string& source, const Line& line, Defect defect)
{
    ++lines_;
    if (bad_++ == 0) {
        first_ = fmt::format("{}:{}: {}", source, line.number, text(defect));
        file_.open(path_, std::ios::binary);
        file_ << "file\tline\treason\ttext\n";
    }
    file_ << source << '\t' << line.number << '\t' << text(defect) << '\t'
          << printable(line.text.substr(0, longest_copy)) << '\n';
    if (!file_) throw Error(ExitCode::cannot_create, "{}: cannot be written", path_.string());
    const bool hopeless = lines_ >= enough_to_judge && allowed_ < 0.5 && bad_ > lines_ / 2;
    if (allowed_ == 0 || hopeless) stop();
}

void Quarantine::check()
{
    file_.flush();
    if (bad_ > 0 && !file_) throw Error(ExitCode::cannot_create, "{}: cannot be written", path_.string());
    if (static_cast<double>(bad_) > allowed_ * static_cast<double>(lines_)) stop();
}

void Quarantine::stop()
{
    file_.flush();
    throw Error(ExitCode::bad_data,
                "{} of {} lines cannot be used ({:.3g} %, --max-bad allows {:.3g} %), first {}; see {}", bad_, lines_,
                100.0 * static_cast<double>(bad_) / static_cast<double>(lines_), 100 * allowed_, first_,
                path_.string());
}

}  // namespace alster
