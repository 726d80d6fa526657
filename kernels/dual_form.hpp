#pragma once

namespace alster {

/// The dual form of a row costs n²w + n³/3 against nw² + w³/3, and reads or transposes its rows once more. Measured on
/// CPUs it wins up to n = 7/8 w; the GPU's body takes the same border. So n interactions and w factors are solved in the
/// dual form where n · dual_form_weight ≤ w · primal_form_weight. Constants, because what is compiled for each
/// instruction set may share no function.
inline constexpr int dual_form_weight = 8;
inline constexpr int primal_form_weight = 7;

}  // namespace alster
