#pragma once
#include <functional>

namespace alster {

/// One subcommand: argv[0] is its name. Returns the exit code; failures are thrown as Error.
struct Command {
    const char* name;
    const char* summary;
    int (*run)(int argc, char** argv);
    bool parallel;               // uses MPI: runs alone, under mpirun or srun
    const char* parts = "";      // "assign read": the words it takes behind its name, each with options of its own
    bool shows_waiting = true;   // false: it shows its progress itself
    bool starts_others = false;  // it runs a parallel command itself
};

/// Runs it, under MPI if it is parallel; else the first process of a launcher runs it, and the others do nothing. A
/// failure is printed in one line and becomes the exit code.
int run(const Command& command, int argc, char** argv);

/// Runs what only prints; a failure is printed in one line and becomes the exit code.
int run_guarded(const std::function<void()>& job);

int synth_command(int argc, char** argv);
int prepare_command(int argc, char** argv);
int plan_command(int argc, char** argv);
int train_command(int argc, char** argv);
int update_command(int argc, char** argv);
int export_checkpoint_command(int argc, char** argv);
int sweep_command(int argc, char** argv);
int sweep_report_command(int argc, char** argv);
int tune_command(int argc, char** argv);
int evaluate_command(int argc, char** argv);
int compare_command(int argc, char** argv);
int map_command(int argc, char** argv);
int neighbours_command(int argc, char** argv);
int recommend_command(int argc, char** argv);
int explain_command(int argc, char** argv);
int report_command(int argc, char** argv);
int scaling_command(int argc, char** argv);
int rerank_command(int argc, char** argv);
int popular_command(int argc, char** argv);
int similar_command(int argc, char** argv);
int page_command(int argc, char** argv);
int export_command(int argc, char** argv);
int diff_command(int argc, char** argv);
int erase_command(int argc, char** argv);
int audit_command(int argc, char** argv);
int gate_command(int argc, char** argv);
int publish_command(int argc, char** argv);
int ab_command(int argc, char** argv);
int offpolicy_command(int argc, char** argv);
int doctor_command(int argc, char** argv);
int inspect_command(int argc, char** argv);

}  // namespace alster
