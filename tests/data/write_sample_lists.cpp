#include "tests/support/sample_lists.hpp"

/// write_sample_lists FILE: the lists that h5py_test.py reads.
int main(int argc, char** argv)
{
    if (argc != 2) return 64;
    alster::test::write_sample_lists(argv[1]);
    return 0;
}
