#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/event.hpp"
#include "data/ingest/timestamp.hpp"
#include "data/interactions.hpp"

namespace alster {

/// What an event says: how much it counts (c ≥ 0) and for or against (p, from 0 to 1).
struct Weight {
    float confidence = 1;
    float preference = 1;
    Roles role = consumed_role;
};

/// How events of one type become weights (docs/rules.md); v is the event's value.
struct EventRule {
    std::string type;
    double base = 1;  // c = base + per_value · s(|v − centre|)
    double per_value = 0;
    double centre = 0;
    std::optional<double> log_epsilon;  // s(x) = ln(1 + x/ε) where given, else x
    std::optional<double> preference;   // p, unless thresholds decide; by default 1, of what is disliked or shown 0
    std::optional<double> like_from;    // p = 1 for v ≥ like_from, 0 for v ≤ dislike_to, linear between
    std::optional<double> dislike_to;
    std::optional<double> early_exit_below;  // v below it: p = 0, c = early_exit_confidence
    double early_exit_confidence = 0.1;
    std::optional<double> half_life_days;  // c · max(floor, 2^(−age/half-life))
    double floor = 0;
    std::optional<Roles> role;         // not given: disliked where p = 0 by preference or thresholds, else consumed
    bool ignore = false;               // nothing is made of such events
    std::optional<double> drop_below;  // nor of those with a value below it

    /// True for an event that the rule leaves out.
    [[nodiscard]] bool ignores(const Event& event) const
    {
        return ignore || (drop_below && event.has_value && event.value < static_cast<float>(*drop_below));
    }

    /// True where the value says for or against, so that an event without one says nothing.
    [[nodiscard]] bool needs_value() const { return like_from || early_exit_below; }

    [[nodiscard]] Weight weight(double value) const;

    /// The factor of an event that is `age` older than the latest one.
    [[nodiscard]] double decay(Milliseconds age) const;
};

/// The rules of a TOML file: a table [event.TYPE] for each type, [default] for events without a type, [other] for all
/// that have no rule of their own.
class EventRules {
public:
    /// Errors: bad_config (78) with file and line for a file that is missing or no TOML, an unknown key, a value of the
    /// wrong type or out of range, or a rule whose confidence could be negative.
    [[nodiscard]] static EventRules load(const std::string& path);
    /// The same from the text of a file, which messages call `path`.
    [[nodiscard]] static EventRules of_text(const std::string& path, std::string text);

    /// The number of the rule for a type; "" is the default rule. Nothing where there is none, nor one for others.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view type) const;

    [[nodiscard]] const EventRule& operator[](std::size_t rule) const { return rules_[rule]; }
    /// The number of the rule of all types that have none, [other].
    [[nodiscard]] std::optional<std::size_t> other() const { return other_; }
    [[nodiscard]] bool any_decay() const;

    /// The file as it stands, for the provenance.
    [[nodiscard]] const std::string& text() const { return text_; }

    static constexpr std::size_t most_rules = 127;  // a rule's number is kept in 7 bits, of which stored_rule is none

private:
    std::vector<EventRule> rules_;
    std::optional<std::size_t> other_;
    std::string text_;
};

}  // namespace alster
