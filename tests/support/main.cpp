#include "tests/support/run_tests.hpp"

// Every test program runs alone or under mpirun: rank 0 speaks, and a failure on any rank fails the program.
int main(int argc, char** argv) { return alster::test::run_tests(argc, argv); }
