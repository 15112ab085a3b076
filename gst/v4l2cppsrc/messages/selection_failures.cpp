#include "messages/selection_failures.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace v4l2gst {
namespace {

Report selection(Cause cause, const std::string& selector, std::string text,
                 std::span<const v4l2::ListedNode> possible) {
  auto report =
      resource(GST_RESOURCE_ERROR_NOT_FOUND, cause, selector, std::move(text), v4l2::Error{});
  std::vector<std::string> ids;
  for (const auto& node : possible)
    ids.push_back(node.id);
  report.details = {{.name = "property", .value = std::string{"device"}},
                    {.name = "asked", .value = selector},
                    {.name = "possible", .value = std::move(ids)}};
  return report;
}

/// Returns a line for each node: the value of "device" that chooses it, and what it is.
std::string lines_of(std::span<const v4l2::ListedNode> nodes) {
  std::string lines;
  for (const auto& node : nodes) {
    lines += "\n  " + node.id;
    if (node.id == node.path) continue;
    lines += "  (" + (node.identity.card.empty() ? std::string{} : node.identity.card + ", ") +
             node.path + ")";
  }
  return lines;
}

/// Returns the first node of each device. Its others are for metadata, as a rule.
std::vector<v4l2::ListedNode> first_nodes(std::span<const v4l2::ListedNode> nodes) {
  std::vector<v4l2::ListedNode> first;
  for (const auto& node : nodes) {
    const auto& place = node.identity;
    const auto before = [&](const v4l2::ListedNode& other) {
      return other.identity.known() && other.identity.port == place.port &&
             std::pair{other.identity.function, other.identity.index} <
                 std::pair{place.function, place.index};
    };
    if (std::ranges::none_of(nodes, before)) first.push_back(node);
  }
  return first;
}

}  // namespace

Report no_selector(const std::string& selector, const std::string& term) {
  auto text = "'" + term + "' is no part of a selector, in the property 'device'. ";
  if (term.empty()) text = "The selector " + quoted(selector) + " has a comma too many. ";
  return selection(Cause::no_device, selector,
                   text +
                       "A selector is serial=…, usb=vendor:product, bus=…, card=…, interface=… or "
                       "index=…, or several of them with commas between.",
                   {});
}

Report no_match(const std::string& selector, std::span<const v4l2::ListedNode> there,
                std::span<const v4l2::ListedNode> hidden) {
  const auto possible = first_nodes(there);
  auto text = "No camera matches " + quoted(selector) + ". ";
  if (!hidden.empty())
    text = "The camera that matches " + quoted(selector) + " has no file under /dev here: it is " +
           hidden.front().name +
           " of the system. In a container, hand it over ('docker run --device=/dev/" +
           hidden.front().name + "'). ";
  else if (!there.empty() && std::ranges::all_of(there, [](const v4l2::ListedNode& node) {
             return node.name.empty();
           }))
    text += "Nothing is known of the nodes under /dev, since /sys can't be read here. ";
  if (possible.empty())
    text += "There is no video device under /dev. Plug one in.";
  else
    text += "To choose a device that is there, set 'device' to one of these:" + lines_of(possible);
  auto report = selection(Cause::no_device, selector, std::move(text), possible);
  report.may_come = true;
  return report;
}

Report ambiguous(const std::string& selector, std::span<const v4l2::ListedNode> candidates) {
  return selection(Cause::ambiguous, selector,
                   "Several cameras match " + quoted(selector) +
                       ". To choose one, set 'device' to one of these:" + lines_of(candidates),
                   candidates);
}

Report bad_descriptor(int descriptor, const v4l2::Error& error) {
  const auto name = "device-fd=" + std::to_string(descriptor);
  const auto report = [&](GstResourceError code, Cause cause, std::string text) {
    return resource(code, cause, name, std::move(text), error);
  };
  switch (error.code) {
    case EBADF:
      return report(GST_RESOURCE_ERROR_NOT_FOUND, Cause::not_a_device,
                    name +
                        " is no open descriptor of this process. Set it to that of a node which "
                        "this process has opened or received, and keep that open until the "
                        "element is in READY.");
    case EACCES:
      return report(GST_RESOURCE_ERROR_OPEN_READ_WRITE, Cause::permission,
                    name + " was not opened for reading and writing. Open the node with O_RDWR.");
    case ENODEV:
    case ENXIO:
      return report(GST_RESOURCE_ERROR_NOT_FOUND, Cause::lost,
                    "The device of " + name +
                        " is gone. A descriptor does not come back: open the node of the device "
                        "anew, and set 'device-fd' to that.");
    case EMFILE:
    case ENFILE:
      return report(GST_RESOURCE_ERROR_OPEN_READ_WRITE, Cause::io,
                    name + " can't be copied: " + std::strerror(error.code) +
                        ". Close what is open, or raise the limit ('ulimit -n').");
    default:
      return report(GST_RESOURCE_ERROR_NOT_FOUND, Cause::not_a_device,
                    name + " is not a V4L2 device. Set it to the descriptor of a capture node.");
  }
}

}  // namespace v4l2gst
