#include "host/train/train_result.hpp"

namespace alster {

std::string TrainResult::note() const
{
    if (!metric || metric->comparison().model_wins()) return "";
    return metric->comparison().warning();
}

}  // namespace alster
