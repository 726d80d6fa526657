#pragma once
#include <string_view>

#include "data/ingest/defect.hpp"
#include "data/ingest/time_format.hpp"

namespace alster {

/// One event of a log, as read: ids are still those of the outside world.
struct Event {
    std::string_view user = {};
    std::string_view item = {};
    std::string_view type = {};       // empty: the log has no types
    float value = 1;                  // 1 where the log gives none; finite
    float confidence = 1;             // 1 where the log gives none; finite, not negative
    bool has_value = false;           // the log gives one
    bool has_confidence = false;      // the log gives one
    std::string_view time_text = {};  // empty: not given
    Timestamp time = {};              // by read_time()
    std::string_view id = {};         // empty: not given
};

/// The raw text of an event's parts; a view without data: not given.
struct EventFields {
    std::string_view user = {};
    std::string_view item = {};
    std::string_view value = {};
    std::string_view time = {};
    std::string_view type = {};
    std::string_view confidence = {};
    std::string_view id = {};
};

/// Checks the parts and makes an event of them, but for its time; its views are those of `fields`.
[[nodiscard]] Defect read_event(const EventFields& fields, Event& event);

/// Reads the text of the event's time.
[[nodiscard]] Defect read_time(const TimeFormat& format, Event& event);

/// An id must have 1 … 255 bytes of UTF-8 without NUL, which ends a text in a file.
[[nodiscard]] Defect check_id(std::string_view id);

}  // namespace alster
