#include "data/ingest/timestamp.hpp"

#include <gtest/gtest.h>

namespace alster {
namespace {

TEST(Timestamp, TellsSecondsFromMilliseconds)
{
    EXPECT_EQ(978300760'000, parse_time("978300760"));
    EXPECT_EQ(978300760'125, parse_time("978300760.125"));
    EXPECT_EQ(978300760'125, parse_time("978300760125"));
    EXPECT_EQ(0, parse_time("0"));
}

TEST(Timestamp, ReadsIso8601)
{
    EXPECT_EQ(1769860800'000, parse_time("2026-01-31T12:00:00Z"));
    EXPECT_EQ(1769860800'250, parse_time("2026-01-31 12:00:00.250"));
    EXPECT_EQ(1769860800'000, parse_time("2026-01-31T14:00+02:00"));
    EXPECT_EQ(1769860800'000, parse_time("2026-01-31T07:00:00-0500"));
    EXPECT_EQ(1769817600'000, parse_time("2026-01-31"));
}

TEST(Timestamp, RefusesWhatIsNoTime)
{
    for (const char* text :
         {"", "-1", "nan", "inf", "1e300", "yesterday", "12x", "2026-02-30", "2026-01-31T25:00:00Z",
          "2026-01-31T12:00:00X", "9999-01-01", "1969-12-31", "2026-01-31T12:00:00Zz", "99999999999"})
        EXPECT_EQ(std::nullopt, parse_time(text)) << text;
}

/// Seconds times 1000 must not overflow: 2^64 / 1000 seconds before 1970 would come back as a time in range.
TEST(Timestamp, RefusesTimesLongBefore1970)
{
    for (const char* text : {"-9223372036854775808", "-18446744073709551", "-18446744073709", "-1e18"})
        EXPECT_EQ(std::nullopt, parse_time(text)) << text;
}

}  // namespace
}  // namespace alster
