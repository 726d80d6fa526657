#include "data/json_text.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"

namespace alster {
namespace {

using nlohmann::json;

TEST(JsonText, BytesThatAreNotUtf8BecomeReplacementCharacters)
{
    const std::string replaced = "\xef\xbf\xbd";

    EXPECT_EQ("\"caf" + replaced + "\"", json_text(json("caf\xe9")));
    EXPECT_EQ("[\"" + replaced + "\",\"" + replaced + "\"]",
              json_text(json{"\xff", "\xe2\x82"}));                       // a cut-off euro sign
    EXPECT_EQ("{\"" + replaced + "\":1}", json_text(json{{"\xc0", 1}}));  // keys as well
    EXPECT_EQ("\"d\xc3\xa9j\xc3\xa0\"", json_text(json("d\xc3\xa9j\xc3\xa0")));
    EXPECT_EQ("\"a\\u0000b\"", json_text(json(std::string("a\0b", 3))));
}

TEST(JsonText, OrderIndentAndNumbersThatAreNotFinite)
{
    EXPECT_EQ(R"({"b":null,"a":1.5})", json_text(nlohmann::ordered_json{{"b", std::nan("")}, {"a", 1.5}}));
    EXPECT_EQ("{\n  \"a\": 1\n}", json_text(json{{"a", 1}}, 2));
}

TEST(JsonText, APathThatIsNotUtf8MakesWholeJsonInEveryCommand)
{
    const test::TemporaryDirectory directory;
    const std::string place = fmt::format("'{}/b\xff d'", directory.path().string());
    std::filesystem::create_directory(directory.path() / "b\xff d");
    const auto run = [&](const std::string& arguments) {
        const auto finished = test::run_command("cd " + place + " && " + test::alster_program() + " " + arguments);
        EXPECT_EQ(0, finished.code) << arguments << '\n' << finished.err;
        return json::parse(finished.out);
    };
    run("synth --users 20 --items 20 --events 100 --log ratings --json --out " + place);
    run("prepare --input events.csv --format csv --header --columns user=0,item=1,value=2,time=3 --split last:1 --json "
        "--out " +
        place + "/d.h5");
    const std::string train =
        "train --json --factors 2 --sweeps 1 --backend cpu --data " + place + "/d.h5 --out " + place + "/runs/r\xfe";
    EXPECT_TRUE(run(train).contains("objective"));
    EXPECT_TRUE(run(train).contains("already_finished"));
    EXPECT_EQ(2U, run("inspect --json runs/r\xfe/model.h5")["factors"]);
    EXPECT_EQ(1U, run("sweep-report --json runs")["runs"].size());
    EXPECT_EQ(1U,
              run("recommend --json --user 1 --data d.h5 --model " + place + "/runs/r\xfe/model.h5")["lists"].size());
    EXPECT_TRUE(
        run("recommend --json --all --data d.h5 --model runs/r\xfe/model.h5 --out l\xff.jsonl").contains("out"));
    EXPECT_TRUE(std::filesystem::exists(directory.path() / "b\xff d/runs/r\xfe/manifest.json"));
}

}  // namespace
}  // namespace alster
