#pragma once
#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace alster {

/// The one place where the program writes to its standard streams. Standard output carries results, and a result that
/// cannot be written is a failure. Standard error is for people: what cannot be written there is lost.

/// For the beginning of main(): a standard stream that is closed stays unusable, but no file that is opened later gets
/// its number; writing to a closed pipe, or beyond the limit on file sizes, is an error and does not end the process.
void hold_standard_streams() noexcept;

/// Writes text as it is to standard error. Never throws, and waits at most ten seconds for a reader that does not read;
/// then text is dropped until it reads again. Any thread may call it.
void say_raw(std::string_view text) noexcept;

/// A line on standard error, control bytes shown as \x00.
void say(std::string_view line) noexcept;
template <class... Args>
requires(sizeof...(Args) > 0) void say(fmt::format_string<Args...> format, Args&&... args) noexcept
{
    try {
        say(std::string_view(fmt::format(format, std::forward<Args>(args)...)));
    } catch (...) {
        say(std::string_view("a message cannot be shown: no memory is left"));
    }
}

/// Writes text to standard output, through a buffer. By one thread. Throws io (74).
void print(std::string_view text);
template <class... Args>
requires(sizeof...(Args) > 0) void print(fmt::format_string<Args...> format, Args&&... args)
{
    print(std::string_view(fmt::format(format, std::forward<Args>(args)...)));
}

/// Writes what print() has gathered. Every command calls it before it returns. Throws io (74).
void flush_output();

}  // namespace alster
