#pragma once
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/error.hpp"
#include "host/personalize/eligibility_rules.hpp"

namespace alster {

/// Reads the nodes of one TOML file of rules. Whatever is not as it must be throws bad_config (78) with file and line.
class RulesReader {
public:
    explicit RulesReader(std::string path) : path_(std::move(path)) {}

    /// Parses `text`, the contents of the file.
    [[nodiscard]] toml::table parse(const std::string& text) const;

    /// "eligibility.toml:12"
    [[nodiscard]] std::string where(const toml::node& node) const;

    template <class... Args>
    [[noreturn]] void fail(const toml::node& node, fmt::format_string<Args...> format, Args&&... args) const
    {
        throw Error(ExitCode::bad_config, "{}: {}", where(node), fmt::format(format, std::forward<Args>(args)...));
    }

    /// Calls visit(key, value) for the keys of a table, all of which must be known.
    void each(const toml::table& table, std::initializer_list<std::string_view> known,
              const std::function<void(const std::string&, const toml::node&)>& visit) const;

    [[nodiscard]] const toml::table& table(const toml::node& node, const std::string& what) const;
    [[nodiscard]] std::string text(const toml::node& node, const std::string& what) const;
    [[nodiscard]] double number(const toml::node& node, const std::string& what) const;
    [[nodiscard]] bool truth(const toml::node& node, const std::string& what) const;
    /// A text, number or truth value as attributes show them; or a list of these, which is not empty.
    [[nodiscard]] std::vector<std::string> values(const toml::node& node, const std::string& what) const;
    [[nodiscard]] std::map<std::string, std::vector<std::string>> named_lists(const toml::node& node,
                                                                              const std::string& what) const;

    /// All of them hold; at least one.
    [[nodiscard]] Conditions conditions(const toml::node& node, const std::string& what) const;
    /// A table of conditions, or several of which one must hold.
    [[nodiscard]] std::vector<Conditions> alternatives(const toml::node& node, const std::string& what) const;

private:
    [[nodiscard]] std::string value(const toml::node& node, const std::string& what) const;
    [[nodiscard]] double time(const toml::node& node, const std::string& what) const;
    [[nodiscard]] Condition condition(const std::string& attribute, const toml::node& node) const;

    std::string path_;
};

/// A file of rules as it lies on the disk.
struct RulesText {
    std::string text;
    std::string digest;  // SHA-256
};

/// Throws bad_config (78) where it cannot be read.
[[nodiscard]] RulesText read_rules(const std::string& path);

}  // namespace alster
