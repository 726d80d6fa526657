#include "host/evaluate/variants.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "data/error.hpp"
#include "data/id_hash.hpp"

namespace alster {

namespace {

/// Those before and behind it.
std::string without_blanks(const std::string& text)
{
    const auto begin = std::min(text.find_first_not_of(' '), text.size());
    return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

}  // namespace

Variants Variants::parse(const std::string& text)
{
    const auto refuse = [&] {
        throw Error(
            ExitCode::usage,
            "--shares {}: write control=0.5,treatment=0.5: different names, the control first, and shares above 0",
            text);
    };
    Variants variants;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(',', begin), text.size());
        const std::string part = without_blanks(text.substr(begin, end - begin));
        const auto equals = part.find('=');
        if (equals == std::string::npos || equals == 0 || variants.find(part.substr(0, equals)) >= 0) refuse();
        double share = 0;
        const char* last = part.data() + part.size();
        const auto [stop, error] = std::from_chars(part.data() + equals + 1, last, share);
        if (error != std::errc() || stop != last || !std::isfinite(share) || share <= 0) refuse();
        variants.names.push_back(part.substr(0, equals));
        variants.shares.push_back(share);
        begin = end + 1;
    }
    if (variants.names.size() < 2) refuse();
    const double sum = std::accumulate(variants.shares.begin(), variants.shares.end(), 0.0);
    for (double& share : variants.shares) share /= sum;
    return variants;
}

int Variants::find(std::string_view name) const
{
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

int Variants::of_user(std::string_view salt, std::string_view id) const
{
    const auto hash = id_hash(std::string(salt) + ':' + std::string(id));
    const double u = static_cast<double>(hash >> 11) * 0x1p-53;
    double end = 0;
    for (std::size_t n = 0; n + 1 < shares.size(); ++n) {
        end += shares[n];
        if (u < end) return static_cast<int>(n);
    }
    return static_cast<int>(shares.size()) - 1;
}

}  // namespace alster
