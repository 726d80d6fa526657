#include "data/ingest/quarantine.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "data/printable.hpp"

namespace alster {

namespace {

constexpr std::size_t longest_copy = 1000;
constexpr std::int64_t enough_to_judge = 100'000;

}  // namespace

void Quarantine::keep(const std::string& source, const Line& line, Defect defect, std::string_view detail)
{
    ++lines_;
    std::string reason = text(defect);
    if (!detail.empty()) reason += ": " + printable(detail);
    kept_.push_back({source, line.file, line.number, std::move(reason), printable(line.text.substr(0, longest_copy))});
    hopeless_ = allowed_ == 0 || (lines_ >= enough_to_judge && allowed_ < 0.5 && bad() > lines_ / 2);
}

std::string Quarantine::rows(std::span<const std::int64_t> before) const
{
    std::string rows;
    for (const auto& bad : kept_)
        fmt::format_to(std::back_inserter(rows), "{}\t{}\t{}\t{}\n", bad.source, before[bad.file] + bad.number,
                       bad.reason, bad.text);
    return rows;
}

std::string Quarantine::first(std::span<const std::int64_t> before) const
{
    if (kept_.empty()) return {};
    const auto& bad = kept_.front();
    return fmt::format("{}:{}: {}", bad.source, before[bad.file] + bad.number, bad.reason);
}

}  // namespace alster
