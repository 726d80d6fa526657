#include <array>
#include <cmath>
#include <limits>

#include "data/ingest/event_rules.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/property.hpp"

// Event rules. Whatever is accepted gives every value and age a weight that is a number.

namespace alster::fuzz {
namespace {

void check(const EventRule& rule)
{
    constexpr double largest = std::numeric_limits<float>::max();
    for (const double value : {-largest, -1.0, -0.0, 1e-40, 0.5, 1.0, 5.0, 1e9, largest}) {
        const Weight weight = rule.weight(value);
        require(std::isfinite(weight.confidence) && weight.confidence >= 0, "confidences are finite and not negative");
        require(weight.preference >= 0 && weight.preference <= 1, "preferences lie between 0 and 1");
    }
    for (const Milliseconds age : {Milliseconds{0}, Milliseconds{1}, Milliseconds{1000} << 32}) {
        const double decay = rule.decay(age);
        require(decay >= 0 && decay <= 1, "the factor of an age lies between 0 and 1");
    }
}

}  // namespace
}  // namespace alster::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace alster;
    const fuzz::MemoryFile file({data, size});
    fuzz::succeeds({ExitCode::bad_config}, [&] {
        const EventRules rules = EventRules::load(file.path());
        for (const char* type : {"", "play", "thumb", "a"})
            if (const auto rule = rules.find(type)) fuzz::check(rules[*rule]);
        fuzz::check(rules[0]);
    });
    return 0;
}
