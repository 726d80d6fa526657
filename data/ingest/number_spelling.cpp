#include "data/ingest/number_spelling.hpp"

#include <algorithm>
#include <array>

namespace alster {

namespace {

bool all_digits(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_absent_word(std::string_view text)
{
    constexpr auto words = std::to_array<std::string_view>(
        {"NULL", "null", "Null", "NA", "N/A", "n/a", "na", "\\N", "None", "none", "NaN", "-", "?", "."});
    return std::ranges::find(words, text) != words.end();
}

}  // namespace

NumberSpelling respell_number(std::string_view text, bool decimal_comma)
{
    if (is_absent_word(text)) return {.defect = Defect::absent_word};
    const bool minus = text.starts_with('-');
    const std::string_view digits = text.substr(minus || text.starts_with('+') ? 1 : 0);
    const std::string sign = minus ? "-" : "";
    const auto comma = digits.find(',');
    if (comma == digits.npos) {
        const bool signless =
            !digits.empty() && ((digits.front() >= '0' && digits.front() <= '9') || digits.front() == '.');
        return text.starts_with('+') && signless ? NumberSpelling{.text = std::string(digits)}
                                                 : NumberSpelling{.defect = Defect::not_a_number};
    }
    const std::string_view whole = digits.substr(0, comma), fraction = digits.substr(comma + 1);
    if (!all_digits(whole) || !all_digits(fraction)) return {.defect = Defect::not_a_number};
    const bool could_be_thousands = fraction.size() == 3 && whole.size() <= 3 && whole.front() != '0';
    if (could_be_thousands && !decimal_comma) return {.defect = Defect::comma_in_number};
    return {.text = sign + std::string(whole) + "." + std::string(fraction)};
}

}  // namespace alster
