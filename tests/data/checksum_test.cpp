#include "data/checksum.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace alster {
namespace {

Checksum of(std::string_view text)
{
    Checksum sum;
    sum.update(std::as_bytes(std::span(text)));
    return sum;
}

TEST(Checksum, IsTheCrc32OfZlib) { EXPECT_EQ(0xCBF43926U, of("123456789").crc); }

TEST(Checksum, OfPartsJoinsToThatOfTheWhole)
{
    EXPECT_EQ(of("123456789"), of("1234").followed_by(of("56789")));
    EXPECT_EQ(of("123456789"), of("").followed_by(of("123456789")).followed_by(of("")));
}

TEST(Checksum, IsUnchangedByNothing)
{
    auto sum = of("123456789");
    sum.update({});
    EXPECT_EQ(of("123456789"), sum);
}

}  // namespace
}  // namespace alster
