#include "pipelines/row.h"

#include <fstream>
#include <sstream>
#include <string_view>

namespace pipelines {
namespace {

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

std::vector<Row> read_rows(const std::string& path) {
  std::vector<Row> rows;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream columns{line};
    Row row;
    std::getline(columns, row.id, '\t');
    std::getline(columns, row.kind, '\t');
    std::getline(columns, row.expectation, '\t');
    std::getline(columns, row.pipeline);
    if (row.pipeline.empty() || row.pipeline.find('\t') != std::string::npos) return {};
    rows.push_back(row);
  }
  return rows;
}

std::string with_names(std::string pipeline, const std::map<std::string, std::string>& names) {
  for (const auto& [name, value] : names) {
    std::string place{"@"};
    replace_all(pipeline, place.append(name).append("@"), value);
  }
  return pipeline;
}

std::string with_element(std::string pipeline, const std::string& element) {
  constexpr std::string_view word{"v4l2src"};
  if (element != word) replace_all(pipeline, word, element);
  return pipeline;
}

}  // namespace pipelines
