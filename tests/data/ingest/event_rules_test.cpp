#include "data/ingest/event_rules.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using testing::HasSubstr;

constexpr Milliseconds day = 86'400'000;

EventRules rules_of(const std::string& text)
{
    const test::TemporaryDirectory directory;
    return EventRules::load(test::write_file(directory / "rules.toml", text));
}

Weight weigh(const EventRules& rules, const char* type, double value)
{
    return rules[rules.find(type).value()].weight(value);
}

TEST(EventRules, OfTheExampleMeanWhatItsCommentsSay)
{
    const EventRules rules = EventRules::load(ALSTER_SOURCE_DIR "/docs/rules.example.toml");

    EXPECT_FLOAT_EQ(4.5F, weigh(rules, "play", 1).confidence);
    EXPECT_EQ(1, weigh(rules, "play", 1).preference);
    EXPECT_FLOAT_EQ(0.2F, weigh(rules, "play", 0.01).confidence);
    EXPECT_EQ(0, weigh(rules, "play", 0.01).preference);
    EXPECT_FLOAT_EQ(static_cast<float>(1 + 2 * std::log(11.0)), weigh(rules, "listen", 10).confidence);
    EXPECT_EQ(1, weigh(rules, "stars", 4).preference);
    EXPECT_EQ(0.5, weigh(rules, "stars", 3).preference);
    EXPECT_EQ(0, weigh(rules, "stars", 2).preference);
    EXPECT_FLOAT_EQ(4, weigh(rules, "stars", 1).confidence);
    EXPECT_FLOAT_EQ(4, weigh(rules, "stars", 5).confidence);
    EXPECT_EQ(1, weigh(rules, "thumb_up", 1).preference);
    EXPECT_EQ(0, weigh(rules, "thumb_down", 1).preference);
    EXPECT_EQ(consumed_role, weigh(rules, "stars", 1).role);
    EXPECT_EQ(disliked_role, weigh(rules, "thumb_down", 1).role);
    EXPECT_EQ(shown_role, weigh(rules, "impression", 1).role);
    EXPECT_EQ(0, weigh(rules, "impression", 1).preference);
    EXPECT_EQ(std::nullopt, rules.find("purchase"));
    EXPECT_EQ(std::nullopt, rules.find(""));
}

TEST(EventRules, CountAnEarlyExitAsAPlayUnlessAsked)
{
    const EventRules rules = rules_of("[event.play]\nper_value = 1.0\n");

    EXPECT_EQ(1, weigh(rules, "play", 0.01).preference);
    EXPECT_FLOAT_EQ(1.01F, weigh(rules, "play", 0.01).confidence);
}

TEST(EventRules, SayWhatAnEventWasAndThatADislikeIsOneByItsPreference)
{
    const EventRules rules = rules_of(
        "[event.play]\nearly_exit_below = 0.1\n"
        "[event.down]\npreference = 0\n"
        "[event.stars]\nlike_from = 4\ndislike_to = 2\n"
        "[event.rated]\nlike_from = 4\ndislike_to = 2\nrole = \"consumed\"\n"
        "[event.impression]\nrole = \"shown\"\nbase = 0.1\n"
        "[event.hidden]\nrole = \"disliked\"\n"
        "[event.trailer]\nrole = \"shown\"\npreference = 0.3\nearly_exit_below = 0.5\n");

    EXPECT_EQ(consumed_role, weigh(rules, "play", 1).role);
    EXPECT_EQ(consumed_role, weigh(rules, "play", 0.05).role);  // an early exit was a play all the same
    EXPECT_EQ(disliked_role, weigh(rules, "down", 1).role);
    EXPECT_EQ(disliked_role, weigh(rules, "stars", 2).role);
    EXPECT_EQ(consumed_role, weigh(rules, "stars", 2.1).role);
    EXPECT_EQ(consumed_role, weigh(rules, "rated", 1).role);
    EXPECT_EQ(0, weigh(rules, "rated", 1).preference);
    EXPECT_EQ(shown_role, weigh(rules, "impression", 1).role);
    EXPECT_EQ(0, weigh(rules, "impression", 1).preference);  // to be shown an item says nothing for it
    EXPECT_EQ(disliked_role, weigh(rules, "hidden", 1).role);
    EXPECT_EQ(0, weigh(rules, "hidden", 1).preference);
    EXPECT_FLOAT_EQ(0.3F, weigh(rules, "trailer", 1).preference);
    EXPECT_EQ(shown_role, weigh(rules, "trailer", 0.1).role);
}

