#include "tests/support/sample_files.hpp"

/// write_sample_model FILE: the model that h5py_test.py reads.
int main(int argc, char** argv)
{
    if (argc != 2) return 64;
    alster::test::SampleModel(1000, 300, 17).write(argv[1], alster::serial_access(), {0, 1000}, {0, 300});
    return 0;
}
