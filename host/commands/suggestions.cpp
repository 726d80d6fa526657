#include "host/commands/suggestions.hpp"

#include <algorithm>
#include <map>

#include "data/error.hpp"

namespace alster {

namespace {

/// Steps between two words: a letter more, less or another, or two letters swapped.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                steps[i][j] = i + j;
                continue;
            }
            const std::size_t changed = steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            steps[i][j] = std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, changed});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
        }
    return steps[a.size()][b.size()];
}

/// What other programs call our options.
const std::map<std::string_view, std::string_view>& foreign_names()
{
    static const std::map<std::string_view, std::string_view> names = {
        {"--iterations", "--sweeps"},
        {"--maxIter", "--sweeps"},
        {"--max-iter", "--sweeps"},
        {"--epochs", "--sweeps"},
        {"--regularization", "--reg"},
        {"--regParam", "--reg"},
        {"--lambda", "--reg"},
        {"--rank", "--factors"},
        {"--dim", "--factors"},
        {"--num-threads", "--threads"},
        {"--topk", "--k"},
        {"--top-k", "--k"},
        {"--output", "--out"},
        {"--random-state", "--seed"},
        {"--dataset", "--data"},
    };
    return names;
}

/// Those of option groups as well, which are nameless subcommands.
std::vector<std::string> names_of(const CLI::App& app)
{
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options({}))
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const CLI::App* group : app.get_subcommands({}))
        for (const std::string& name : names_of(*group)) names.push_back(name);
    return names;
}

std::string meant(const std::string& word, const std::vector<std::string>& known)
{
    const auto foreign = foreign_names().find(word);
    if (foreign != foreign_names().end() && std::ranges::find(known, foreign->second) != known.end())
        return std::string(foreign->second);
    return nearest_word(word, known);
}

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& known)
{
    std::string nearest;
    std::size_t least = word.size() / 3 + 1;
    for (const std::string& one : known)
        if (const std::size_t steps = distance(word, one); steps < least) {
            least = steps;
            nearest = one;
        }
    return nearest;
}

void require_known_options(const CLI::App& app, int argc, char** argv)
{
    if (app.get_allow_extras()) return;  // they are another command's
    const auto known = names_of(app);
    for (int n = 1; n < argc; ++n) {
        const std::string word = std::string(argv[n]).substr(0, std::string_view(argv[n]).find('='));
        if (word == "--") return;  // names of files follow
        if (!word.starts_with("--") || std::ranges::find(known, word) != known.end()) continue;
        const std::string near = meant(word, known);
        throw Error(ExitCode::usage, "unknown option {}{}; see {} --help", word,
                    near.empty() ? "" : fmt::format(": did you mean {}?", near), app.get_name());
    }
}

}  // namespace alster
