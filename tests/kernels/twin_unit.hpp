#pragma once
#include <cstdint>
#include <cstring>

namespace alster::test {

/// What AmxUnit does, in plain C++ (the pseudo-code of TDPBF16PS in Intel's manual): so that what is built upon the
/// unit is tested on CPUs without one, and its indices by sanitizers.
class TwinUnit {
public:
    template <int t>
    void load(const void* tile)
    {
        std::memcpy(registers_[t], tile, sizeof registers_[t]);
    }
    template <int t>
    void store(void* tile)
    {
        std::memcpy(tile, registers_[t], sizeof registers_[t]);
    }

    template <int sum, int left, int right>
    void multiply()
    {
        for (int m = 0; m < 16; ++m)
            for (int n = 0; n < 16; ++n) {
                float first = 0;
                float second = 0;
                for (int k = 0; k < 16; ++k) {
                    first += lower(registers_[left][m][k]) * lower(registers_[right][k][n]);
                    second += upper(registers_[left][m][k]) * upper(registers_[right][k][n]);
                }
                const float value = as_float(registers_[sum][m][n]) + (first + second);
                std::memcpy(&registers_[sum][m][n], &value, sizeof value);
            }
    }

private:
    std::uint32_t registers_[8][16][16] = {};

    static float as_float(std::uint32_t bits)
    {
        float value = 0;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }
    static float lower(std::uint32_t word) { return as_float(word << 16); }
    static float upper(std::uint32_t word) { return as_float(word & 0xffff0000U); }
};

}  // namespace alster::test
