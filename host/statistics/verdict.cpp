#include "host/statistics/verdict.hpp"

namespace alster {

const char* name(Verdict verdict)
{
    switch (verdict) {
        case Verdict::better:
            return "better";
        case Verdict::worse:
            return "worse";
        case Verdict::equivalent:
            return "equivalent";
        default:
            return "cannot tell";
    }
}

Verdict verdict_of(const Interval& difference, double p, double threshold)
{
    if (difference.low >= -threshold && difference.high <= threshold) return Verdict::equivalent;
    if (p >= false_alarm_rate) return Verdict::cannot_tell;
    if (difference.low > 0) return Verdict::better;
    return difference.high < 0 ? Verdict::worse : Verdict::cannot_tell;
}

}  // namespace alster
