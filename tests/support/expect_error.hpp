#pragma once
#include <gtest/gtest.h>

#include <string>

#include "data/error.hpp"

namespace alster::test {

/// The exit code that `work` fails with, done where it does not fail. A message is one line.
template <class Work>
ExitCode exit_code_of(Work work)
{
    try {
        work();
    } catch (const Error& error) {
        EXPECT_EQ(std::string::npos, std::string(error.what()).find('\n')) << error.what();
        return error.code();
    }
    return ExitCode::done;
}

/// What `work` complains of; empty where it does not fail.
template <class Work>
std::string message_of(Work work)
{
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace alster::test
