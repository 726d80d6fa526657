#include "kernels/spectrum.hpp"

#include <algorithm>
#include <cmath>

namespace alster {

void make_canonical(Spectrum& spectrum)
{
    const std::size_t w = spectrum.values.size();
    std::reverse(spectrum.values.begin(), spectrum.values.end());
    for (double& value : spectrum.values)
        value = std::max(value, 0.0);  // a Gramian has no negative ones but by rounding
    for (std::size_t a = 0; a < w; ++a)
        std::reverse(spectrum.vectors.begin() + a * w, spectrum.vectors.begin() + (a + 1) * w);
    for (std::size_t k = 0; k < w; ++k) {
        double largest = 0;
        for (std::size_t a = 0; a < w; ++a)
            if (std::abs(spectrum.vectors[a * w + k]) > std::abs(largest)) largest = spectrum.vectors[a * w + k];
        if (largest >= 0) continue;
        for (std::size_t a = 0; a < w; ++a) spectrum.vectors[a * w + k] *= -1;
    }
}

}  // namespace alster
