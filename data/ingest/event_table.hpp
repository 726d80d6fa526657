#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

#include "data/ingest/timestamp.hpp"
#include "data/interactions.hpp"

namespace alster {

/// The rule of an interaction that a dataset holds already: the events behind it were counted there.
inline constexpr std::uint64_t stored_rule = 127;

/// An event between reading and writing, 32 bytes: what a log costs in memory.
struct EventRecord {
    Column user = 0;
    Column item = 0;
    float value = 1;
    float confidence = 1;
    float preference = 1;
    std::uint32_t seconds = 0;            // time, with millis; 0: unknown
    std::uint64_t tie_or_count : 43 = 0;  // breaks ties of time, by its item's id; merged: of how many consumed events
    std::uint64_t millis : 10 = 0;
    std::uint64_t rule : 7 = 0;
    std::uint64_t role : 3 = consumed_role;
    std::uint64_t held : 1 = 0;  // set aside by the split

    static constexpr std::uint64_t tie_mask = (std::uint64_t{1} << 43) - 1;

    [[nodiscard]] bool consumed() const { return (role & consumed_role) != 0; }
    [[nodiscard]] Milliseconds time() const { return Milliseconds{seconds} * 1000 + static_cast<Milliseconds>(millis); }
    void set_time(Milliseconds time)
    {
        seconds = static_cast<std::uint32_t>(time / 1000);
        millis = static_cast<std::uint64_t>(time % 1000) & 0x3ff;
    }
};
static_assert(sizeof(EventRecord) == 32);

/// A contiguous array that grows by realloc(): for large arrays the C library moves pages instead of copying, so
/// growing never holds the records twice, as a vector would.
class EventTable {
public:
    void push_back(const EventRecord& record)
    {
        if (size_ == capacity_) grow();
        records_.get()[size_++] = record;
    }

    [[nodiscard]] std::span<EventRecord> records() { return {records_.get(), size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }

    /// Keeps the first records only.
    void truncate(std::size_t size) { size_ = size; }

    /// Makes room for exactly so many records, or gives back the room above them.
    void set_capacity(std::size_t records);

    /// `count` more records, which the caller fills; there must be room for them.
    [[nodiscard]] std::span<EventRecord> append(std::size_t count)
    {
        size_ += count;
        return records().last(count);
    }

private:
    void grow() { set_capacity(std::max<std::size_t>(std::size_t{1} << 16, capacity_ + capacity_ / 2)); }

    struct Free {
        void operator()(EventRecord* records) const;
    };
    std::unique_ptr<EventRecord, Free> records_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace alster
