#pragma once

#include <span>
#include <string>
#include <vector>

namespace v4l2describe {

struct ControlFacts;
struct DeviceFacts;
struct RawLists;

// A device is well-formed if its driver's answers agree with the V4L2 specification and with each
// other. Each function returns what does not agree, a clause each. Pure.

/// Checks VIDIOC_QUERYCAP: names that are empty, and bits that exclude each other.
std::vector<std::string> capability_complaints(const DeviceFacts& facts);

/// Checks inputs and standards: names that are empty or not unique, and a present input or standard
/// that is not in its list.
std::vector<std::string> input_complaints(const DeviceFacts& facts);

/// Checks the lists of formats, sizes and intervals: entries that can't be, duplicates, and lists
/// that do not end.
std::vector<std::string> list_complaints(const RawLists& raw);

/// Checks controls: names, ranges, defaults, present values and menus.
std::vector<std::string> control_complaints(std::span<const ControlFacts> controls);

/// Returns all complaints about a device. Empty if it is well-formed.
std::vector<std::string> complaints(const DeviceFacts& facts);

}  // namespace v4l2describe
