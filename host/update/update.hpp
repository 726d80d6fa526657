#pragma once
#include <filesystem>
#include <string>

#include "distributed/communicator.hpp"
#include "host/prepare/prepare.hpp"
#include "host/update/staleness.hpp"

namespace alster {

/// What `alster update` was asked for.
struct UpdateOptions {
    std::filesystem::path model;  // or the directory of its run
    PrepareOptions prepare;       // the new events; `extend` is the model's dataset, `out` is set by run_update()
    std::filesystem::path out;    // a directory: dataset.h5 and model.h5
    bool keep_items = false;      // items that the model has learned stay as they are: only others are folded in
    int threads = 0;              // a rank; 0: its share of the node's cores
};

/// What became of one side.
struct UpdatedRows {
    std::int64_t folded = 0;  // rows with other interactions than before
    std::int64_t fresh = 0;   // of these, such as the model had nothing of
    double seconds = 0;       // in half-steps
};

struct UpdateReport {
    PrepareReport events;
    UpdatedRows users;
    UpdatedRows items;
    Staleness others;  // users that were not folded in
    std::string model;
    std::string dataset;
    std::string run_id;
    double seconds = 0;
};

/// New events are added to a model's dataset. Users and items with other interactions than before are folded into the
/// model: users for its items, items for those users, and users again (docs/update.md). All other rows keep their bits.
/// The result lies in a directory of its own: what was there stays valid. Collective; the files do not depend on the
/// number of ranks. Errors: those of prepare(); bad_data (65) where the model was trained on another dataset;
/// cannot_create (73) where the directory holds a model already; diverged (12).
[[nodiscard]] UpdateReport run_update(const Communicator& ranks, const UpdateOptions& options);

}  // namespace alster
