#pragma once
#include <mpi.h>

#include "data/interactions.hpp"

namespace alster {

/// Throws unavailable (69) with MPI's text where a call failed. Only for sources of distributed/.
void check_mpi(int status);

/// One row as MPI's unit, so that no count reaches 2³¹ where bytes do.
class RowType {
public:
    explicit RowType(Row bytes)
    {
        check_mpi(MPI_Type_contiguous(static_cast<int>(bytes), MPI_BYTE, &type_));
        check_mpi(MPI_Type_commit(&type_));
    }
    ~RowType() { MPI_Type_free(&type_); }
    RowType(const RowType&) = delete;
    RowType& operator=(const RowType&) = delete;

    [[nodiscard]] MPI_Datatype get() const { return type_; }

private:
    MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

}  // namespace alster
