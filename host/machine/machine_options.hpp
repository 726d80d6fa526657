#pragma once
#include <string>

namespace alster {

/// What a rank may use of the machine, as the command line says it.
struct MachineOptions {
    std::string backend = "auto";
    std::string precision = "auto";
    double gpu_memory = 0;              // GiB of a GPU that a rank may take; 0: its share of what is free
    std::string gpu_exchange = "auto";  // auto: MPI is given device memory where it reads it; host: never
    int threads = 0;                    // a rank; 0: its share of the node's cores
};

}  // namespace alster
