#include "host/model/served_factors.hpp"

namespace alster {

ServedFactors::ServedFactors(Side side, const Objective& objective, std::span<const float> trained) : values_(trained)
{
    if (!objective.is_explicit()) return;
    const auto w = static_cast<std::size_t>(objective.width());
    made_.reserve(trained.size() / w * objective.served_width());
    for (std::size_t first = 0; first < trained.size(); first += w) {
        const auto row = trained.subspan(first, w);
        made_.insert(made_.end(), row.begin(), row.end() - 1);
        const float bias = row.back();
        made_.push_back(side == Side::users ? bias : 1.0F);
        made_.push_back(side == Side::users ? 1.0F : bias);
    }
    values_ = made_;
}

std::vector<float> trained_factors(Side side, const Objective& objective, std::vector<float> served)
{
    if (!objective.is_explicit()) return served;
    const auto w = static_cast<std::size_t>(objective.served_width());
    std::vector<float> trained;
    trained.reserve(served.size() / w * (w - 1));
    for (std::size_t first = 0; first < served.size(); first += w) {
        const auto row = std::span(served).subspan(first, w);
        trained.insert(trained.end(), row.begin(), row.end() - 2);
        trained.push_back(side == Side::users ? row[w - 2] : row[w - 1]);
    }
    return trained;
}

}  // namespace alster
