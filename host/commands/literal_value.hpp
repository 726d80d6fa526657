#pragma once
#include <string>

namespace alster {

/// CLI11 takes a value "[a,b]" of a list apart. Behind this mark, which the parser takes off, it stands as it is.
inline constexpr char literal_mark = '\1';

inline std::string as_literal(std::string value) { return value.starts_with('[') ? literal_mark + value : value; }

inline void drop_literal_mark(std::string& value)
{
    if (value.size() > 1 && value[0] == literal_mark && value[1] == '[') value.erase(0, 1);
}

}  // namespace alster
