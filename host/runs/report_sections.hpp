#pragma once
#include "host/report/html.hpp"
#include "host/runs/run_report.hpp"

namespace alster {

/// Objective, metric and time by sweep, and how the ranks worked together.
[[nodiscard]] Html training_section(const RunHistory& history);

/// Who was measured, the metrics beside the baselines, how lists use the catalogue; empty where nothing was measured.
[[nodiscard]] Html measured_section(const RunReport& report);

/// The difference to popularity by slice; empty where nothing was compared.
[[nodiscard]] Html slices_section(const RunReport& report);

/// What some users took and what they are shown; empty where there are none.
[[nodiscard]] Html users_section(const RunReport& report);

/// A verdict as a small label of its colour.
[[nodiscard]] Html pill(Verdict verdict);

/// "0.1464 … 0.1524"
[[nodiscard]] Html range_of(double low, double high, int decimals = 4);

/// "ndcg@10" as people write it: "NDCG@10".
[[nodiscard]] std::string shown_metric(const std::string& metric);

}  // namespace alster
