#include "data/ingest/event.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "data/confidence.hpp"

namespace alster {

namespace {

constexpr std::size_t longest_id = 255;

/// What databases and data frames write where there is no id. All such lines would make one user of many.
bool is_absent_id(std::string_view id)
{
    constexpr auto words = std::to_array<std::string_view>(
        {"NULL",     "null",      "Null",   "NA",     "N/A",    "n/a",    "\\N",    "None",
         "NaN",      "nan",       "-nan",   "-NaN",   "NaT",    "<NA>",   "#N/A",   "#NA",
         "#N/A N/A", "undefined", "nil",    "(null)", "[NULL]", "<null>", "(none)", "(not set)",
         "1.#QNAN",  "-1.#QNAN",  "1.#IND", "#REF!",  "#NAME?", "#VALUE!"});
    return id.size() <= 9 && std::ranges::find(words, id) != words.end();
}

bool is_digits(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "1.23457E+12" of spreadsheets, "1,23457E+12" in other countries, "1e+05" of R, "1.23e18" of data frames; but not
/// "12E5", which may be a name.
bool is_cut_number(std::string_view id)
{
    const auto e = id.find_first_of("eE");
    if (e == id.npos || e + 1 == id.size()) return false;
    std::string_view number = id.substr(0, e), power = id.substr(e + 1);
    const bool is_signed = power.front() == '+' || power.front() == '-';
    if (is_signed) power.remove_prefix(1);
    if (number.starts_with('-')) number.remove_prefix(1);
    const auto mark = number.find_first_of(".,");
    if (mark == number.npos) return is_signed && is_digits(number) && is_digits(power);
    return is_digits(number.substr(0, mark)) && is_digits(number.substr(mark + 1)) && is_digits(power);
}

Defect read_number(std::string_view text, float& number)
{
    double value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || status == std::errc::invalid_argument) return Defect::not_a_number;
    if (std::isnan(value)) return Defect::nan;
    number = static_cast<float>(value);
    return status == std::errc() && std::isfinite(number) ? Defect::none : Defect::infinite;
}

}  // namespace

Defect check_id(std::string_view id)
{
    if (id.empty() || (id.front() <= ' ' && id.find_first_not_of(" \t\r\n") == id.npos)) return Defect::empty_id;
    if (is_absent_id(id)) return Defect::absent_id;
    if (id.size() > longest_id) return Defect::long_id;
    if (is_cut_number(id)) return Defect::cut_id;
    unsigned char bits = 0;
    for (const char byte : id) bits |= static_cast<unsigned char>(byte);
    if (id.find('\0') != id.npos) return Defect::nul_byte;  // JSON can spell one
    return bits < 0x80 || simdjson::validate_utf8(id.data(), id.size()) ? Defect::none : Defect::broken_utf8;
}

Defect read_event(const EventFields& fields, Event& event)
{
    event = {.user = fields.user, .item = fields.item, .type = fields.type, .time_text = fields.time, .id = fields.id};
    if (const Defect defect = check_id(fields.user); defect != Defect::none) return defect;
    if (const Defect defect = check_id(fields.item); defect != Defect::none) return defect;
    event.has_value = fields.value.data() != nullptr;
    if (event.has_value)
        if (const Defect defect = read_number(fields.value, event.value); defect != Defect::none) return defect;
    if (fields.confidence.data()) {
        if (const Defect defect = read_number(fields.confidence, event.confidence); defect != Defect::none)
            return defect;
        if (event.confidence < 0) return Defect::negative_confidence;
        if (event.confidence > largest_confidence) return Defect::infinite;
        event.has_confidence = true;
    }
    return Defect::none;
}

Defect read_time(const TimeFormat& format, Event& event)
{
    if (!event.time_text.data()) return Defect::none;
    const auto time = format.read(event.time_text);
    if (!time && format.automatic()) return is_ticks(event.time_text) ? Defect::ticks : Defect::bad_time;
    if (!time) return Defect::other_time_format;
    event.time = *time;
    return Defect::none;
}

}  // namespace alster
