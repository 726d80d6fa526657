#include "data/ingest/quarantine.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr std::size_t longest_copy = 1000;
constexpr std::int64_t enough_to_judge = 100'000;

/// Printable in one line: control bytes but the tab as \x00.
std::string printable(std::string_view text)
{
    std::string result;
    for (const char byte : text.substr(0, longest_copy)) {
        if ((static_cast<unsigned char>(byte) < 0x20 && byte != '\t') || byte == 0x7f)
            fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(byte));
        else
            result += byte;
    }
    return result;
}

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
    file_ << source << '\t' << line.number << '\t' << text(defect) << '\t' << printable(line.text) << '\n';
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
