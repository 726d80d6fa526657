#pragma once
#include "host/personalize/joined_output.hpp"
#include "host/personalize/list_writer.hpp"

namespace alster {

class JsonListWriter : public ListWriter {
public:
    JsonListWriter(const Communicator& ranks, const ListFile& file);

    void write(const ListBlock& block) override;
    void commit() override;

private:
    ListFile what_;
    JoinedOutput out_;
};

}  // namespace alster
