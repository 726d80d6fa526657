#pragma once
#include <filesystem>
#include <string>

#include "host/machine/machine_options.hpp"
#include "host/model/objective.hpp"
#include "host/solve/side_prior.hpp"
#include "host/solve/solve_options.hpp"
#include "host/train/borders.hpp"

namespace alster {

/// Whether rows are shared out anew among the ranks when it has shown how long they take.
enum class Rebalance { automatic, never, always };

/// What a training run is asked to do: the options of `alster train`.
struct TrainOptions {
    std::filesystem::path data;
    std::filesystem::path out;  // the run's directory
    bool overwrite = false;
    Objective objective{.alpha0 = -1};  // α0 by the density of the data
    SolveOptions solve;
    PriorOptions prior;  // of rows by their features; none where no attribute is named
    MachineOptions machine;
    BorderOptions borders;
    Rebalance rebalance = Rebalance::automatic;
    int sweeps = 16;
    std::filesystem::path align_to = {};  // a model into whose space the finished one is turned; empty: none
    // the runs of those two models, where a checkpoint names them and the files are not asked for
    std::string start_run = {};
    std::string align_run = {};
    int patience = 0;      // sweeps without a better validation metric before it stops; 0: never
    bool measured = true;  // by the held-out part, after each sweep; false: that part is not read
    bool quiet = false;    // nothing on standard error

    [[nodiscard]] RowCost row_cost() const { return alster::row_cost(objective, solve); }
};

}  // namespace alster
