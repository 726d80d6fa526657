#include "data/error.hpp"
#include "host/train/training_on_gpus.hpp"

namespace alster {

TrainResult train_on_gpus(Job& /*job*/)
{
    throw Error(ExitCode::internal, "this build has no CUDA backend, and yet it was chosen");
}

}  // namespace alster
