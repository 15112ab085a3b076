#pragma once

#include <array>
#include <map>
#include <string>

#include "fault_matrix/stage.h"

namespace faults {

/// What is expected at each moment; empty where the fault can't strike then.
using Row = std::array<std::string, moments>;

/// The rows for a stage, by the faults' names, of the table that stands in a Markdown file between
/// the comments "the fault matrix" and "end of the fault matrix".
std::map<std::string, Row> rows_for(const std::string& file, const std::string& stage);

}  // namespace faults
