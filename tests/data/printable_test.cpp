#include "data/printable.hpp"

#include <gtest/gtest.h>

namespace alster {
namespace {

TEST(Printable, LeavesWhatATerminalShows)
{
    for (const char* text : {"", "plain\ttext", "Amélie", "zoë × 3 … “quoted”", "日本語", "שלום", "🎬", "a b"})
        EXPECT_EQ(text, printable(text));
}

TEST(Printable, ShowsWhatATerminalWouldObey)
{
    EXPECT_EQ("\\x1b]0;owned\\x07\\x1b[2Jtitle\\x0a99", printable("\x1b]0;owned\x07\x1b[2Jtitle\n99"));
    EXPECT_EQ("a\\x08\\x0d\\x7f", printable("a\b\r\x7f"));
    EXPECT_EQ("\\u009b31m\\u0085", printable("\xc2\x9b"
                                             "31m\xc2\x85"));
    EXPECT_EQ("\\u202egpj.exe\\u202c\\u2066x\\u2069", printable("\u202egpj.exe\u202c\u2066x\u2069"));
    EXPECT_EQ("\\u200e\\u200f\\u061c\\u2028\\u2029\\ufeff", printable("\u200e\u200f\u061c\u2028\u2029\ufeff"));
    EXPECT_EQ("\\ue0041", printable("\U000e0041"));
}

TEST(Printable, ShowsBytesThatAreNoUtf8)
{
    EXPECT_EQ("\\x9b31m", printable("\x9b"
                                    "31m"));
    EXPECT_EQ("\\xff\\xfe bad", printable("\xff\xfe bad"));
    EXPECT_EQ("\\xc0\\x9b", printable("\xc0\x9b"));                    // overlong ESC
    EXPECT_EQ("\\xe0\\x80\\x9b", printable("\xe0\x80\x9b"));           // overlong
    EXPECT_EQ("\\xed\\xa0\\x80", printable("\xed\xa0\x80"));           // surrogate
    EXPECT_EQ("\\xf4\\x90\\x80\\x80", printable("\xf4\x90\x80\x80"));  // above U+10FFFF
    EXPECT_EQ("é\\xc3", printable("é\xc3"));                           // cut off
}

}  // namespace
}  // namespace alster
