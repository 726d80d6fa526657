#pragma once
#include <charconv>
#include <concepts>
#include <filesystem>
#include <string>
#include <string_view>

namespace alster::synthetic {

/// A text file written through one buffer, plain or compressed by gzip: made under a temporary name, renamed to `path`
/// by commit(), removed where that is not reached. Errors: cannot_create (73), io (74).
class TextOutput {
public:
    TextOutput(const std::filesystem::path& path, bool gzip);
    ~TextOutput();
    TextOutput(const TextOutput&) = delete;
    TextOutput& operator=(const TextOutput&) = delete;

    TextOutput& operator<<(std::string_view text)
    {
        buffer_ += text;
        if (buffer_.size() >= limit) flush();
        return *this;
    }
    TextOutput& operator<<(char letter)
    {
        buffer_ += letter;
        return *this;
    }
    TextOutput& operator<<(std::integral auto number)
    {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        return *this << std::string_view(digits, end);
    }

    void commit();

private:
    static constexpr std::size_t limit = 1 << 20;

    void flush();

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    void* file_ = nullptr;  // a gzFile; null once closed
    std::string buffer_;
};

}  // namespace alster::synthetic
