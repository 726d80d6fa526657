#include "host/prepare/quarantine_file.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include "data/error.hpp"

namespace alster {

QuarantineFile::QuarantineFile(const Communicator& ranks, std::filesystem::path path, double allowed)
    : ranks_(ranks), path_(std::move(path)), allowed_(allowed)
{
    std::error_code ignored;
    if (ranks_.leads()) std::filesystem::remove(path_, ignored);
}

void QuarantineFile::add(const Quarantine& mine, std::span<const std::int64_t> lines)
{
    const auto before = ranks_.sum_before(lines);
    // behind a rank that has given up the line numbers are unknown, as one process would not have come there
    const auto hopeless = ranks_.all_gather(std::int64_t{mine.hopeless()});
    const auto last = std::find(hopeless.begin(), hopeless.end(), 1) - hopeless.begin();
    const bool counts = ranks_.rank() <= last;
    lines_ += ranks_.sum(counts ? mine.lines() : 0);
    bad_ += ranks_.sum(counts ? mine.bad() : 0);
    for (const auto& first : ranks_.all_gather(counts ? mine.first(before) : ""))
        if (first_.empty()) first_ = first;
    append(counts ? mine.rows(before) : "");
    if (last < ranks_.size()) stop();
}

/// Rank 0 writes the rows of one rank after the other.
void QuarantineFile::append(const std::string& mine)
{
    const auto sizes = ranks_.all_gather(std::ssize(mine));
    if (!ranks_.leads()) return ranks_.exchange(std::as_bytes(std::span(mine)), 0, {}, 0);
    write(mine);
    for (int rank = 1; rank < ranks_.size(); ++rank) {
        std::string rows(static_cast<std::size_t>(sizes[rank]), '\0');
        ranks_.exchange({}, rank, std::as_writable_bytes(std::span(rows)), rank);
        write(rows);
    }
}

void QuarantineFile::write(const std::string& rows)
{
    if (rows.empty()) return;
    std::ofstream file(path_, std::ios::binary | (begun_ ? std::ios::app : std::ios::trunc));
    if (!std::exchange(begun_, true)) file << "file\tline\treason\ttext\n";
    file << rows;
    file.flush();
    if (!file) throw Error(ExitCode::cannot_create, "{}: cannot be written", path_.string());
}

void QuarantineFile::check() const
{
    if (static_cast<double>(bad_) > allowed_ * static_cast<double>(lines_)) stop();
}

void QuarantineFile::stop() const
{
    throw Error(ExitCode::bad_data,
                "{} of {} lines cannot be used ({:.3g} %, --max-bad allows {:.3g} %), first {}; see {}", bad_, lines_,
                100.0 * static_cast<double>(bad_) / static_cast<double>(lines_), 100 * allowed_, first_,
                path_.string());
}

}  // namespace alster
