#pragma once
#include <string>

namespace alster {

/// CLI11 takes a value "[a,b]" of a list apart, and goes round forever where an empty word is not an option's first value.
/// Behind this mark, which the parser takes off, both stand as they are.
inline constexpr char literal_mark = '\1';

inline std::string as_literal(std::string value)
{
    return value.empty() || value.starts_with('[') ? literal_mark + value : value;
}

inline void drop_literal_mark(std::string& value)
{
    if (!value.empty() && value[0] == literal_mark && (value.size() == 1 || value[1] == '[')) value.erase(0, 1);
}

}  // namespace alster
