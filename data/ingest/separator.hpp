#pragma once
#include <string>
#include <string_view>

namespace alster {

/// What stands between two fields of a line.
class Separator {
public:
    enum class Kind {
        byte,          // one byte; fields may be quoted
        double_colon,  // "::"
        blanks,        // any run of spaces and tabs; fields may be quoted
        loose,         // any run of spaces, tabs and commas
    };
    static const Separator comma, semicolon, tab, bar, double_colon, blanks, loose;

    constexpr explicit Separator(Kind kind, char byte = '\0') : kind_(kind), byte_(byte) {}

    /// What --separator says: one character, \t, ::, or comma, semicolon, tab, bar, space. Error: usage (64).
    [[nodiscard]] static Separator parse(std::string_view text);

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] char byte() const { return byte_; }  // of Kind::byte

    /// How it is written behind --separator: "';'", "space".
    [[nodiscard]] std::string word() const;

    friend bool operator==(const Separator&, const Separator&) = default;

private:
    Kind kind_;
    char byte_;
};

inline constexpr Separator Separator::comma{Kind::byte, ','};
inline constexpr Separator Separator::semicolon{Kind::byte, ';'};
inline constexpr Separator Separator::tab{Kind::byte, '\t'};
inline constexpr Separator Separator::bar{Kind::byte, '|'};
inline constexpr Separator Separator::double_colon{Kind::double_colon};
inline constexpr Separator Separator::blanks{Kind::blanks};
inline constexpr Separator Separator::loose{Kind::loose};

}  // namespace alster
