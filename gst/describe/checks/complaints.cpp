#include "checks/complaints.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include "device/text.h"
#include "facts/device_facts.h"

namespace v4l2describe {
namespace {

void check_nodes_bits(std::vector<std::string>& found, std::uint32_t node,
                      std::uint32_t whole_device) {
  constexpr std::uint32_t single = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_OUTPUT;
  constexpr std::uint32_t multi = V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_OUTPUT_MPLANE;
  if (const auto more = node & ~whole_device; more != 0)
    found.push_back("VIDIOC_QUERYCAP: the node has capabilities that the device lacks: " +
                    v4l2::hex(more));
  if ((node & single) != 0 && (node & multi) != 0)
    found.emplace_back("VIDIOC_QUERYCAP: the node has both the single- and the multi-planar API");
  if ((node & (V4L2_CAP_STREAMING | V4L2_CAP_READWRITE)) == 0)
    found.emplace_back("VIDIOC_QUERYCAP: the node has neither streaming nor read()");
}

}  // namespace

std::vector<std::string> capability_complaints(const DeviceFacts& facts) {
  std::vector<std::string> found;
  const auto need = [&found](std::string_view what, const std::string& text) {
    if (text.empty()) found.push_back("VIDIOC_QUERYCAP: the " + std::string{what} + " is empty");
  };
  need("driver", facts.driver);
  need("card", facts.card);
  need("bus", facts.bus);
  if (facts.node == 0)
    found.emplace_back("VIDIOC_QUERYCAP: the driver does not tell the capabilities of the node");
  else
    check_nodes_bits(found, facts.node, facts.capabilities);
  return found;
}

std::vector<std::string> input_complaints(const DeviceFacts& facts) {
  std::vector<std::string> found;
  std::set<std::string> names;
  for (const auto& input : facts.inputs) {
    const auto subject = "input " + std::to_string(input.index) + ": ";
    if (input.name.empty())
      found.push_back(subject + "the name is empty");
    else if (!names.insert(input.name).second)
      found.push_back(subject + "another input has the name " + input.name + " too");
  }
  if (!facts.inputs.empty() && std::ranges::none_of(facts.inputs, &InputFacts::current))
    found.emplace_back("VIDIOC_G_INPUT: the present input is not in the list");
  std::uint64_t listed{};
  for (const auto& standard : facts.standards) {
    listed |= standard.id;
    if (standard.name.empty())
      found.push_back("standard " + v4l2::hex(standard.id) + ": the name is empty");
  }
  if (!facts.standards.empty() && (facts.standard & ~listed) != 0)
    found.push_back("VIDIOC_G_STD: the present standard " + v4l2::hex(facts.standard) +
                    " is not in the list");
  return found;
}

std::vector<std::string> complaints(const DeviceFacts& facts) {
  auto all = capability_complaints(facts);
  const auto add = [&all](std::vector<std::string> more) {
    std::ranges::move(more, std::back_inserter(all));
  };
  add(input_complaints(facts));
  add(list_complaints(facts.raw));
  const auto& listed = facts.raw.formats.answers;
  if (const auto& current = facts.current;
      current && !listed.empty() && std::ranges::none_of(listed, [&](const RawFormat& format) {
        return format.answer.pixelformat == current->fourcc.code;
      }))
    all.push_back("VIDIOC_G_FMT: the present format " + current->fourcc.to_string() +
                  " is not in the list");
  add(control_complaints(facts.controls));
  return all;
}

}  // namespace v4l2describe
