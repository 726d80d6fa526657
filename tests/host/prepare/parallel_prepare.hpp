#pragma once
#include <gmock/gmock.h>

#include <array>
#include <random>
#include <regex>
#include <sstream>

#include "data/dataset_file.hpp"
#include "host/prepare/prepare.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/shared_directory.hpp"
#include "tests/support/text_files.hpp"

namespace alster::test {

/// Events of 40 users and 30 items: some pairs come again anywhere in the log, times jump about.
struct Events {
    int lines = 400;
    const char* user = "";  // in front of the number
    const char* separator = ",";

    [[nodiscard]] std::string text() const
    {
        std::mt19937 random(5);
        const auto below = [&](int most) { return static_cast<int>(random() % most); };
        std::string text;
        for (int i = 0; i < lines; ++i) {
            const int user_number = 1000 + below(40), item = below(30), value = below(11), day = 1 + below(97);
            text += fmt::format("{}{}{sep}{}{sep}{}{sep}{}\n", user, user_number, item, value * 0.1 - 0.3, day * 86'400,
                                fmt::arg("sep", separator));
        }
        return text;
    }
};

/// What one rank makes of a log, all ranks make of it.
class ParallelPrepare : public SharedDirectoryTest {
protected:
    /// A file that rank 0 writes.
    std::string file(const std::string& name, const std::string& text, bool gzip = false)
    {
        if (ranks.leads()) gzip ? write_gzip(at(name), text) : write_file(at(name), text);
        ranks.barrier();
        return at(name).string();
    }

    PrepareOptions options(std::vector<std::string> inputs)
    {
        PrepareOptions options;
        options.inputs = std::move(inputs);
        options.layout.columns = ColumnSpec::parse("user=0,item=1,value=2,time=3");
        return options;
    }

    void expect_same_file(PrepareOptions options)
    {
        PrepareReport one;
        options.out = at("one.h5");
        if (ranks.leads()) one = prepare(Communicator::self(), options);
        options.out = at("all.h5");
        const PrepareReport all = prepare(ranks, options);
        if (ranks.leads()) {
            expect_same_datasets(Hdf5File::open(at("one.h5")), Hdf5File::open(at("all.h5")));
            EXPECT_EQ(DatasetReader(at("one.h5")).info().fingerprint, DatasetReader(at("all.h5")).info().fingerprint);
            for (const char* ending : {".quarantine.tsv", ".items.quarantine.tsv"})
                EXPECT_EQ(read_file(at("one.h5").string() + ending), read_file(at("all.h5").string() + ending));
            EXPECT_EQ(one.lines, all.lines);
            EXPECT_EQ(one.duplicates, all.duplicates);
            EXPECT_EQ(one.redelivered, all.redelivered);
            EXPECT_EQ(one.warnings, all.warnings);
            EXPECT_EQ(one.held_dropped, all.held_dropped);
            EXPECT_EQ(one.test_unknown, all.test_unknown);
            EXPECT_EQ(one.items_file.without_events, all.items_file.without_events);
            EXPECT_EQ(one.items_file.described, all.items_file.described);
        }
        ranks.barrier();
    }

    /// A copy of the last result, for all ranks.
    [[nodiscard]] std::string file_of_result(const char* name) const
    {
        if (ranks.leads())
            std::filesystem::copy_file(at("all.h5"), at(name), std::filesystem::copy_options::overwrite_existing);
        ranks.barrier();
        return at(name).string();
    }

    [[nodiscard]] DatasetReader result() const { return DatasetReader(at("all.h5")); }
};

}  // namespace alster::test
