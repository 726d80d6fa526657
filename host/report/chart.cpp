#include "host/report/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace alster {

namespace {

constexpr double width = 380;  // of a drawing: that of its place, so that its text is as large as that of the page
constexpr double height = 230;
constexpr double left = 48, right = 10, top = 8, bottom = 40;

std::string at(double position) { return fmt::format("{:.1f}", position); }

/// Where numbers lie between two ends of the drawing.
struct Scale {
    double from, to;    // numbers
    double start, end;  // positions

    [[nodiscard]] double operator()(double value) const { return start + (value - from) / (to - from) * (end - start); }
};

Scale scale_of(const std::vector<double>& marks, double start, double end)
{
    return {marks.front(), marks.back(), start, end};
}

Html text_at(double x, double y, const char* anchor, const std::string& text, const std::string& style = "")
{
    return element("text", {{"x", at(x)}, {"y", at(y)}, {"text-anchor", anchor}, {"class", style}}, text);
}

Html line_between(double x1, double y1, double x2, double y2, const std::string& style)
{
    return mark("line", {{"x1", at(x1)}, {"y1", at(y1)}, {"x2", at(x2)}, {"y2", at(y2)}, {"class", style}});
}

Html y_axis(const std::vector<double>& marks, const Scale& y)
{
    Html drawing;
    for (const double mark : marks) {
        drawing += line_between(left, y(mark), width - right, y(mark), "grid");
        drawing += text_at(left - 6, y(mark) + 4, "end", short_number(mark));
    }
    return drawing;
}

Html x_axis(const std::vector<double>& marks, const Scale& x, const std::string& name)
{
    Html drawing = line_between(left, height - bottom, width - right, height - bottom, "axis");
    for (const double mark : marks) drawing += text_at(x(mark), height - bottom + 16, "middle", short_number(mark));
    return drawing + text_at((left + width - right) / 2, height - 4, "middle", name);
}

struct LegendEntry {
    std::string name;
    std::string style;
};

Html figure_of(const std::string& title, const std::string& words, double tall, const Html& drawing,
               const std::vector<LegendEntry>& legend)
{
    Html entries;
    for (const auto& entry : legend) entries += element("li", mark("i", {{"class", entry.style}}) + entry.name);
    const Html svg = element("svg",
                             {{"xmlns", "http://www.w3.org/2000/svg"},
                              {"viewBox", fmt::format("0 0 {:.0f} {:.0f}", width, tall)},
                              {"role", "img"},
                              {"aria-label", words}},
                             drawing);
    return element("figure", element("figcaption", title) + svg +
                                 (legend.empty() ? Html() : element("ul", {{"class", "legend"}}, entries)));
}

/// Points that can be drawn.
std::vector<std::size_t> finite_points(const ChartLine& line)
{
    std::vector<std::size_t> points;
    for (std::size_t n = 0; n < line.y.size(); ++n)
        if (std::isfinite(line.y[n])) points.push_back(n);
    return points;
}

struct Extent {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void add(double value)
    {
        if (!std::isfinite(value)) return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    [[nodiscard]] bool empty() const { return low > high; }
};

Html drawn_line(const ChartLine& line, const Scale& x, const Scale& y)
{
    const auto points = finite_points(line);
    std::string path, band, back;
    Html dots;
    for (const auto n : points) {
        path += fmt::format("{},{} ", at(x(line.x[n])), at(y(line.y[n])));
        if (!line.low.empty()) {
            band += fmt::format("{},{} ", at(x(line.x[n])), at(y(line.high[n])));
            back.insert(0, fmt::format("{},{} ", at(x(line.x[n])), at(y(line.low[n]))));
        }
        if (!line.dashed && points.size() <= 60)
            dots += element("circle",
                            {{"cx", at(x(line.x[n]))}, {"cy", at(y(line.y[n]))}, {"r", "3"}, {"class", line.style}},
                            element("title", fmt::format("{}: {:.6g}", short_number(line.x[n]), line.y[n])));
    }
    Html drawing;
    if (!band.empty()) drawing += mark("polygon", {{"points", band + back}});
    drawing += mark("polyline", {{"points", path}, {"class", line.style + (line.dashed ? " dash" : "")}});
    return drawing + dots;
}

}  // namespace

std::vector<double> ticks(double low, double high, int most)
{
    if (!(high > low)) {  // one number: some room around it
        const double room = low == 0 ? 1 : std::abs(low) / 10;
        low -= room;
        high += room;
    }
    const double raw = (high - low) / most;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= raw * (1 - 1e-9)) {
            step = factor * power;
            break;
        }
    std::vector<double> marks;
    const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
    for (double n = first; n <= last; ++n) marks.push_back(n * step);
    return marks;
}

std::string short_number(double value)
{
    const double size = std::abs(value);
    for (const auto& [unit, name] : {std::pair{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, "k"}})
        if (size >= unit) {
            const double thousands = unit == 1e4 ? 1e3 : unit;
            return fmt::format("{:.4g}{}", value / thousands, name);
        }
    return size < 1e-12 ? "0" : fmt::format("{:.4g}", value);
}