TEST(EventRules, DecayByHalfLivesDownToTheFloor)
{
    const EventRules rules = rules_of("[default]\nhalf_life_days = 10\nfloor = 0.2\n[event.x]\n");
    const EventRule& rule = rules[*rules.find("")];

    EXPECT_DOUBLE_EQ(1, rule.decay(0));
    EXPECT_DOUBLE_EQ(0.5, rule.decay(10 * day));
    EXPECT_DOUBLE_EQ(0.25, rule.decay(20 * day));
    EXPECT_DOUBLE_EQ(0.2, rule.decay(1000 * day));
    EXPECT_DOUBLE_EQ(1, rules[*rules.find("x")].decay(1000 * day));
    EXPECT_TRUE(rules.any_decay());
}

TEST(EventRules, SayFileAndLineOfWhatTheyDoNotUnderstand)
{
    const std::vector<std::pair<const char*, const char*>> cases = {
        {"[event.play]\nbase = 1\nweight = 2\n", "rules.toml:3: unknown key 'weight'"},
        {"[events.play]\nbase = 1\n", "rules.toml:1: unknown key 'events'"},
        {"[event.play]\nbase = \"2\"\n", "rules.toml:2: 'base' must be a number"},
        {"[event.play]\nbase = -1\n", "rules.toml:2: 'base' is -1"},
        {"[event.play]\nbase = nan\n", "rules.toml:2: 'base' is nan"},
        {"[event.play]\n\nper_value = -0.5\n", "rules.toml:3: 'per_value' is -0.5"},
        {"[event.play]\npreference = 2\n", "rules.toml:2: 'preference' is 2"},
        {"[event.play]\nhalf_life_days = 0\n", "rules.toml:2: 'half_life_days' is 0"},
        {"[event.play]\nrole = \"seen\"\n", "rules.toml:2: 'role' must be \"consumed\", \"disliked\" or \"shown\""},
        {"[event.play]\nbase = 1\nrole = 4\n", "rules.toml:3: 'role' must be"},
        {"[event.play]\nlike_from = 4\n", "rules.toml:1: like_from and dislike_to go together"},
        {"[event.play]\nlike_from = 2\ndislike_to = 3\n", "rules.toml:1: like_from and dislike_to go together"},
        {"[event]\nplay = 3\n", "rules.toml:2: a rule is a table"},
        {"[event.play\n", "rules.toml:1: "},
        {"", "rules.toml: 0 rules"},
    };
    for (const auto& [text, message] : cases) {
        try {
            rules_of(text);
            ADD_FAILURE() << "taken: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(ExitCode::bad_config, error.code()) << text;
            EXPECT_THAT(error.what(), HasSubstr(message));
        }
    }
    EXPECT_THROW(EventRules::load("/nowhere/rules.toml"), Error);
}

TEST(EventRules, GiveFiniteWeightsWhateverTheirConstants)
{
    for (const char* text : {"early_exit_below = 1\nearly_exit_confidence = 1e300", "base = 1e308\nper_value = 1e308",
                             "per_value = 0\ncentre = 1e308\nlog_epsilon = 1e-12"}) {
        const EventRules rules = rules_of(std::string("[default]\n") + text);
        for (const double value : {-3e38, 0.0, 3e38})
            EXPECT_TRUE(std::isfinite(weigh(rules, "", value).confidence)) << text;
    }
}

TEST(EventRules, AreRefusedInOneLineWhateverStandsInThem)
{
    for (const char* text : {"[default]\n\"a\\nb\" = 1\n", "[default]\nbase = t\nper_value = 1\n"})
        EXPECT_EQ(ExitCode::bad_config, test::exit_code_of([&] { rules_of(text); })) << text;
}

}  // namespace
}  // namespace alster
