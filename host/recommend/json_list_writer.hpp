#pragma once
#include <fstream>

#include "host/recommend/list_writer.hpp"

namespace alster {

/// Each rank writes a part of its own; commit() joins them in the order of ranks.
class JsonListWriter : public ListWriter {
public:
    JsonListWriter(const Communicator& ranks, const ListFile& file);
    ~JsonListWriter() override;

    void write(const ListBlock& block) override;
    void commit() override;

private:
    [[nodiscard]] std::filesystem::path part(int rank) const;
    void join();

    const Communicator& ranks_;
    ListFile what_;
    std::ofstream out_;
};

}  // namespace alster
