#pragma once
#include <cstdint>

namespace alster {

/// A mean, and how far it would be another one on other users.
struct Measurement {
    double value = 0;
    double low = 0;  // 95 % interval over users
    double high = 0;
    std::int64_t count = 0;  // of what it is a mean over: users, or ratings
};

}  // namespace alster
