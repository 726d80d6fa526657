#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace alster {

/// What one attribute must be. A row for which the attribute was not given never meets a condition.
struct Condition {
    std::string attribute;
    std::vector<std::string> any_of = {};   // one of its values is among these
    std::vector<std::string> all_of = {};   // all of these are among its values
    std::vector<std::string> none_of = {};  // none of these is
    std::vector<std::string> at_most = {};  // places on scales: the value is on the scale of one of them, and not above
    std::string any_of_user = {};           // as any_of and at_most, by an attribute of the user
    std::string at_most_user = {};
    std::optional<double> least = {};  // of numbers: least ≤ value ≤ most
    std::optional<double> most = {};
    std::optional<double> from = {};  // of times, in Unix seconds: from ≤ value < until
    std::optional<double> until = {};
    std::string where = {};  // "eligibility.toml:12", for messages
};

/// All of them hold.
using Conditions = std::vector<Condition>;

/// Users who may see the same items: the first class in the file whose conditions a user meets.
struct ClassRule {
    std::string name = {};
    Conditions users = {};
    std::vector<Conditions> items = {};   // one of them holds; empty: any item
    std::vector<std::string> allow = {};  // ids that need none of the conditions above
    std::vector<std::string> block = {};  // ids that nobody of the class sees
    std::string where = {};
};

/// Attributes of items that say when they may be seen: from ≤ instant < until, both in Unix seconds.
struct WindowRule {
    std::string from = {};    // "": from ever
    std::string until = {};   // "": forever
    bool open_ended = false;  // a value that was not given is no bound; else the item is not seen
    std::string where = {};
};

/// The file eligibility.toml (docs/eligibility.md): which items may be shown to whom.
struct EligibilityRules {
    std::string path;
    std::string digest;                                      // SHA-256 of the file
    std::map<std::string, std::vector<std::string>> scales;  // by name, from the mildest value on
    std::map<std::string, std::vector<std::string>> known;   // values by attribute that no item may have
    std::vector<ClassRule> classes;
    std::vector<Conditions> everyone;  // beside a class: one of them holds; empty: any item
    std::vector<std::string> block;    // ids that nobody sees
    std::optional<WindowRule> window;
    std::string unknown_users;  // the class of users who meet none; "": they see nothing

    /// Errors: bad_config (78), naming file and line, for what is no TOML, an unknown key, a value of another type, a
    /// condition that cannot hold, a class that is named twice, and where there is no class.
    [[nodiscard]] static EligibilityRules load(const std::string& path);

    /// The place of a value on a scale that has it; nothing: on none.
    struct Place {
        const std::vector<std::string>* scale;
        std::size_t place;
    };
    [[nodiscard]] std::optional<Place> place_of(const std::string& value) const;
};

}  // namespace alster
