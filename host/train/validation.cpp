#include "host/train/validation.hpp"
namespace alster {
Validation::Validation(const Communicator& ranks, const DatasetReader& dataset, const TrainOptions& options, RowRange)
    : ranks_(ranks), dataset_(dataset), options_(options), available_(false)
{
}
double Validation::measure(const TrainedRows&, const TrainedRows&) const { return 0; }
}  // namespace alster
