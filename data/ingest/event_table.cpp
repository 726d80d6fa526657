#include "data/ingest/event_table.hpp"

#include <cstdlib>
#include <new>
#include <type_traits>

namespace alster {

static_assert(std::is_trivially_copyable_v<EventRecord>);

void EventTable::Free::operator()(EventRecord* records) const { std::free(records); }

void EventTable::set_capacity(std::size_t records)
{
    const std::size_t capacity = std::max<std::size_t>(records, 1);  // realloc() to nothing may free
    void* moved = std::realloc(static_cast<void*>(records_.get()), capacity * sizeof(EventRecord));
    if (!moved) throw std::bad_alloc();
    static_cast<void>(records_.release());  // realloc() has freed it
    records_.reset(static_cast<EventRecord*>(moved));
    capacity_ = capacity;
}

}  // namespace alster
