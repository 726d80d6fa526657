#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "data/model_file.hpp"
#include "host/prepare/prepare.hpp"
#include "host/solve/initializer.hpp"
#include "host/train/job.hpp"
#include "tests/support/shared_directory.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

/// From a log to a model, by all ranks.
class LineOrder : public test::SharedDirectoryTest {
protected:
    static std::vector<std::string> log(unsigned seed, int lines = 900)
    {
        std::mt19937 random(seed);
        std::vector<std::string> text;
        for (int i = 0; i < lines; ++i)
            text.push_back(fmt::format("u{},{},{},{}\n", random() % 130, random() % 90, random() % 5, random() % 3));
        return text;
    }

    std::string prepared(const std::vector<std::string>& lines, const std::string& name, const std::string& extend = "")
    {
        std::string text;
        for (const auto& line : lines) text += line;
        if (ranks.leads()) test::write_file(at(name + ".csv"), text);
        ranks.barrier();
        PrepareOptions options;
        options.inputs = {at(name + ".csv").string()};
        options.extend = extend;
        options.out = at(name + ".h5");
        prepare(ranks, options);
        return options.out.string();
    }

    /// The factors of a finished run, by the ids of their rows.
    std::map<std::string, std::vector<float>> trained(const Communicator& by, const std::string& data, Side side,
                                                      const char* name)
    {
        TrainOptions options;
        options.data = data;
        options.out = at(name);
        options.objective.factors = 7;
        options.sweeps = 3;
        options.overwrite = true;
        static_cast<void>(run_training(by, options, ""));
        const ModelReader model(at(name) / "model.h5");
        std::map<std::string, std::vector<float>> factors;
        for (Row r = 0; r < model.rows(side); ++r)
            factors[model.ids(side, {r, r + 1}).text(0)] = model.factors(side, {r, r + 1});
        return factors;
    }
};

TEST_F(LineOrder, TheSameLogInAnotherOrderGivesTheSameModelOnAnyNumberOfRanks)
{
    auto lines = log(1);
    const std::string data = prepared(lines, "a");
    std::mt19937 random(2);
    std::ranges::shuffle(lines, random);
    const std::string shuffled = prepared(lines, "b");
    for (const Side side : {Side::users, Side::items}) {
        const auto factors = trained(ranks, data, side, "run_a");
        EXPECT_EQ(factors, trained(ranks, shuffled, side, "run_b"));
        if (ranks.leads()) {
            EXPECT_EQ(factors, trained(Communicator::self(), shuffled, side, "run_alone"));
        }
        ranks.barrier();
    }
}

TEST_F(LineOrder, AnItemStartsAlikeInAnExtendedDataset)
{
    const auto lines = log(3);
    const std::string old = prepared({"u77,88,1,1\n", "u5,3,1,1\n"}, "old");
    const DatasetReader plain(prepared(lines, "plain")), extended(prepared(lines, "extended", old));
    const auto start = [](const DatasetReader& data) {
        const IdColumn ids = data.ids(Side::items, {0, data.info().items});
        std::vector<float> values(ids.rows() * 3);
        initialize_rows(values, start_keys(data, Side::items, {0, ids.rows()}), 0.1, 1);
        std::map<std::string, std::vector<float>> of;
        for (Row r = 0; r < ids.rows(); ++r) of[ids.text(r)] = {values.begin() + 3 * r, values.begin() + 3 * r + 3};
        return of;
    };
    EXPECT_EQ("3", extended.ids(Side::items, {0, 1}).text(0));
    EXPECT_EQ("0", plain.ids(Side::items, {0, 1}).text(0));
    EXPECT_EQ(start(plain), start(extended));
}

}  // namespace
}  // namespace alster
