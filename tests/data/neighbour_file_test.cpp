#include "data/neighbour_file.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"

namespace alster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Content {
    std::vector<Offset> offsets = {0, 2, 2, 3};
    std::vector<std::int32_t> items = {2, 1, 0};
    std::vector<float> weights = {0.5F, 0.25F, 0.125F};
    Row most = 2;
};

class NeighbourFile : public testing::Test {
protected:
    void write(const Content& content) const
    {
        const IdColumn ids{.kind = IdKind::int64, .numbers = {7, 8, 9}, .texts = {}};
        const NeighbourInfo info{.interactions = 5, .b = 0.25, .most = content.most, .history_limit = 10};
        write_neighbours(path_, info, ids, 0, {content.offsets, content.items, content.weights});
    }

    void expect_refused(const Content& content, const std::string& text) const
    {
        write(content);
        const auto read = [&] { NeighbourReader reader(path_); };
        EXPECT_EQ(test::exit_code_of(read), ExitCode::bad_data);
        EXPECT_THAT(test::message_of(read), HasSubstr(text));
    }

    test::TemporaryDirectory directory_;
    std::filesystem::path path_ = directory_ / "neighbours.h5";
};

TEST_F(NeighbourFile, GivesBackWhatWasWritten)
{
    write({});
    const NeighbourReader reader(path_);
    EXPECT_EQ(reader.info().items, 3);
    EXPECT_EQ(reader.info().neighbours, 3);
    EXPECT_EQ(reader.info().b, 0.25);
    EXPECT_THAT(reader.offsets(), ElementsAre(0, 2, 2, 3));
    EXPECT_THAT(reader.items(), ElementsAre(2, 1, 0));
    EXPECT_THAT(reader.weights(), ElementsAre(0.5F, 0.25F, 0.125F));
}

TEST_F(NeighbourFile, RefusesWhatNoWalkCanHaveFound)
{
    expect_refused({.offsets = {0, 2, 1, 3}}, "item row 1 are fewer than none");
    expect_refused({.offsets = {0, 3, 3, 3}}, "item row 0 are fewer than none or more than");
    expect_refused({.offsets = {1, 2, 2, 3}}, "do not begin at 0");
    expect_refused({.items = {2, 3, 0}}, "item row 0 are not different others");
    expect_refused({.items = {2, -1, 0}}, "item row 0 are not different others");
    expect_refused({.items = {2, 2, 0}}, "item row 0 are not different others");
    expect_refused({.items = {2, 0, 0}}, "item row 0 are not different others");
    expect_refused({.weights = {0.5F, 0.25F, 0}}, "item row 2 are not different others");
    expect_refused({.weights = {0.25F, 0.5F, 0.125F}}, "item row 0 are not different others");
    expect_refused({.weights = {std::numeric_limits<float>::infinity(), 0.5F, 0.1F}}, "item row 0 are not");
    expect_refused({.most = 0}, "attribute most is 0");
}

}  // namespace
}  // namespace alster
