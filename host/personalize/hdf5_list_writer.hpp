#pragma once
#include "data/list_file.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/personalize/list_writer.hpp"

namespace alster {

class Hdf5ListWriter : public ListWriter {
public:
    Hdf5ListWriter(const Communicator& ranks, const ListFile& file);

    void write(const ListBlock& block) override;
    void commit() override;

private:
    ListFile what_;
    ParallelFileAccess access_;
    ListFileWriter file_;
};

}  // namespace alster
