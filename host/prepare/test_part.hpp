#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/ingest/event_log.hpp"
#include "data/ingest/split_plan.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// What a split has held out of a log, to be recognised where the same ranks read the log again: validation is split
/// from the rest as if the test part had never been there.
class TestPart {
public:
    TestPart(SplitPlan plan, std::uint64_t seed) : plan_(std::move(plan)), seed_(seed) {}

    /// Of a split by time: events from this time on.
    void set_begin(Milliseconds begin) { begin_ = begin; }

    /// Of last:N: the rows of the ids of this rank, by its own numbers, and the merged records of its users.
    void set_rows(std::span<const Column> users, std::span<const Column> items);
    void set_pairs(const Communicator& ranks, std::span<const EventRecord> records);

    /// The fingerprint of the dataset that was made with this test part.
    void set_dataset(std::string fingerprint) { dataset_ = std::move(fingerprint); }
    [[nodiscard]] const std::string& dataset() const { return dataset_; }

    /// Removes its events from a log that has just been read, and the ids that no other event has.
    void remove_from(EventLog& log) const;

private:
    [[nodiscard]] bool has_pair(const EventRecord& record) const;

    SplitPlan plan_;
    std::uint64_t seed_;
    Milliseconds begin_ = 0;
    std::vector<Column> users_;
    std::vector<Column> items_;
    std::vector<std::uint64_t> pairs_;  // (user row, item row) of all ranks, ascending
    std::string dataset_;
};

}  // namespace alster
