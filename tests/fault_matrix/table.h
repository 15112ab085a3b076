#pragma once

#include <array>
#include <map>
#include <string>

#include "fault_matrix/stage.h"

namespace faults {

/// The expected outcome at each moment. A text is empty if the fault cannot strike then.
using Row = std::array<std::string, moments>;

/// Returns a stage's rows, by the faults' names. The table is in a Markdown file, between the
/// comments "the fault matrix" and "end of the fault matrix".
std::map<std::string, Row> rows_for(const std::string& file, const std::string& stage);

}  // namespace faults
