#pragma once
#include <string>
#include <vector>

#include "host/report/html.hpp"

namespace alster {

/// One line of a chart. Points whose y is not finite are left out.
struct ChartLine {
    std::string name;
    std::string style;  // "c1" … "c5": its colour
    bool dashed = false;
    std::vector<double> x = {};
    std::vector<double> y = {};
    std::vector<double> low = {};  // (x) a band around it, or empty
    std::vector<double> high = {};
};

/// Lines over a common axis.
struct LineChart {
    std::string title = {};
    std::string x_axis = {};
    std::vector<ChartLine> lines = {};
};

/// Bars of several layers on top of each other, from 0.
struct BarChart {
    std::string title = {};
    std::string x_axis = {};
    std::string unit = {};                         // of a layer: " s"
    std::vector<std::string> layers = {};          // from below
    std::vector<std::string> bars = {};            // what each stands for: "sweep 3"
    std::vector<std::vector<double>> values = {};  // (bars, layers)
};

/// A value with an interval around it.
struct ChartInterval {
    std::string name;
    double value = 0;
    double low = 0;
    double high = 0;
    std::string style = "c1";
};

/// Values below each other, on an axis that has 0.
struct IntervalChart {
    std::string title = {};
    std::vector<ChartInterval> intervals = {};
};

/// Each becomes a <figure> with an inline SVG, which says what it shows to who cannot see it; each mark names its value
/// where it is pointed at.
[[nodiscard]] Html drawn(const LineChart& chart);
[[nodiscard]] Html drawn(const BarChart& chart);
[[nodiscard]] Html drawn(const IntervalChart& chart);

/// Round numbers that cover [low, high], about `most` of them, in ascending order; at least two. `low` ≤ `high`, finite.
[[nodiscard]] std::vector<double> ticks(double low, double high, int most);

/// 1250000 as "1.25M", 0.0005 as "0.0005".
[[nodiscard]] std::string short_number(double value);

}  // namespace alster