Html drawn(const LineChart& chart)
{
    Extent xs, ys;
    std::string words = chart.title;
    std::vector<LegendEntry> legend;
    for (const auto& line : chart.lines) {
        for (const auto n : finite_points(line)) {
            xs.add(line.x[n]);
            ys.add(line.y[n]);
            if (!line.low.empty()) {
                ys.add(line.low[n]);
                ys.add(line.high[n]);
            }
        }
        const auto points = finite_points(line);
        if (!points.empty())
            words += fmt::format("; {}: {:.4g} to {:.4g}", line.name, line.y[points.front()], line.y[points.back()]);
        legend.push_back({line.name, line.style});
    }
    if (xs.empty()) return {};
    std::vector<double> x_marks = ticks(xs.low, xs.high, 6);
    const auto y_marks = ticks(ys.low, ys.high, 4);
    const Scale x{xs.low < xs.high ? xs.low : xs.low - 1, xs.low < xs.high ? xs.high : xs.high + 1, left + 8,
                  width - right - 6};
    std::erase_if(x_marks, [&](double mark) { return mark < x.from || mark > x.to || mark != std::floor(mark); });
    const Scale y = scale_of(y_marks, height - bottom, top);
    Html drawing = y_axis(y_marks, y) + x_axis(x_marks, x, chart.x_axis);
    for (const auto& line : chart.lines) drawing += drawn_line(line, x, y);
    return figure_of(chart.title, words, height, drawing, chart.lines.size() > 1 ? legend : std::vector<LegendEntry>{});
}

Html drawn(const BarChart& chart)
{
    Extent sums;
    sums.add(0);
    for (const auto& bar : chart.values) {
        double sum = 0;
        for (const double layer : bar) sum += layer;
        sums.add(sum);
    }
    if (chart.values.empty()) return {};
    const auto y_marks = ticks(0, sums.high > 0 ? sums.high : 1, 4);
    const Scale y = scale_of(y_marks, height - bottom, top);
    const double step = (width - left - right) / static_cast<double>(chart.values.size());
    const double thick = std::min(step * 0.72, 40.0);
    Html drawing = y_axis(y_marks, y);
    for (std::size_t b = 0; b < chart.values.size(); ++b) {
        const double x = left + step * (static_cast<double>(b) + 0.5) - thick / 2;
        double below = 0;
        for (std::size_t n = 0; n < chart.layers.size(); ++n) {
            const double value = chart.values[b][n];
            drawing += element(
                "rect",
                {{"x", at(x)},
                 {"y", at(y(below + value))},
                 {"width", at(thick)},
                 {"height", at(y(below) - y(below + value))},
                 {"class", fmt::format("c{}", n + 1)}},
                element("title", fmt::format("{}, {}: {:.4g}{}", chart.bars[b], chart.layers[n], value, chart.unit)));
            below += value;
        }
    }
    drawing += line_between(left, height - bottom, width - right, height - bottom, "axis");
    drawing += text_at(left + step / 2, height - bottom + 16, "middle", chart.bars.front());
    if (chart.bars.size() > 1)
        drawing += text_at(width - right - step / 2, height - bottom + 16, "middle", chart.bars.back());
    drawing += text_at((left + width - right) / 2, height - 4, "middle", chart.x_axis);
    std::vector<LegendEntry> legend;
    for (std::size_t n = 0; n < chart.layers.size(); ++n)
        legend.push_back({chart.layers[n], fmt::format("c{}", n + 1)});
    return figure_of(
        chart.title,
        fmt::format("{}: {} bars, up to {:.4g}{}", chart.title, chart.values.size(), sums.high, chart.unit), height,
        drawing, legend);
}

Html drawn(const IntervalChart& chart)
{
    if (chart.intervals.empty()) return {};
    Extent extent;
    extent.add(0);
    std::size_t longest = 0;
    std::string words = chart.title;
    for (const auto& interval : chart.intervals) {
        extent.add(interval.low);
        extent.add(interval.high);
        longest = std::max(longest, interval.name.size());
        words += fmt::format("; {}: {:+.4f}, {:+.4f} to {:+.4f}", interval.name, interval.value, interval.low,
                             interval.high);
    }
    const double names = std::min(170.0, 14 + 7.4 * static_cast<double>(longest));
    const auto marks = ticks(extent.low, extent.high, 4);
    const Scale x = scale_of(marks, names, width - 14);
    constexpr double row = 26;
    const double end = row * static_cast<double>(chart.intervals.size()) + 6;
    Html drawing;
    for (const double mark : marks) {
        drawing += line_between(x(mark), 0, x(mark), end, std::abs(mark) < 1e-12 ? "axis" : "grid");
        drawing += text_at(x(mark), end + 15, "middle", short_number(mark));
    }
    double y = row / 2 + 2;
    for (const auto& interval : chart.intervals) {
        drawing += text_at(0, y + 4, "start", interval.name, "word");
        drawing += line_between(x(interval.low), y, x(interval.high), y, "span " + interval.style);
        drawing +=
            element("circle", {{"cx", at(x(interval.value))}, {"cy", at(y)}, {"r", "4"}, {"class", interval.style}},
                    element("title", fmt::format("{}: {:+.4f}, {:+.4f} … {:+.4f}", interval.name, interval.value,
                                                 interval.low, interval.high)));
        y += row;
    }
    return figure_of(chart.title, words, end + 22, drawing, {});
}

}  // namespace alster
