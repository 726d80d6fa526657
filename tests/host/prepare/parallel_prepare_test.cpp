#include "tests/host/prepare/parallel_prepare.hpp"

namespace alster {
namespace {

using test::Events;
using test::message_of;
using test::ParallelPrepare;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(ParallelPrepare, EveryKindOfSplitAndOfDuplicates)
{
    auto how = options({file("log", Events{}.text())});
    const std::vector<std::pair<const char*, Duplicates>> cases = {{"none", Duplicates::last},
                                                                   {"none", Duplicates::sum},
                                                                   {"random:0.3", Duplicates::max},
                                                                   {"last:2", Duplicates::last},
                                                                   {"time:0.2", Duplicates::sum}};
    for (const auto& [split, duplicates] : cases) {
        how.split = SplitPlan::parse(split);
        how.duplicates = duplicates;
        expect_same_file(how);
        EXPECT_GT(result().info().interactions, 0);
        EXPECT_EQ(how.split.kind != SplitPlan::Kind::none, result().info().held_out > 0);
    }
}

TEST_F(ParallelPrepare, RolesOfEvents)
{
    auto how = options({file("log", Events{}.text())});
    how.rules = file("rules.toml", "[default]\nlike_from = 0.5\ndislike_to = 0\n");
    for (const char* split : {"random:0.3", "time:0.2"}) {
        how.split = SplitPlan::parse(split);
        expect_same_file(how);
        EXPECT_TRUE(result().info().roles);
        EXPECT_TRUE(result().file().contains("/holdout/by_user/role"));
    }
}

TEST_F(ParallelPrepare, TextIdsAlsoWhereOnlyTheLastPartHasOne)
{
    expect_same_file(options({file("text", Events{.user = "übung"}.text())}));
    const auto late = Events{}.text() + "the only text,7,1,86400\n";
    expect_same_file(options({file("late", late)}));
    EXPECT_EQ(IdKind::text, result().ids(Side::users, {0, 1}).kind);
    EXPECT_EQ(IdKind::int64, result().ids(Side::items, {0, 1}).kind);
}

TEST_F(ParallelPrepare, SeveralInputsWithHeadersSomeOfThemGzipOrEmpty)
{
    const std::string header = "\xEF\xBB\xBFwhen,who,what\r\n";
    const auto body = [](int from) {
        std::string text;
        for (int i = from; i < from + 90; ++i) text += fmt::format("{},u{},{}\r\n", 86'400 + i, i % 17, i % 13);
        return text;
    };
    auto how = options({file("a", header + body(0)), file("b", header + body(40), true), file("c", ""),
                        file("d", "\n\n" + std::string("what,x,who,when\n1,,u99,5")), file("e", header)});
    how.layout = {
        .format = LogFormat::csv, .columns = ColumnSpec::parse("user=who,item=what,time=when"), .header = true};
    expect_same_file(how);
    EXPECT_EQ(18, result().info().users);
}

TEST_F(ParallelPrepare, OtherFormats)
{
    auto how = options({});
    how.layout.columns = {};
    const auto format = [&](LogFormat kind, const std::string& text, const char* columns = "") {
        how.inputs = {file("log", text)};
        how.layout = {.format = kind, .columns = ColumnSpec::parse(columns), .header = false};
        expect_same_file(how);
    };
    format(LogFormat::tsv, Events{.lines = 50, .separator = "\t"}.text());
    format(LogFormat::movielens, Events{.lines = 50, .separator = "::"}.text());
    format(LogFormat::movielens, "userId,movieId,timestamp,rating\n1,2,9,4.5\n1,3,8,2\n2,3,7,1\n");
    EXPECT_EQ(4.5F, result().info().value_max);
    format(LogFormat::pairs, "1 2 x\n3\t4\n1,4\n");
    format(LogFormat::lists, "1 2 3 4\n2 9 3\n7 2\n");
    std::string json;
    for (int i = 0; i < 60; ++i)
        json += fmt::format("{{\"u\": \"{}\", \"item\": {}, \"time\": {}}}\n", i % 7, i % 5, i + 1);
    format(LogFormat::jsonl, json, "user=u,item=item,time=time");
    std::string array = "[";
    for (int i = 0; i < 60; ++i)
        array += fmt::format("{}{{\n  \"user\": \"{}\",\n  \"in\": {{\"item\": {}}}\n}}", i ? "," : "", i % 7, i % 5);
    format(LogFormat::jsonl, array + "]\n", "user=user,item=in.item");
    EXPECT_EQ(7, result().info().users);
}

TEST_F(ParallelPrepare, QuotedFieldsWithLineBreaksAndRepeatedHeaders)
{
    std::string text = "comment,user_id,item_id\n";
    for (int i = 0; i < 60; ++i)
        text += fmt::format("\"some\nlines, {}\n7,8,9\",{},{}\n", i, i % 7, i % 5) +
                (i % 9 == 0 ? "comment,user_id,item_id\n# so\n" : "");
    auto how = options({file("log", text), file("other", "item_id,user_id\n3,4\n")});
    how.layout = {};
    how.test = file("test", text + "\"a\nb\",1,1\n");
    expect_same_file(how);
    EXPECT_EQ(7, result().info().users);
    EXPECT_EQ(5, result().info().items);
}

TEST_F(ParallelPrepare, RulesWithDecayAndAnItemFile)
{
    std::string text;
    for (int i = 0; i < 300; ++i)
        text +=
            fmt::format("{},{},{},{},{}\n", i % 23, i * 17 % 19, i % 5, 86'400 * (1 + i % 40), i % 3 ? "play" : "down");
    auto how = options({file("log", text)});
    how.layout.columns = ColumnSpec::parse("user=0,item=1,value=2,time=3,event=4");
    how.rules = file("rules.toml",
                     "[event.play]\nbase = 1\nper_value = 0.3\nhalf_life_days = 3\n[event.down]\npreference = 0\n");
    how.items.path = file(
        "items", "id,title,genres\n3,Drei,A|B\n3,Three,A\n999,None,\n5,A longer title than the others,C\nbad\n7,x,\n");
    how.max_bad = 0.5;
    expect_same_file(how);
    EXPECT_TRUE(result().info().weighted);
    const auto row = IdLookup(result().ids(Side::items, {0, result().info().items})).find("3");
    EXPECT_EQ("Three", result().attribute(Side::items, "title", {*row, *row + 1}).shown(0));
}

TEST_F(ParallelPrepare, RedeliveriesByIdsOfEventsAndByWhatTheyHold)
{
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += fmt::format("u{},{},1,{},e{}\n", i % 23, i % 19, 1'600'000'000 + i % 150, i * 7 % 260);
    auto how = options({file("a", text), file("b", text, true)});
    how.duplicates = Duplicates::sum;
    how.split = SplitPlan::parse("time:0.2");
    expect_same_file(how);
    how.layout.columns = ColumnSpec::parse("user=0,item=1,value=2,time=3,event_id=4");
    how.split = SplitPlan::parse("none");
    how.test = at("a").string();
    how.inputs = {at("b").string()};
    expect_same_file(how);
    EXPECT_EQ(0, result().info().held_out);
    how.out = at("all.h5");
    how.test = "";
    how.inputs = {at("a").string(), at("b").string()};
    EXPECT_EQ(340, prepare(ranks, how).redelivered);
}

TEST_F(ParallelPrepare, ItemsThatAreJsonObjectsSomeOfThemAgain)
{
    auto how = options({file("log", Events{}.text())});
    std::string items = "[";
    for (int i = 0; i < 40; ++i)
        items += fmt::format("{{\"sku\": {},\n\"info\": {{\"name\": \"{}\"}}, \"tags\": [1, \"b\"]}},\n", i % 33,
                             std::string(i * 40, 'x'));
    how.items.path = file("items", items + "{\"sku\": 7, \"rare\": true}]");
    how.items.columns = ItemColumnSpec::parse("id=sku,title=info.name");
    expect_same_file(how);
    EXPECT_EQ(3U, result().attribute_types(Side::items).size());
}

TEST_F(ParallelPrepare, ATestFileWithUnknownUsersAndTextIds)
{
    auto how = options({file("log", Events{}.text())});
    how.test = file("test", Events{.lines = 90}.text() + "1001,777,1,86400\nnobody,3,1,86400\n1003,29,1,86400\n");
    how.duplicates = Duplicates::sum;
    expect_same_file(how);
    EXPECT_EQ(IdKind::int64, result().ids(Side::users, {0, 1}).kind);
}

TEST_F(ParallelPrepare, BadLinesWithTheirNumbers)
{
    std::string text;
    for (int i = 0; i < 200; ++i)
        text += i % 9 == 4    ? fmt::format("{},{},nan,5\n", i, i)
                : i % 20 == 0 ? "\n"
                              : fmt::format("{},{},1,5\n", i % 8, i % 6);
    auto how = options({file("a", text), file("b", text, true), file("c", text)});
    how.test = file("t", text);
    how.max_bad = 0.3;
    expect_same_file(how);
    how.out = at("all.h5");
    how.max_bad = 0.05;
    EXPECT_THAT(message_of([&] { prepare(ranks, how); }), HasSubstr("88 of 764 lines cannot be used"));
    ranks.barrier();
    how.max_bad = 0;
    how.inputs = {at("c").string()};
    EXPECT_THAT(message_of([&] { prepare(ranks, how); }), HasSubstr("1 of 4 lines cannot be used"));
    ranks.barrier();
    EXPECT_THAT(
        test::read_file(at("all.h5.quarantine.tsv")),
        testing::EndsWith(
            "c\t5\tvalue is NaN: 'nan' in column 2, taken for the value (--columns says which is)\t4,4,nan,5\n"));
}

TEST_F(ParallelPrepare, FewerLinesThanRanksAndLinesLongerThanAPart)
{
    expect_same_file(options({file("one", "1,2,3,4")}));
    expect_same_file(options({file("two", "1,2,3,4\n" + std::string(200, 'x') + ",2,3,4\n")}));
    auto how = options({file("header", std::string(70, 'u') + ",item\n1,2\n")});
    how.layout = {.format = LogFormat::csv, .columns = ColumnSpec::parse("user=0,item=1"), .header = true};
    expect_same_file(how);
    EXPECT_EQ(1, result().info().users);
    how.inputs = {file("none", "user,item\n")};
    how.out = at("none.h5");
    EXPECT_THAT(message_of([&] { prepare(ranks, how); }), HasSubstr("no interactions in the input"));
}

TEST_F(ParallelPrepare, AnExtendedDatasetKeepsRowsAndAppendsNewOnes)
{
    auto old = options({file("old", "7,1,1,5\n3,2,1,6\n9,1,1,7\n")});
    old.out = at("old.h5");
    prepare(ranks, old);
    for (const char* user : {"", "u"}) {  // numbers at first, then texts
        std::string log;
        for (int i = 0; i < 60; ++i) log += fmt::format("{}{},{},1,{}\n", user, 1000 + i % 40, i % 7, i + 1);
        auto how = options({file("log", log + "9,1,2,8\n1,5,2,9\n")});
        how.extend = at("old.h5");
        how.split = SplitPlan::parse("last:1");
        expect_same_file(how);

        const DatasetReader data = result();
        const IdColumn users = data.ids(Side::users, {0, data.info().users});
        EXPECT_EQ(*user ? IdKind::text : IdKind::int64, users.kind);
        EXPECT_EQ(44, data.info().users);
        EXPECT_THAT((std::array{users.text(0), users.text(1), users.text(2), users.text(3), users.text(43)}),
                    ElementsAre("3", "7", "9", "1", fmt::format("{}1039", user)));
        EXPECT_THAT(data.event_counts(Side::users, {0, 3}), ElementsAre(0, 0, 1));
        EXPECT_EQ(DatasetReader(at("old.h5")).info().fingerprint, data.info().extends);
    }
    EXPECT_EQ("", DatasetReader(at("old.h5")).info().extends);
}

/// The same lines, spread over two files in another way and order.
std::pair<std::string, std::string> shuffled(const std::string& text, unsigned seed)
{
    std::vector<std::string> lines;
    std::istringstream all(text);
    for (std::string line; std::getline(all, line);) lines.push_back(line + "\n");
    std::mt19937 random(seed);
    std::ranges::shuffle(lines, random);
    std::pair<std::string, std::string> files;
    for (const auto& line : lines) (random() % 3 ? files.first : files.second) += line;
    return files;
}

TEST_F(ParallelPrepare, TheOrderOfLinesAndFilesChangesNothing)
{
    auto old = options({file("old", "1007,9,1,5\n1003,2,1,6\n")});
    old.out = at("old.h5");
    prepare(ranks, old);
    // few days, so that many events of a user and of a pair are of one time; then text ids
    const std::string few_days = std::regex_replace(Events{.lines = 700}.text(), std::regex(",[0-9]+\n"), ",86400\n");
    const std::string texts = Events{.user = "ü"}.text();
    struct Case {
        const std::string& text;
        const char* split;
        Duplicates how;
        bool extend;
    };
    for (const auto& [text, split, how, extend] :
         {Case{few_days, "last:3", Duplicates::last, false}, Case{few_days, "last:2", Duplicates::sum, true},
          Case{few_days, "random:0.3", Duplicates::sum, true}, Case{texts, "time:0.3", Duplicates::max, true},
          Case{texts, "random:0.2", Duplicates::last, false}}) {
        for (const unsigned seed : {1, 2, 3}) {
            const auto [a, b] = shuffled(text, seed);
            auto with = options({file(seed == 2 ? "b" : "a", a), file(seed == 2 ? "a" : "b", b, seed == 3)});
            with.split = SplitPlan::parse(split);
            with.duplicates = how;
            if (extend) with.extend = at("old.h5");
            with.out = at(seed == 1 ? "first.h5" : "other.h5");
            prepare(ranks, with);
            if (seed == 1 || !ranks.leads()) continue;
            const DatasetReader first(at("first.h5")), other(at("other.h5"));
            EXPECT_EQ(first.info().fingerprint, other.info().fingerprint);
            EXPECT_EQ(first.info().held_out, other.info().held_out);
            for (const auto& name : first.file().datasets())
                EXPECT_EQ(first.file().integer_attribute(name, "crc32"), other.file().integer_attribute(name, "crc32"))
                    << name << " of " << split;
        }
    }
}

TEST_F(ParallelPrepare, ASplitHoldsOutTheSamePairsOfAnExtendedDataset)
{
    auto old = options({file("old", "1039,29,1,5\n1020,15,1,6\n")});
    old.out = at("old.h5");
    prepare(ranks, old);
    const auto text = std::regex_replace(Events{}.text(), std::regex(",[0-9]+\n"), ",86400\n");
    for (const char* split : {"random:0.3", "last:2"}) {
        std::array<std::vector<std::pair<std::string, std::string>>, 2> held;
        for (const bool extend : {false, true}) {
            auto with = options({file("log", text)});
            with.split = SplitPlan::parse(split);
            with.out = at("all.h5");
            if (extend) with.extend = at("old.h5");
            prepare(ranks, with);
            const DatasetReader data = result();
            const IdColumn users = data.ids(Side::users, {0, data.info().users});
            const IdColumn items = data.ids(Side::items, {0, data.info().items});
            EXPECT_EQ(extend ? "1020" : "1000", users.text(0));
            const Interactions pairs = data.interactions(Part::holdout, Side::users, {0, users.rows()});
            for (Row u = 0; u < users.rows(); ++u)
                for (const Column i : pairs.columns_of(u)) held[extend].emplace_back(users.text(u), items.text(i));
            std::ranges::sort(held[extend]);
            ranks.barrier();
        }
        EXPECT_GT(held[0].size(), 20U);
        EXPECT_EQ(held[0], held[1]) << split;
    }
}

TEST_F(ParallelPrepare, RealRatings)
{
    ALSTER_NEEDS_REAL_DATA();
    auto how = options({(test::real_data() / "ml-100k/u1.base").string()});
    how.layout = {.format = LogFormat::movielens, .columns = {}, .header = false};
    how.items.path = (test::real_data() / "ml-100k/u.item").string();
    how.test = (test::real_data() / "ml-100k/u1.test").string();
    expect_same_file(how);
    EXPECT_EQ(80'000, result().info().interactions);
}

}  // namespace
}  // namespace alster
