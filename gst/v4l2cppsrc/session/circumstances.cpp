#include "session/circumstances.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "camera/camera.h"
#include "camera/graph_trouble.h"
#include "common/settings.h"
#include "device/modes.h"
#include "device/node_list.h"
#include "formats/offered_mode.h"
#include "formats/stream_config.h"
#include "kernel/request.h"
#include "messages/failures.h"
#include "negotiation/bandwidth.h"
#include "negotiation/candidates.h"
#include "negotiation/offers.h"

namespace v4l2gst {
namespace {

/// Adds the bandwidth of the mode, other devices on the bus, and modes that take less.
void add_demand(FailureContext& context, const Circumstances& in) {
  if (in.config == nullptr) return;
  const auto taken = mode_of(*in.config);
  context.mode = describe(taken);
  context.bytes_per_second = bytes_per_second(in.config->format, in.config->interval);
  for (const auto& node : v4l2::list_nodes(in.kernel))
    if (node.identity.index == 0 && node.identity.usb_bus() == context.identity.usb_bus() &&
        node.identity.port != context.identity.port)
      context.beside.push_back(node.path);
  // A device without bandwidth can still list its modes. If it can't, no mode is named.
  const auto kinds = in.camera.caps_kinds(in.settings.io_mode);
  const auto offers = offers_within(*in.camera.device.modes(), in.wanted, kinds, std::nullopt);
  if (offers)
    context.cheaper =
        cheaper_modes(*offers, in.wanted, taken, {.prefer = in.settings.prefer, .native = {}});
}

}  // namespace

Report failure_in(const Circumstances& in, const v4l2::Error& error, std::string_view doing) {
  constexpr std::array circumstantial{ENOSPC, EPIPE, ENOLINK, ENOLCK, EINVAL};
  const auto& camera = in.camera;
  FailureContext context;
  if (in.reads) ++context.descriptors;
  if (std::ranges::find(circumstantial, error.code) == circumstantial.end())
    return failed(camera.path(), error, doing, context);
  context.identity = camera.identity;
  if (const auto& input = camera.input; input && input->has_source()) context.input = input->name;
  if (camera.device.capability().behind_graph() &&
      std::string_view{error.call} == v4l2::request::streamon.name) {
    auto trouble = graph_trouble(
        camera.node(), in.config != nullptr ? std::optional{in.config->format} : std::nullopt);
    context.broken = std::move(trouble.broken);
    context.commands = std::move(trouble.commands);
  }
  if (error.code == ENOSPC && (camera.identity.usb() || !camera.identity.known()))
    add_demand(context, in);
  return failed(camera.path(), error, doing, context);
}

}  // namespace v4l2gst
