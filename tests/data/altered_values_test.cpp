#include <gmock/gmock.h>
#include <hdf5.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "data/checkpoint_file.hpp"
#include "data/dataset_file.hpp"
#include "data/list_check.hpp"
#include "data/model_file.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/reseal.hpp"
#include "tests/support/sample_files.hpp"

// Files whose checksums are right and whose attributes or values are not what they can be: each is refused with 65, and
// the message names the attribute or the place, and the value.

namespace alster {
namespace {

using test::set_attribute;
using test::set_value;
using testing::AllOf;
using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

struct Edit {
    std::function<void(hid_t)> change;
    std::vector<std::string> says;  // what the message contains
};

class AlteredValues : public testing::Test {
protected:
    template <class Reader>
    void expect_refused(const std::function<void(const std::filesystem::path&)>& write, const std::vector<Edit>& edits)
    {
        for (const auto& edit : edits) {
            write(path_);
            ASSERT_EQ("", test::message_of([&] { Reader reader(path_); }));
            test::alter(path_, edit.change);
            EXPECT_EQ(ExitCode::bad_data, test::exit_code_of([&] { Reader reader(path_); })) << edit.says.front();
            const auto message = test::message_of([&] { Reader reader(path_); });
            for (const auto& part : edit.says) EXPECT_THAT(message, HasSubstr(part));
        }
    }

