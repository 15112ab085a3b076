#pragma once

#include <map>
#include <string>
#include <vector>

namespace pipelines {

/// A Row is a pipeline, and what it does to a device.
struct Row {
  std::string id;
  std::string kind;
  std::string expectation;  ///< see differences()
  std::string pipeline;
};

/// Reads rows of four columns, which are separated by tabs. Lines that begin with "#" are comments.
/// Returns no rows if the file can't be read or a line has other columns.
std::vector<Row> read_rows(const std::string& path);

/// Returns the pipeline with each "@NAME@" replaced by the value of that name.
std::string with_names(std::string pipeline, const std::map<std::string, std::string>& names);

/// Returns the pipeline with the word "v4l2src" replaced by the element's name.
std::string with_element(std::string pipeline, const std::string& element);

}  // namespace pipelines
