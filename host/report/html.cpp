#include "host/report/html.hpp"

#include <fmt/format.h>

#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/report/page_style.hpp"

namespace alster {

namespace {

std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : valid_utf8(printable(text))) {
        if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '"')
            result += "&quot;";
        else
            result += c;
    }
    return result;
}

/// 1234567 as 1 234 567, with spaces that do not break.
std::string grouped(std::int64_t value)
{
    std::string digits = fmt::format("{}", value);
    const std::ptrdiff_t first = value < 0 ? 1 : 0;
    for (auto at = std::ssize(digits) - 3; at > first; at -= 3) digits.insert(static_cast<std::size_t>(at), "\u202f");
    return digits;
}

}  // namespace

Html::Html(std::string_view text) : markup_(escaped(text)) {}

Html& Html::operator+=(const Html& other)
{
    markup_ += other.markup_;
    return *this;
}

Html element(const char* name, const HtmlAttributes& attributes, const Html& inside)
{
    Html result;
    std::string& markup = result.markup_;
    markup = fmt::format("<{}", name);
    for (const auto& [key, value] : attributes) markup += fmt::format(" {}=\"{}\"", key, escaped(value));
    const std::string_view tag = name;
    if (tag == "meta" || tag == "link")
        markup += "/>";
    else
        markup += fmt::format(">{}</{}>", inside.markup(), name);
    return result;
}

Html element(const char* name, const Html& inside) { return element(name, HtmlAttributes{}, inside); }

Html mark(const char* name, const HtmlAttributes& attributes) { return element(name, attributes, Html()); }

Html foreign(std::string_view text) { return element("bdi", text); }

Html figure(double value, int decimals)
{
    return element("data", {{"value", fmt::format("{:.17g}", value)}}, fmt::format("{:.{}f}", value, decimals));
}

Html count(std::int64_t value) { return element("data", {{"value", fmt::format("{}", value)}}, grouped(value)); }

Html table(const std::vector<Html>& heads, const std::vector<std::vector<Html>>& rows, const std::string& style)
{
    const auto row_of = [](const char* cell, const std::vector<Html>& cells) {
        Html row;
        for (std::size_t n = 0; n < cells.size(); ++n)
            row += n == 0 ? element("th", {{"scope", cell == std::string_view("th") ? "col" : "row"}}, cells[n])
                          : element(cell, cells[n]);
        return element("tr", row);
    };
    Html body;
    for (const auto& row : rows) body += row_of("td", row);
    Html inside;
    if (!heads.empty()) inside += element("thead", row_of("th", heads));
    // what is too wide for a narrow screen is scrolled by itself, also by keys
    return element("div", {{"class", "scroll"}, {"tabindex", "0"}},
                   element("table", {{"class", style}}, inside + element("tbody", body)));
}

Html section(const std::string& id, const std::string& title, const Html& inside)
{
    return element("section", {{"id", id}}, element("h2", title) + inside);
}

std::string document(const std::string& title, const Html& body)
{
    // the policy lets a browser load nothing, whatever stands in the page; an empty icon keeps it from asking for one
    const Html head = mark("meta", {{"charset", "utf-8"}}) +
                      mark("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}) +
                      mark("meta", {{"name", "color-scheme"}, {"content", "light dark"}}) +
                      mark("meta", {{"http-equiv", "Content-Security-Policy"},
                                    {"content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}}) +
                      mark("link", {{"rel", "icon"}, {"href", "data:,"}}) + element("title", title);
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>{}<style>{}</style></head>\n<body>{}</body>\n</html>\n",
        head.markup(), page_style, body.markup());
}

}  // namespace alster
