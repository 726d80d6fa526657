#pragma once
#include "data/output_file.hpp"
#include "host/personalize/list_writer.hpp"

namespace alster {

/// Each rank writes a part of its own; commit() joins them in the order of ranks.
class JsonListWriter : public ListWriter {
public:
    JsonListWriter(const Communicator& ranks, const ListFile& file);

    void write(const ListBlock& block) override;
    void commit() override;

private:
    const Communicator& ranks_;
    ListFile what_;
    OutputFile out_;  // of this rank; the leading rank's becomes the file
};

}  // namespace alster
