#include "data/ingest/time_format.hpp"

#include <gmock/gmock.h>

#include "data/error.hpp"
#include "data/ingest/time_statistics.hpp"
#include "tests/support/expect_error.hpp"

namespace alster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Milliseconds, −1 where there is no time.
Milliseconds read(const std::string& format, std::string_view text)
{
    const auto time = TimeFormat::parse(format).read(text);
    return time ? time->time : -1;
}

TEST(TimeFormatTest, ReadsWhatPatternsSayInUtcUnlessAZoneIsGiven)
{
    EXPECT_EQ(1646470522'000, read("%m/%d/%Y %I:%M:%S %p", "3/5/2022 8:55:22 AM"));
    EXPECT_EQ(1646513722'000, read("%m/%d/%Y %I:%M:%S %p", "3/5/2022 8:55:22 pm"));
    EXPECT_EQ(1646513702'000, read("%a %b %d %H:%M:%S %z %Y", "Sat Mar 05 13:55:02 -0700 2022"));
    EXPECT_EQ(1183902831'000, read("%a %b %d %H:%M:%S %z %Y", "Sun Jul 08 06:53:51 -0700 2007"));
    EXPECT_EQ(1652770860'000, read("%d-%m-%Y %H:%M", "17-05-2022 07:01"));
    EXPECT_EQ(1646438400'000, read("%m %d, %Y", "03 05, 2022"));
    EXPECT_EQ(1646438400'000, read("%d.%m.%y", "05.03.22"));
    EXPECT_EQ(1646470522'000, read("%a, %d %b %Y %H:%M:%S %Z", "Sat, 05 Mar 2022 08:55:22 GMT"));
}

TEST(TimeFormatTest, ReadsFractionsAlsoInFrontOfOtherParts)
{
    EXPECT_EQ(1646470522'123, read("%Y/%m/%d %H:%M:%S.%f", "2022/03/05 08:55:22.123456"));
    EXPECT_EQ(1646513722'500, read("%m/%d/%Y %I:%M:%S.%f %p", "3/5/2022 8:55:22.5 PM"));
    EXPECT_EQ(1646470522'070, read("%Y-%m-%d %H:%M:%S,%f %z", "2022-03-05 09:55:22,07 +0100"));
    EXPECT_EQ(-1, read("%H:%M:%S.%f %Y-%m-%d", "08:55:22. 2022-03-05"));
}

TEST(TimeFormatTest, RefusesTextsThatAreOtherThanThePattern)
{
    for (const char* text : {"2022-02-30", "2022-13-01", "2022-03-05x", "x2022-03-05", "2022-03", "", "1646470522",
                             "1969-12-31", "2107-01-01"})
        EXPECT_EQ(-1, read("%Y-%m-%d", text)) << text;
    EXPECT_EQ(-1, read("%Y-%m-%d %H:%M %Z", "2022-03-05 08:55 PST"));
    EXPECT_EQ(1646438400'000, read("%Y-%m-%d", "2022-03-05"));
}

TEST(TimeFormatTest, TakesUnits)
{
    EXPECT_EQ(20210305'000, read("s", "20210305"));
    EXPECT_EQ(1646470522'123, read("ms", "1646470522123"));
    EXPECT_EQ(1646470522'123, read("us", "1646470522123456"));
    EXPECT_EQ(1646470522'123, read("ns", "1646470522123456789"));
    EXPECT_EQ(-1, read("s", "1646470522123"));
}

TEST(TimeFormatTest, RefusesFormatsThatCannotBe)
{
    for (const char* text : {"seconds", "%H:%M", "%Y-%s", "%c", "%Y %Q", "%Y%", "%%Y"})
        EXPECT_THAT(test::message_of([&] { static_cast<void>(TimeFormat::parse(text)); }), HasSubstr("--time-format"))
            << text;
}

TimeStatistics statistics(std::initializer_list<const char*> times)
{
    TimeStatistics result;
    for (const char* text : times) result.add(parse_time(text).value());
    return result;
}

constexpr Milliseconds now = 1700000000'000;

TEST(TimeStatisticsTest, SayNothingOfAUsualLog)
{
    EXPECT_THAT(time_warnings(statistics({"1600000000", "1600000001"}), now, true), ElementsAre());
    EXPECT_THAT(time_warnings(statistics({"0", "0"}), now, false), ElementsAre());
    EXPECT_THAT(time_warnings(statistics({"1700040000", "1600000001"}), now, true), ElementsAre());
}

TEST(TimeStatisticsTest, WarnOfWhatIsHardlyMeant)
{
    EXPECT_THAT(time_warnings(statistics({"1000000", "1000001"}), now, true),
                ElementsAre(HasSubstr("the newest event is of 1970-01-12, before 1990")));
    EXPECT_THAT(time_warnings(statistics({"1600000000", "2019111508"}), now, true),
                ElementsAre(HasSubstr("2033-12-25, in the future")));
    EXPECT_THAT(time_warnings(statistics({"1600000000", "1600000000"}), now, true),
                ElementsAre(HasSubstr("all 2 known times are equal (2020-09-13)")));
    EXPECT_THAT(time_warnings(statistics({"1600000000", "1600000001", "0"}), now, true),
                ElementsAre(HasSubstr("1 of 3 events have no time")));
    EXPECT_THAT(time_warnings(statistics({"0", "0"}), now, true), ElementsAre(HasSubstr("no event has a time")));
    EXPECT_THAT(time_warnings(statistics({"1600000000", "1600000001000", "2020-09-14"}), now, true),
                ElementsAre(HasSubstr("1 seconds, 1 milliseconds, 1 text")));
}

TEST(TimeStatisticsTest, RefuseNumbersOfSeveralUnitsOfWhichSomeAreOld)
{
    EXPECT_NO_THROW(check_times(statistics({"1600000000", "1600000001000"})));
    EXPECT_NO_THROW(check_times(statistics({"1000000", "1000001", "0"})));
    EXPECT_THAT(test::message_of([] {
                    check_times(statistics({"1000000", "20210305"}));
                }),
                HasSubstr("several units (1 seconds, 1 yyyymmdd), the earliest is of 1970-01-12"));
    EXPECT_THROW(check_times(statistics({"4000000000", "100000000001"})), Error);
}

}  // namespace
}  // namespace alster
