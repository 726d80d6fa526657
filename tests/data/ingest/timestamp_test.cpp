#include "data/ingest/timestamp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace alster {
namespace {

/// Milliseconds, −1 where there is no time.
Milliseconds read(std::string_view text)
{
    const auto time = parse_time(text);
    return time ? time->time : -1;
}

TEST(TimestampTest, TellsUnitsOfNumbersByTheirSize)
{
    EXPECT_EQ(978300760'000, read("978300760"));
    EXPECT_EQ(978300760'125, read("978300760.125"));
    EXPECT_EQ(978300760'125, read("978300760125"));
    EXPECT_EQ(978300760'125, read("978300760125.4"));
    EXPECT_EQ(1573808122'123, read("1573808122123456"));
    EXPECT_EQ(1573808122'123, read("1573808122123456.5"));
    EXPECT_EQ(1573808122'123, read("1573808122123456789"));
    EXPECT_EQ(1573808122'000, read("1573808122.0"));
    EXPECT_EQ(1573808122'000, read("1.573808122e9"));
    EXPECT_EQ(0, read("0"));
    EXPECT_EQ(TimeUnit::unknown, parse_time("0")->unit);
    EXPECT_EQ(TimeUnit::seconds, parse_time("978300760")->unit);
    EXPECT_EQ(TimeUnit::milliseconds, parse_time("978300760125")->unit);
    EXPECT_EQ(TimeUnit::microseconds, parse_time("1573808122123456")->unit);
    EXPECT_EQ(TimeUnit::nanoseconds, parse_time("1573808122123456789")->unit);
}

TEST(TimestampTest, TicksAreNoNanoseconds)
{
    // 2023-11-14T22:13:20Z in 100 ns since the years 1 and 1601
    for (const char* text : {"638355968000000000", "6.38355968e17", "133444736000000000", "133444736000000000.0"}) {
        EXPECT_EQ(-1, read(text)) << text;
        EXPECT_TRUE(is_ticks(text)) << text;
    }
    for (const char* text : {"1700000000", "1573808122123456789", "621355967999999000", "664305640950001000", "soon"})
        EXPECT_FALSE(is_ticks(text)) << text;
    EXPECT_EQ(638355968'000, parse_time("638355968000000000", TimeUnit::nanoseconds)->time);
}

TEST(TimestampTest, ReadsDigitsOfADateAsThatDateOrNotAtAll)
{
    constexpr Milliseconds day = 1614902400'000;  // 2021-03-05
    for (const char* text : {"20210305", "20210305.0", "2.0210305E7", "202103050000", "20210305000000",
                             "20210305000000000", "2021-03-05", "2021/03/05"})
        EXPECT_EQ(day, read(text)) << text;
    EXPECT_EQ(day + 30'922'250, read("20210305083522250"));
    EXPECT_EQ(TimeUnit::digits_of_date, parse_time("20210305")->unit);
    for (const char* text : {"20210231", "20211301", "20210305240000", "20210305006000", "19690101", "20999999"})
        EXPECT_EQ(-1, read(text)) << text;
}

TEST(TimestampTest, DoesNotGuessAUnitThatIsGiven)
{
    EXPECT_EQ(20210305'000, parse_time("20210305", TimeUnit::seconds)->time);
    EXPECT_EQ(20210305, parse_time("20210305", TimeUnit::milliseconds)->time);
    EXPECT_EQ(1573808122'123, parse_time("1573808122123456", TimeUnit::microseconds)->time);
    EXPECT_EQ(1'500, parse_time("1.5", TimeUnit::seconds)->time);
    EXPECT_EQ(std::nullopt, parse_time("1573808122123", TimeUnit::seconds));
    EXPECT_EQ(std::nullopt, parse_time("2021-03-05", TimeUnit::seconds));
    EXPECT_EQ(std::nullopt, parse_time("-1", TimeUnit::nanoseconds));
}

TEST(TimestampTest, ReadsIso8601)
{
    EXPECT_EQ(1769860800'000, read("2026-01-31T12:00:00Z"));
    EXPECT_EQ(1769860800'250, read("2026-01-31 12:00:00.250"));
    EXPECT_EQ(1769860800'250, read("2026-01-31 12:00:00,250"));
    EXPECT_EQ(1769860800'250, read("2026-01-31 12:00:00.250999999Z"));
    EXPECT_EQ(1769817600'000, read("2026-01-31"));
    for (const char* text :
         {"2026-01-31T14:00+02:00", "2026-01-31T07:00:00-0500", "2026-01-31T14:00:00+02", "20260131T120000Z",
          "20260131T1200", "20260131T140000+0200", "2026-01-31t12:00:00z", "2026-01-31 12:00:00 UTC",
          "2026-01-31 14:00:00 +02:00", "2026-01-31 12:00:00 GMT", "2026/01/31 12:00:00", "20260131 12:00"})
        EXPECT_EQ(1769860800'000, read(text)) << text;
}

TEST(TimestampTest, RefusesWhatIsNoTime)
{
    for (const char* text : {"",
                             "-1",
                             "nan",
                             "inf",
                             "1e300",
                             "yesterday",
                             "12x",
                             "2026-02-30",
                             "2026-01-31T25:00:00Z",
                             "2026-01-31T12:00:00X",
                             "9999-01-01",
                             "1969-12-31",
                             "2026-01-31T12:00:00Zz",
                             "99999999999",
                             "2026-01/31",
                             "2026-01-31T12:00:00.",
                             "2026-01-31T12:00:00+99",
                             "2026-01-31T12:00:00 ",
                             "2026-01-31T12",
                             "3/5/2022",
                             "90000000000000000",
                             "9999999999999999",
                             "18446744073709551616"})
        EXPECT_EQ(-1, read(text)) << text;
}

/// Seconds times 1000 must not overflow: 2^64 / 1000 seconds before 1970 would come back as a time in range.
TEST(TimestampTest, RefusesTimesLongBefore1970)
{
    for (const char* text : {"-9223372036854775808", "-18446744073709551", "-18446744073709", "-1e18"})
        EXPECT_EQ(-1, read(text)) << text;
}

}  // namespace
}  // namespace alster
