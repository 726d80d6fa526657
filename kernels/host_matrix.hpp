#pragma once
#include <span>

#include "data/interactions.hpp"
#include "kernels/large_pages.hpp"

namespace alster {

/// What a computation on the CPU reads: (rows, width) row-major, owned by somebody else.
struct FactorTable {
    std::span<const float> values;
    Row rows = 0;
    Row width = 0;

    [[nodiscard]] const float* row(Row r) const { return values.data() + r * width; }
};

/// (rows, width) row-major floats in host memory, 0 at first: the Matrix of the backends that run on the CPU.
struct HostMatrix {
    Row rows = 0;
    Row width = 0;
    TableVector<float> values;

    HostMatrix() = default;
    HostMatrix(Row r, Row w) : rows(r), width(w), values(static_cast<std::size_t>(r) * w, 0.0F) {}

    [[nodiscard]] float* row(Row r) { return values.data() + r * width; }
    [[nodiscard]] const float* row(Row r) const { return values.data() + r * width; }
    [[nodiscard]] FactorTable table() const { return {values, rows, width}; }
};

}  // namespace alster
