#pragma once
#include <gtest/gtest.h>

#include <filesystem>

namespace alster::test {

/// The folder of real data sets that ALSTER_TEST_DATA names, or empty.
std::filesystem::path real_data();

/// A fresh directory under the system's temporary one, removed with its contents at the end.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

}  // namespace alster::test

/// Reports the test as skipped where the real data are not there.
#define ALSTER_NEEDS_REAL_DATA() \
    if (alster::test::real_data().empty()) GTEST_SKIP() << "ALSTER_TEST_DATA is not set"
