#include "host/model/served_model.hpp"

#include "host/machine/threads.hpp"
#include "host/model/model_and_data.hpp"

namespace alster {

ServedModel::ServedModel(const Communicator& ranks, const ServedOptions& options)
    : ranks_(ranks), options_(options), access_(ranks), model_(options.model, access_)
{
    if (!options_.data.empty()) dataset_.emplace(options_.data, access_);
    set_threads(ranks_, options_.threads);
    if (dataset_) warning_ = require_match(ranks_, model_, *dataset_);
    note_ = partial_note(model_);
}

const ItemLabels& ServedModel::labels()
{
    if (!labels_) labels_.emplace(model_, dataset_ ? &*dataset_ : nullptr);
    return *labels_;
}

const Scorers& ServedModel::scorers(bool few)
{
    if (!scorers_) scorers_ = choose_scorers(ranks_, options_.backend, few);
    return *scorers_;
}

const LearnedItems& ServedModel::items()
{
    if (!items_) items_.emplace(model_);
    return *items_;
}

const Scorer& ServedModel::item_scorer()
{
    if (!item_scorer_) item_scorer_ = scorers().make(items().table());
    return item_scorer_;
}

const Popularity& ServedModel::popularity()
{
    if (!popularity_) popularity_.emplace(positive_counts(ranks_, dataset()));
    return *popularity_;
}

}  // namespace alster