    test::TemporaryDirectory directory_;
    std::filesystem::path path_ = directory_ / "f.h5";
};

Edit attribute(const std::string& key, auto value, const std::string& shown)
{
    return {[=](hid_t file) { set_attribute(file, key, value); }, {"attribute " + key + " is " + shown}};
}

template <class T>
Edit value(const std::string& name, std::size_t position, T value, const std::vector<std::string>& says)
{
    return {[=](hid_t file) { set_value<T>(file, name, position, value); }, says};
}

Edit integer(const std::string& key, std::int64_t value) { return attribute(key, value, std::to_string(value)); }

TEST_F(AlteredValues, AModelsAttributesAreComparedWithItsShapesAndEachOther)
{
    const auto most = std::numeric_limits<std::int64_t>::max();
    expect_refused<ModelReader>(test::write_sample_model,
                                {integer("factors", 1 << 20),
                                 integer("factors", 200),
                                 integer("factors", -5),
                                 integer("factors", 0),
                                 {[](hid_t file) { set_attribute(file, "factors", std::int64_t{1}); },
                                  {"attribute width is 3, it must be 1 for 1 factors of implicit"}},
                                 {[](hid_t file) { set_attribute(file, "objective", std::string_view("explicit")); },
                                  {"attribute width is 3, it must be 5 for 3 factors of explicit"}},
                                 attribute("objective", std::string_view("x"), "x"),
                                 integer("n_users", -1),
                                 integer("n_users", most),
                                 integer("n_items", most),
                                 integer("nnz", -1),
                                 integer("nnz", 46),
                                 integer("nnz", most),
                                 integer("width", most),
                                 integer("sweeps", -1),
                                 integer("ranks", -1),
                                 integer("data_watermark", std::numeric_limits<std::int64_t>::min()),
                                 attribute("mean", nan, "nan"),
                                 attribute("mean", 3.0, "3, it must be 0 of implicit feedback"),
                                 attribute("nu", 5.0, "5, it must be from 0 to 2"),
                                 attribute("value_max", -10.0, "-10"),
                                 attribute("value_max", double{infinite}, "inf"),
                                 attribute("lambda", -0.5, "-0.5"),
                                 attribute("alpha0", nan, "nan"),
                                 attribute("alpha", -1.0, "-1"),
                                 attribute("nu", nan, "nan"),
                                 attribute("bias_lambda", -1.0, "-1"),
                                 attribute("objective_value", nan, "nan"),
                                 attribute("config_json", std::string_view("{nope"), "{nope"),
                                 attribute("config_json", std::string_view("[]"), "[]"),
                                 attribute("config_json", std::string_view(R"({"factors":200})"),
                                           R"({"factors":200}, it must be one with "factors": 3, as)"),
                                 attribute("config_json", std::string_view(R"({"seed":"1"})"), R"({"seed":"1"}, it)"),
                                 attribute("config_json", std::string_view(R"({"objective":"explicit"})"),
                                           R"({"objective":"explicit"}, it must be one with "objective": implicit)"),
                                 attribute("eval_json", std::string_view("0.5"), "0.5, it must be an object")});
}

TEST_F(AlteredValues, WhatAModelHoldsIsWhatItCanHold)
{
    // 9 users and 5 items with 3 factors
    expect_refused<ModelReader>(
        test::write_sample_model,
        {value<float>("/items/factors", 11, float(nan), {"/items/factors of row 3 is nan", "finite"}),
         value<float>("/users/factors", 0, -infinite, {"/users/factors of row 0 is -inf"}),
         {[](hid_t file) {
              set_value<float>(file, "/users/factors", 1, 3e38F);
              set_value<float>(file, "/items/factors", 1, -2e1F);
          },
          {"3e+38", "20", "beyond single precision"}},
         value<std::int32_t>("/users/n_events", 8, -7, {"/users/n_events of row 8 is -7", "0 or more"}),
         value<std::int64_t>("/items/last_event", 4, std::numeric_limits<std::int64_t>::min(),
                             {"/items/last_event of row 4"}),
         value<std::int64_t>("/users/last_event", 8, 1'900'000'000, {"/users/last_event of row 8", "data_watermark"}),
         value<std::uint8_t>("/users/status", 8, 2, {"/users/status of row 8 says that it has no factors"}),
         value<std::uint8_t>("/items/status", 0, 255, {"/items/status of row 0 says that it has no factors"}),
         value<std::uint8_t>("/users/status", 2, 77, {"/users/status of row 2 is 77", "0, 1, 2, 3, 255"}),
         value<double>("/gram/items", 4, nan, {"/gram/items of row 1 is nan"}),
         value<double>("/gram/users", 1, 5.5, {"/gram/users", "no Gramian"}),
         value<double>("/gram/users", 4, -5.5, {"/gram/users", "no Gramian"}),
         value<std::int32_t>("/popular/all/item", 0, 4000, {"/popular/all"}),
         value<std::int32_t>("/popular/all/count", 1, 0, {"/popular/all"}),
         value<float>("/items/ann_cosine", 19, infinite, {"/items/ann_cosine of row 4"})});
}

TEST_F(AlteredValues, IdsAreUniqueAndTheirOrderIsAPermutation)
{
    for (const auto& edits : {std::vector<Edit>{
             value<std::int64_t>("/items/id_order", 2, std::int64_t{1} << 40, {"place 2 is 1099511627776"}),
             value<std::int64_t>("/items/id_order", 0, -7, {"place 0 is -7", "5 rows"}),
             value<std::int64_t>("/users/id_order", 5, 0, {"/users/id_order does not ascend"}),
             value<std::int64_t>("/items/id", 3, -500, {"id '-500' of row", "must be unique"})}})
        expect_refused<ModelReader>(test::write_sample_model, edits);
    expect_refused<DatasetReader>(test::write_sample_dataset,
                                  {value<std::int64_t>("/items/id_order", 3, 4, {"place 3 is 4", "4 rows"}),
                                   value<std::int64_t>("/items/id", 0, 12, {"/items/id_order does not ascend", "'12'"}),
                                   {[](hid_t file) {
                                        set_value<std::int64_t>(file, "/users/id_order", 0, 1);
                                        set_value<std::int64_t>(file, "/users/id_order", 1, 2);
                                    },
                                    {"/users/id_order does not ascend: id '' of row 2 comes after 'adam' of row 1"}}});
}

TEST_F(AlteredValues, ADatasetsAttributesAreComparedWithItsShapesAndEachOther)
{
    const auto most = std::numeric_limits<std::int64_t>::max();
    expect_refused<DatasetReader>(
        test::write_sample_dataset,
        {integer("n_users", -1),
         integer("n_users", most),
         integer("n_items", 1LL << 40),
         integer("nnz", 21),
         integer("held_out", -3),
         integer("held_out", most),
         integer("weighted", 2),
         attribute("value_mean", nan, "nan"),
         attribute("value_max", 1e300, "1e+300"),
         {[](hid_t file) { set_attribute(file, "value_min", 6.0); }, {"attribute value_max is 5, it must be"}},
         attribute("value_min", nan, "nan"),
         integer("watermark", most),
         {[](hid_t file) { set_attribute(file, "nnz", std::int64_t{0}); }, {"has shape"}},
         {[](hid_t file) { set_attribute(file, "held_out", std::int64_t{1}); }, {"/holdout/by_user", "has shape"}},
         {[](hid_t file) { set_attribute(file, "held_out", std::int64_t{0}); },
          {"held_out is 0, but there is /holdout/"}}});
}

TEST_F(AlteredValues, WhatADatasetHoldsIsWhatItCanHold)
{
    const std::string train = "/train/by_user/";
    expect_refused<DatasetReader>(
        test::write_sample_dataset,
        {value<float>(train + "values", 2, float(nan), {"values of user '' and item '-1' is nan", "finite"}),
         value<float>("/train/by_item/values", 6, infinite, {"values of item '7' and user 'longest-id' is inf"}),
         value<float>(train + "confidences", 0, -5,
                      {"confidences of user 'zoë' and item '900' is -5", "between 0 and"}),
         value<float>(train + "confidences", 6, 3e38F, {"user 'longest-id' and item '7' is 3e+38", "1e+30"}),
         value<float>("/train/by_item/confidences", 3, float(nan), {"item '-1' and user 'é' is nan"}),
         value<float>(train + "preferences", 5, 1.5,
                      {"preferences of user 'é' and item '7' is 1.5", "between 0 and 1"}),
         value<float>("/holdout/by_user/preferences", 0, -2, {"user 'adam' and item '12' is -2"}),
         value<float>("/holdout/by_user/confidences", 1, -1, {"user 'longest-id' and item '900' is -1"}),
         value<std::int32_t>("/users/n_events", 1, std::numeric_limits<std::int32_t>::min(), {"n_events of row 1"}),
         value<std::int64_t>("/items/last_event", 2, std::numeric_limits<std::int64_t>::min(),
                             {"last_event of row 2"})});
}

TEST_F(AlteredValues, ACheckpointIsWhatTrainingCanWrite)
{
    const auto most = std::numeric_limits<std::int64_t>::max();
    expect_refused<CheckpointReader>(
        test::write_sample_checkpoint,
        {integer("half_steps", -3),
         integer("half_steps", 0),
         integer("half_steps", 1LL << 62),
         integer("restarts", most),
         integer("restarts", -1),
         integer("best_sweep", 3),
         integer("rows", -1),
         integer("rows", most),
         integer("width", 0),
         integer("width", most),
         integer("start_rows", -2),
         integer("retried_rows", -1),
         integer("retried_rows", 8),
         attribute("start_penalty", nan, "nan"),
         attribute("penalty", nan, "nan"),
         attribute("penalty", -1.0, "-1"),
         attribute("objective_value", nan, "nan"),
         attribute("objective_value", -1e300, "-1e+300"),
         attribute("objective_value", 0.0, "0"),
         attribute("seconds", nan, "nan"),
         attribute("best_metric", double{infinite}, "inf"),
         attribute("config_json", std::string_view("{nope"), "{nope"),
         attribute("config_json", std::string_view("[]"), "[]"),
         attribute("config_json", std::string_view(""), ""),
         {[](hid_t file) { set_attribute(file, "width", std::int64_t{6}); }, {"/factors has shape (7, 3), not (7, 6)"}},
         {[](hid_t file) { set_attribute(file, "rows", std::int64_t{3}); }, {"/factors has shape (7, 3), not (3, 3)"}},
         value<float>("/factors", 20, float(nan), {"/factors of row 6 is nan"}),
         value<float>("/factors", 3, 3e38F, {"/factors of row 1 is 3e+38"}),
         value<double>("/base", 2, double{infinite}, {"/base of row 2 is inf"}),
         value<float>("/start", 5, -infinite, {"/start of row 1 is -inf"})});
}

/// What `alster inspect` does with lists.
struct ListsReader {
    explicit ListsReader(const std::filesystem::path& path) { verify_lists(ListFileReader(path)); }
};

TEST_F(AlteredValues, TheAttributesOfListsAreComparedWithTheirShapes)
{
    expect_refused<ListsReader>(
        test::write_sample_lists,
        {integer("k", 0),
         integer("k", -3),
         integer("k", 65'536),
         {[](hid_t file) { set_attribute(file, "k", std::int64_t{2}); }, {"attribute k is 2, it must be 3"}},
         attribute("objective", std::string_view("x"), "x"),
         attribute("mean", nan, "nan"),
         {[](hid_t file) { set_attribute(file, "format", std::string_view("alster-model")); },
          {"'alster-lists' is needed"}},
         {[](hid_t file) { H5Adelete(file, "score"); }, {"score"}},
         {[](hid_t file) { H5Adelete(file, "space_id"); }, {"space_id"}},
         {[](hid_t file) { H5Adelete(file, "excluded"); }, {"excluded"}},
         attribute("excluded", std::string_view("what was watched"), "what was watched"),
         {[](hid_t file) { H5Ldelete(file, "/topk/home/item", H5P_DEFAULT); }, {"holds no lists"}},
         {[](hid_t file) { H5Ldelete(file, "/topk/home/reason", H5P_DEFAULT); }, {"/topk/home/reason"}},
         {[](hid_t file) { H5Ldelete(file, "/vocab/reason", H5P_DEFAULT); }, {"/vocab/reason"}},
         {[](hid_t file) { H5Lmove(file, "/topk/home/reason", file, "/topk/home/filled2", H5P_DEFAULT, H5P_DEFAULT); },
          {"/topk/home/reason"}}});
}

TEST_F(AlteredValues, WhatListsHoldIsWhatTheyCanHold)
{
    // 4 users, 5 items, 3 places, of which 3, 2, 3 and 0 are filled
    const auto item = [](std::size_t place, std::int32_t row, const std::vector<std::string>& says) {
        return value<std::int32_t>("/topk/home/item", place, row, says);
    };
    const auto score = [](std::size_t place, float other, const std::vector<std::string>& says) {
        return value<float>("/topk/home/score", place, other, says);
    };
    const auto reason = [](std::size_t place, std::uint8_t other, const std::vector<std::string>& says) {
        return value<std::uint8_t>("/topk/home/reason", place, other, says);
    };
    expect_refused<ListsReader>(
        test::write_sample_lists,
        {item(1, 5, {"/topk/home/item of list 0 (", "place 1, is 5", "a row of 5 items"}),
         item(3, -1, {"/topk/home/item of list 1 (", "place 0, is -1"}),
         item(11, 2, {"/topk/home/item of list 3 (", "place 2, is 2", "-1: the place is empty"}),
         item(0, 2, {"/topk/home/item of list 0 (", "is 2, it must be an item that the list does not have yet"}),
         score(2, float(nan), {"/topk/home/score of list 0 (", "place 2, is nan", "finite"}),
         score(0, infinite, {"/topk/home/score of list 0 (", "place 0, is inf"}),
         score(6, -infinite, {"/topk/home/score of list 2 (", "place 0, is -inf"}),
         score(1, 3.0F, {"/topk/home/score of list 0, place 1, is 3", "place before"}),
         score(5, 0.0F, {"/topk/home/score of list 1 (", "place 2, is 0", "-inf: the place is empty"}),
         reason(4, 3, {"/topk/home/reason of list 1 (", "place 1, is 3", "below 3"}),
         reason(6, 255, {"/topk/home/reason of list 2 (", "place 0, is 255"}),
         reason(10, 0, {"/topk/home/reason of list 3 (", "place 1, is 0", "255: the place is empty"}),
         value<std::uint16_t>("/topk/home/filled", 0, 4,
                              {"/topk/home/filled of list 0 (", "is 4, it must be at most 3"}),
         value<std::uint16_t>("/topk/home/filled", 1, 3, {"/topk/home/item of list 1 (", "place 2, is -1"}),
         value<std::uint16_t>("/topk/home/filled", 2, 2, {"/topk/home/item of list 2 (", "place 2, is 0"}),
         value<std::int32_t>("/popular/all/item", 0, 5, {"/popular/all"}),
         value<std::int32_t>("/popular/all/item", 0, 1, {"/popular/all"}),
         value<std::int64_t>("/items/id", 3, 10, {"/items/id has '10' in row", "1", "3"})});
}

TEST_F(AlteredValues, NeighboursOfItemsAreListsToo)
{
    expect_refused<ListsReader>(
        test::write_sample_similar,
        {integer("k", 70'000),
         value<std::int32_t>("/similar/items/item", 9, 77, {"/similar/items/item of list 3 (", "place 0, is 77"}),
         value<float>("/similar/items/score", 2, 0.75F, {"/similar/items/score of list 0, place 2, is 0.75"}),
         value<std::uint16_t>("/similar/items/filled", 4, 9, {"/similar/items/filled of list 4 (", "is 9"}),
         value<std::int64_t>("/items/id", 0, 40, {"/items/id has '40'"})});
}

TEST_F(AlteredValues, AModelWhoseScoresWouldNotBeFiniteIsNotWritten)
{
    ModelInfo info;
    info.objective = "implicit";
    info.users = info.items = info.width = info.factors = 1;
    ModelWriter writer(path_, info);
    for (const Side side : {Side::users, Side::items}) {
        writer.write_ids(side, 0, {.kind = IdKind::int64, .numbers = {1}, .texts = {}}, 0, std::array<Row, 1>{0});
        writer.write_factors(side, 0, std::array<float, 1>{2e19F});
        writer.write_rows(side, 0, std::array<std::int32_t, 1>{1}, std::array<std::int64_t, 1>{1},
                          std::array<std::uint8_t, 1>{0});
        writer.write_gramian(side, std::array<double, 1>{4e38});
    }
    writer.write_ann_cosine(0, std::array<float, 2>{1, 1}, 1, 1.25);
    EXPECT_EQ(ExitCode::diverged, test::exit_code_of([&] { writer.commit(); }));
}

TEST_F(AlteredValues, AListOfContentsDeepOrWithTwoNamesIsNotFollowed)
{
    const auto refusal = [&](const std::function<void(hid_t)>& change) {
        test::write_sample_model(path_);
        Hdf5Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
        change(file.get());
        file.close();
        EXPECT_EQ(ExitCode::bad_data, test::exit_code_of([&] { ModelReader reader(path_); }));
        return test::message_of([&] { ModelReader reader(path_); });
    };
    for (const int depth : {9, 3000})
        EXPECT_THAT(refusal([&](hid_t file) {
                        Hdf5Handle group(H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
                        for (int n = 1; n < depth; ++n)
                            group = Hdf5Handle(H5Gcreate2(group.get(), "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                                               H5Gclose);
                    }),
                    HasSubstr("deeper or longer"));
    EXPECT_THAT(refusal([](hid_t file) { H5Lcreate_hard(file, "/", file, "/users/loop", H5P_DEFAULT, H5P_DEFAULT); }),
                HasSubstr("two names"));
    EXPECT_THAT(refusal([](hid_t file) { H5Lcreate_hard(file, "/users/id", file, "/also", H5P_DEFAULT, H5P_DEFAULT); }),
                HasSubstr("two names"));
}

}  // namespace
}  // namespace alster
