#pragma once
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "data/hdf5_file.hpp"
#include "distributed/communicator.hpp"
#include "tests/support/real_data.hpp"

namespace alster::test {

/// Tests of several ranks with one temporary directory that all of them know; it goes when all are done.
class SharedDirectoryTest : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name;
        if (ranks.leads()) {
            directory_.emplace();
            name = directory_->path().string();
        }
        ranks.broadcast(name);
        path_ = name;
    }
    void TearDown() override { ranks.barrier(); }

    [[nodiscard]] std::filesystem::path at(const std::string& name) const { return path_ / name; }

    Communicator ranks;

private:
    std::optional<TemporaryDirectory> directory_;
    std::filesystem::path path_;
};

inline void expect_same_datasets(const Hdf5File& expected, const Hdf5File& found)
{
    EXPECT_EQ(expected.datasets(), found.datasets());
    for (const auto& name : expected.datasets()) {
        EXPECT_EQ(expected.shape(name).rows, found.shape(name).rows) << name;
        EXPECT_EQ(expected.shape(name).width, found.shape(name).width) << name;
        EXPECT_EQ(expected.shape(name).element, found.shape(name).element) << name;
        EXPECT_EQ(expected.integer_attribute(name, "crc32"), found.integer_attribute(name, "crc32")) << name;
    }
    // of names, shapes and all attributes
    EXPECT_EQ(expected.integer_attribute("/", "attributes_crc32"), found.integer_attribute("/", "attributes_crc32"));
}

}  // namespace alster::test
