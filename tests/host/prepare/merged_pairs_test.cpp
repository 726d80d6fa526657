#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "data/dataset_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using test::write_file;
using testing::ElementsAre;
using testing::IsEmpty;

/// What pairs that occur several times teach, compared with a log in which they occur once.
class MergedPairs : public testing::Test {
protected:
    /// Prepares a log of this text and returns the path of the dataset.
    std::string prepare(const std::string& name, const std::string& text, const std::string& arguments)
    {
        const std::string out = (directory_ / (name + ".h5")).string();
        const auto finished = test::run_alster(fmt::format(
            "prepare --input {} {} --out {}", write_file(directory_ / (name + ".csv"), text), arguments, out));
        EXPECT_EQ(0, finished.code) << finished.err;
        return out;
    }

    /// The objective after training, to the last bit.
    double objective(const std::string& data, const std::string& arguments)
    {
        const auto finished =
            test::run_alster(fmt::format("train --json --factors 2 --sweeps 4 --data {0} {1} --out "
                                         "{0}.run --overwrite",
                                         data, arguments));
        EXPECT_EQ(0, finished.code) << finished.err;
        return nlohmann::json::parse(finished.out)["objective"];
    }

    static Interactions by_user(const std::string& path)
    {
        const DatasetReader data(path);
        return data.interactions(Part::train, Side::users, {0, data.rows(Side::users)});
    }

    /// The training parts are equal, row lengths, columns, values, confidences and preferences.
    static void expect_same(const std::string& expected, const std::string& actual)
    {
        EXPECT_EQ(DatasetReader(expected).info().fingerprint, DatasetReader(actual).info().fingerprint) << actual;
    }

    test::TemporaryDirectory directory_;
};

TEST_F(MergedPairs, LearnFromTheirValueWhateverTheNumberOfLines)
{
    const std::string once = "a,x,100\na,y,7\nb,x,3\nb,z,1\nc,z,20\nc,y,2\n";
    const std::string again = "a,x,60\na,x,40\na,y,7\nb,x,3\nb,z,1\nc,z,4\nc,z,9\nc,z,7\nc,y,2\n";
    const std::string largest = "a,x,60\na,x,100\na,y,7\nb,x,3\nb,z,1\nc,z,4\nc,z,20\nc,z,7\nc,y,2\n";
    const std::string latest =
        "a,x,60,1000000001\na,x,100,1000000002\na,y,7,1000000001\nb,x,3,1000000001\nb,z,1,1000000001\n"
        "c,z,4,1000000001\nc,z,20,1000000003\nc,z,99,1000000002\nc,y,2,1000000001\n";
    const auto expected = prepare("once", once, "");
    for (const auto& [how, text] : {std::pair{"sum", again}, {"max", largest}, {"last", latest}}) {
        const auto actual = prepare(how, text, fmt::format("--duplicates {}", how));
        EXPECT_FALSE(DatasetReader(actual).info().weighted) << how;
        EXPECT_THAT(by_user(actual).confidences, IsEmpty()) << how;
        EXPECT_THAT(by_user(actual).values, ElementsAre(100, 7, 3, 1, 2, 20)) << how;
        expect_same(expected, actual);
    }
    EXPECT_EQ(objective(expected, "--alpha 1"), objective((directory_ / "sum.h5").string(), "--alpha 1"));
}

TEST_F(MergedPairs, WithoutValuesCountAsOneEachUnlessSummed)
{
    const std::string once = "a,x\na,y\nb,x\nb,z\nc,z\n";
    const std::string again = "a,x\na,x\na,x\na,y\nb,x\nb,z\nc,z\nc,z\n";
    const auto expected = prepare("once", once, "");
    for (const char* how : {"max", "last"})
        expect_same(expected, prepare(how, again, fmt::format("--duplicates {}", how)));

    const auto counted = prepare("counted", "a,x,3\na,y,1\nb,x,1\nb,z,1\nc,z,2\n", "");
    const auto summed = prepare("sum", again, "--duplicates sum");
    EXPECT_THAT(by_user(summed).values, ElementsAre(3, 1, 1, 1, 2));
    expect_same(counted, summed);
}

TEST_F(MergedPairs, SumTheConfidencesThatTheLogGives)
{
    const std::string columns = "--columns user=0,item=1,value=2,confidence=3 --duplicates ";
    const std::string log = "a,x,5,2\na,x,6,1\na,y,7,1\nb,x,3,1\nb,y,1,4\n";
    const auto given = [&](const char* how) { return by_user(prepare(how, log, columns + how)); };
    EXPECT_THAT(given("sum").confidences, ElementsAre(3, 1, 1, 4));
    EXPECT_THAT(given("max").confidences, ElementsAre(2, 1, 1, 4));
    EXPECT_THAT(given("last").confidences, ElementsAre(1, 1, 1, 4));

    // r is the confidence then, not the value
    const auto expected = prepare("once", "a,x,9,3\na,y,9,1\nb,x,9,1\nb,y,9,4\n", columns + "last");
    EXPECT_EQ(objective(expected, "--alpha 40"), objective((directory_ / "sum.h5").string(), "--alpha 40"));
}

TEST_F(MergedPairs, OfAConfidenceThatIsAlwaysOneAreWeighted)
{
    const auto path =
        prepare("ones", "a,x,1\na,x,1\na,y,1\nb,x,1\n", "--columns user=0,item=1,confidence=2 --duplicates sum");
    EXPECT_TRUE(DatasetReader(path).info().weighted);
    EXPECT_THAT(by_user(path).confidences, ElementsAre(2, 1, 1));
}

TEST_F(MergedPairs, OfJsonLinesAreWeightedWhereOneSaysSo)
{
    const std::string plain = R"({"user":"a","item":"x","value":2})"
                              "\n";
    const auto unweighted = prepare("plain", plain + plain, "--format jsonl --duplicates sum");
    EXPECT_FALSE(DatasetReader(unweighted).info().weighted);
    EXPECT_THAT(by_user(unweighted).values, ElementsAre(4));

    const auto weighted = prepare("given", plain + R"({"user":"a","item":"x","value":2,"confidence":5})" + "\n",
                                  "--format jsonl --duplicates sum");
    EXPECT_THAT(by_user(weighted).confidences, ElementsAre(6));
}

}  // namespace
}  // namespace alster
