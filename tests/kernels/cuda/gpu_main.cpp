#include "kernels/backends.hpp"
#include "tests/support/run_tests.hpp"

// The tests of a device: without one they would fail one after another, each with the driver's words.
int main(int argc, char** argv)
{
    return alster::test::run_tests(argc, argv, [] {
        std::string why;
        return alster::gpus(why).empty() ? "gpu_test: no GPU: " + why : "";
    });
}
