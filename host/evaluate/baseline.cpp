#include "host/evaluate/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace alster {

Baseline better_baseline(double rmse_of_biases, double rmse_of_mean)
{
    return rmse_of_mean < rmse_of_biases ? Baseline{"mean", rmse_of_mean} : Baseline{"biases", rmse_of_biases};
}

bool Comparison::model_wins() const { return metric == "rmse" ? model < baseline.value : model > baseline.value; }

bool Comparison::harder_than(const Comparison& other) const
{
    return metric == "rmse" ? baseline.value < other.baseline.value : baseline.value > other.baseline.value;
}

std::string Comparison::warning() const
{
    if (model_wins()) return "";
    return fmt::format("the model does not beat the best baseline, {}: {} {:.4f} against {:.4f}", baseline.name, metric,
                       model, baseline.value);
}

std::string Comparison::key() const
{
    std::string name = baseline.name == "biases" ? "bias" : baseline.name;
    std::ranges::replace(name, ' ', '_');
    return fmt::format("{}_{}", name, metric);
}

}  // namespace alster
