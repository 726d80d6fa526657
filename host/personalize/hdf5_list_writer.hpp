#pragma once
#include "data/hdf5_file.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/personalize/list_writer.hpp"

namespace alster {

class Hdf5ListWriter : public ListWriter {
public:
    Hdf5ListWriter(const Communicator& ranks, const ListFile& file);

    void write(const ListBlock& block) override;
    void commit() override;

private:
    void write_block(Row first, const TopK& lists, std::span<const Reason> reasons, const IdColumn& ids);

    ListFile what_;
    ParallelFileAccess access_;
    Hdf5File file_;
    IdKind id_kind_;
    bool wrote_ = false;
};

}  // namespace alster
