#include "tests/host/prepare/parallel_prepare.hpp"

namespace alster {
namespace {

using test::Events;
using test::ParallelPrepare;

TEST_F(ParallelPrepare, AttributesOfUsersAndItemsWithoutEventsToo)
{
    auto how = options({file("log", Events{}.text())});
    std::string users = "user_id,profile,markets,born,since,active\n", items = "{\"item_id\":1,\"cast\":[]}\n";
    for (int i = 0; i < 60; ++i)
        users += fmt::format("{},{},{},{},20{:02}-01-01,{}\n", 1000 + i * 7 % 61, i % 3 ? "kids" : "", "de|at|de",
                             i % 5 ? 1980 + i : 0, i % 24, i % 2 ? "yes" : "maybe");
    for (int i = 0; i < 50; ++i)
        items += fmt::format("{{\"item_id\":{},\"cast\":[\"p{}\",\"p{}\"],\"year\":{}}}\n", i, i % 11, i % 7, 1950 + i);
    how.users.path = file("users", users);
    how.users.columns = ItemColumnSpec::parse(
        "id=user_id,profile=profile:category,markets=markets:set,born=born:number,since=since:time,"
        "active=active:bool",
        "--user-columns");
    how.items.path = file("items", items);
    expect_same_file(how);
    EXPECT_EQ(5U, result().attribute_types(Side::users).size());
    const Row before = result().info().items;

    // what the second file does not say stays as it was
    how.extend = file_of_result("first.h5");
    how.users = {};
    how.items.path = file("more", "item_id,year,rating\n3,1999,R\n77,2001,6\n");
    how.items.columns = ItemColumnSpec::parse("id=item_id,year=year,rating=rating:category");
    expect_same_file(how);
    const DatasetReader extended = result();
    EXPECT_EQ(before + 1, extended.info().items);
    const IdColumn ids = extended.ids(Side::items, {0, before + 1});
    const auto of = [&](const char* name, const char* id) {
        const Row row = IdLookup(ids).find(id).value();
        return extended.attribute(Side::items, name, {row, row + 1}).shown(0);
    };
    EXPECT_EQ("p3", of("cast", "3"));
    EXPECT_EQ("1999", of("year", "3"));
    EXPECT_EQ("1954", of("year", "4"));
    EXPECT_EQ("", of("rating", "4"));
    EXPECT_EQ("6", of("rating", "77"));
    EXPECT_EQ(5U, extended.attribute_types(Side::users).size());
}

}  // namespace
}  // namespace alster
