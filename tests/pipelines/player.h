#pragma once

#include <string>
#include <vector>

namespace pipelines {

/// A Script is a pipeline to play, and what has to come of it.
struct Script {
  std::string element;      ///< the factory of the source
  std::string pipeline;     ///< for gst_parse_launch()
  std::string expectation;  ///< see differences()
};

/// A Report has a text for each thing that went wrong, and one for each WARNING.
struct Report {
  std::vector<std::string> problems;
  std::vector<std::string> warnings;
};

/// Plays a pipeline until frames have left the source and reached every sink, compares the device,
/// and ends the pipeline with EOS. The calling process must have called gst_init().
Report play(const Script& script);

}  // namespace pipelines
