#pragma once

#include <string>
#include <vector>

#include "pipelines/device_state.h"

namespace pipelines {

/// Compares a device with a row's expectation. Returns a text for each part that differs.
///
/// The parts of an expectation are separated by semicolons, and "-" is one without parts. "|"
/// separates alternatives. A part is "fmt FOURCC", "fmt FOURCC SIZE", a size alone, "rate N/D",
/// "std MASK", "crop LEFT,TOP SIZE" or "ctrl NAME=VALUE". A part that begins with "!" is about the
/// pipeline, and is left out here. "!mem=dmabuf" forbids DMABufs. "!warning" wants a WARNING of the
/// source, and "!silence" forbids one.
std::vector<std::string> differences(const std::string& expectation, const DeviceState& device);

/// Makes the device forget the controls and the standard of an expectation. So the device can't
/// have them from an earlier program.
void forget(const std::string& expectation, const DeviceState& device);

/// Returns true if the expectation has this part.
bool has_part(const std::string& expectation, const std::string& part);

}  // namespace pipelines
