#include <filesystem>

#include "tests/support/sample_files.hpp"

// The HDF5 files that fuzzing starts from: write_samples DIRECTORY
int main(int, char** argv)
{
    const std::filesystem::path directory(argv[1]);
    alster::test::write_sample_dataset(directory / "dataset.h5");
    alster::test::write_sample_model(directory / "model.h5");
    alster::test::write_sample_lists(directory / "lists.h5");
    alster::test::write_sample_checkpoint(directory / "checkpoint.h5");
}
