#include "tests/support/sample_lists.hpp"

/// write_lists_of_every_kind FILE: the lists that h5py_test.py reads.
int main(int argc, char** argv)
{
    if (argc != 2) return 64;
    alster::test::write_lists_of_every_kind(argv[1]);
    return 0;
}
