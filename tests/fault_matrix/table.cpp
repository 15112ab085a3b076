#include "fault_matrix/table.h"

#include <fstream>
#include <sstream>
#include <vector>

namespace faults {
namespace {

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// Returns the cells of a line such as "| a | b |".
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream rest{line.substr(1)};
  for (std::string cell; std::getline(rest, cell, '|');)
    cells.push_back(trimmed(cell));
  return cells;
}

}  // namespace

std::map<std::string, Row> rows_for(const std::string& file, const std::string& stage) {
  // The stage "loopback 0.12" also has the rows of "loopback".
  const auto kind = stage.substr(0, stage.find(' '));
  std::map<std::string, Row> rows;
  std::ifstream input{file};
  bool inside{};
  for (std::string line; std::getline(input, line);) {
    if (line.starts_with("<!--")) inside = line == "<!-- the fault matrix -->";
    if (!inside || !line.starts_with("| ")) continue;
    const auto cells = cells_of(line);
    const auto is_of = [&](const std::string& name) {
      return cells.size() == moments + 2 && (cells[1] + ",").find(name + ",") != std::string::npos;
    };
    if (!is_of(stage) && !is_of(kind)) continue;
    auto& row = rows[cells[0]];
    for (std::size_t moment = 0; moment < moments; ++moment)
      if (cells[moment + 2] != "–") row.at(moment) = cells[moment + 2];
  }
  return rows;
}

}  // namespace faults
