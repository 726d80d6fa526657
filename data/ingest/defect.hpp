#pragma once

namespace alster {

/// Why a line of the input cannot be used.
enum class Defect {
    none,
    missing_column,
    surplus_fields,
    other_header,
    bad_quoting,
    not_json,
    not_an_object,
    key_absent,
    wrong_type,
    not_a_number,
    absent_word,
    comma_in_number,
    dot_in_number,
    nan,
    infinite,
    negative_confidence,
    empty_id,
    absent_id,
    long_id,
    cut_id,
    nul_byte,
    broken_utf8,
    bad_time,
    ticks,
    other_time_format,
    unknown_event,
    no_value,
};

/// Of an id; null for what is no defect of one.
[[nodiscard]] constexpr const char* text_of_id(Defect defect)
{
    switch (defect) {
        case Defect::empty_id:
            return "id is empty";
        case Defect::absent_id:
            return "id is a word for none (NULL, NA, \\N)";
        case Defect::cut_id:
            return "id is a number in scientific notation, whose digits may be cut (1.23457E+12): export it as text";
        case Defect::long_id:
            return "id is longer than 255 bytes";
        case Defect::nul_byte:
            return "NUL byte";
        case Defect::broken_utf8:
            return "id is not UTF-8";
        default:
            return nullptr;
    }
}

/// In words, for the quarantine file.
[[nodiscard]] constexpr const char* text(Defect defect)
{
    if (const char* id = text_of_id(defect)) return id;
    switch (defect) {
        case Defect::none:
            return "none";
        case Defect::missing_column:
            return "missing column";
        case Defect::surplus_fields:
            return "more fields than the first line";
        case Defect::other_header:
            return "a header that names other columns: give the files that were joined one by one";
        case Defect::bad_quoting:
            return "quote without its end";
        case Defect::not_json:
            return "not JSON";
        case Defect::not_an_object:
            return "JSON, but not an object";
        case Defect::key_absent:
            return "key absent";
        case Defect::wrong_type:
            return "wrong type";
        case Defect::not_a_number:
            return "value is not a number";
        case Defect::absent_word:
            return "a word for no value: --null names those that are not given";
        case Defect::comma_in_number:
            return "a comma in the value, of decimals or thousands: --decimal-comma says the former";
        case Defect::dot_in_number:
            return "a dot in the value, though --decimal-comma says that decimals stand behind a comma";
        case Defect::nan:
            return "value is NaN";
        case Defect::infinite:
            return "value is infinite or out of range";
        case Defect::negative_confidence:
            return "confidence is negative";
        case Defect::bad_time:
            return "time is neither Unix time nor yyyymmdd nor ISO 8601, from 1970 to 2106: say how it is written, as "
                   "in "
                   "--time-format '%a %b %d %H:%M:%S %z %Y'";
        case Defect::ticks:
            return "time looks like ticks of 100 ns since the year 1 (.NET) or 1601 (Windows): subtract "
                   "621355968000000000 or 116444736000000000 and divide by 10000000; --time-format ns if it is in ns";
        case Defect::other_time_format:
            return "time is not written as --time-format says, from 1970 to 2106";
        case Defect::unknown_event:
            return "event type without a rule: ignore = true in a rule passes it over";
        case Defect::no_value:
            return "no value, which the rule of its type asks for";
        default:
            return "unknown";
    }
}

}  // namespace alster
