#pragma once
#include <array>
#include <string>

#include "data/id_column.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// Whether ids are written as "12" or as "12.0", as data frames do where some are absent: then one row would be two.
class IdSpelling {
public:
    void look_at(const IdColumn& ids);

    /// Throws bad_data (65) where ids of these and those of other ranks are written in both ways. Collective.
    void require_one(const Communicator& ranks, const char* what) const;

private:
    std::array<std::string, 2> examples_;  // "12", "12.0"; empty: none
};

}  // namespace alster
