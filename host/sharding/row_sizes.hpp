#pragma once
#include <map>
#include <vector>

#include "kernels/row_cost.hpp"

namespace alster {

/// The rows of a catalogue by their number of interactions, and the part of a sweep's cost that these have.
class RowSizes {
public:
    explicit RowSizes(const RowCost& cost) : cost_(cost) {}

    void add(Offset entries, double rows) { costs_[entries] += rows * cost_(entries); }

    /// Numbers of interactions of eight rows, ascending, each of which stands for an eighth of the cost: rows in the
    /// middle of those eighths.
    [[nodiscard]] std::vector<Offset> typical() const
    {
        constexpr int parts = 8;
        double all = 0;
        for (const auto& [entries, cost] : costs_) all += cost;
        std::vector<Offset> typical;
        double passed = 0;
        for (const auto& [entries, cost] : costs_) {
            passed += cost;
            while (typical.size() < parts && passed > all * (0.5 + static_cast<double>(typical.size())) / parts)
                typical.push_back(entries);
        }
        return typical;
    }

private:
    RowCost cost_;
    std::map<Offset, double> costs_;
};

}  // namespace alster
