#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alster {

/// A piece of a page. Text becomes one by being escaped, and tags come from element() alone: what others wrote (ids,
/// titles, paths) cannot become markup, and every tag is closed. The markup is HTML and well-formed XML at once.
class Html {
public:
    Html() = default;
    /// Text, escaped: bytes that are not UTF-8 become U+FFFD, control bytes \x00.
    Html(std::string_view text);
    Html(const char* text) : Html(std::string_view(text)) {}
    Html(const std::string& text) : Html(std::string_view(text)) {}

    Html& operator+=(const Html& other);
    friend Html operator+(Html a, const Html& b) { return a += b; }

    [[nodiscard]] const std::string& markup() const { return markup_; }
    [[nodiscard]] bool empty() const { return markup_.empty(); }

private:
    friend Html element(const char*, const std::vector<std::pair<const char*, std::string>>&, const Html&);
    std::string markup_;
};

/// Names and values; values are escaped.
using HtmlAttributes = std::vector<std::pair<const char*, std::string>>;

[[nodiscard]] Html element(const char* name, const HtmlAttributes& attributes, const Html& inside);
[[nodiscard]] Html element(const char* name, const Html& inside);
/// One with nothing inside.
[[nodiscard]] Html mark(const char* name, const HtmlAttributes& attributes);

/// Text of others, which may run from right to left.
[[nodiscard]] Html foreign(std::string_view text);

/// A number as people read it, with all its digits in the attribute `value` of <data>. `decimals`: behind the point.
[[nodiscard]] Html figure(double value, int decimals = 4);

/// The same of a count: digits in groups of three.
[[nodiscard]] Html count(std::int64_t value);

/// A table: heads, then rows. Cells but the first one of a row are numbers, to the right.
[[nodiscard]] Html table(const std::vector<Html>& heads, const std::vector<std::vector<Html>>& rows,
                         const std::string& style = "");

/// <section id=…> with its head.
[[nodiscard]] Html section(const std::string& id, const std::string& title, const Html& inside);

/// The whole file: one page that needs nothing else, for light and dark surroundings and any width from 400 px on.
[[nodiscard]] std::string document(const std::string& title, const Html& body);

}  // namespace alster
