#include "session/circumstances.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "camera/graph_trouble.h"
#include "negotiation/bandwidth.h"
#include "negotiation/negotiator.h"

namespace v4l2gst {
namespace {

/// Adds what the mode takes of the bus, and what would take less.
void add_demand(Situation& situation, const Circumstances& in) {
  if (in.config == nullptr) return;
  const auto taken = mode_of(*in.config);
  situation.mode = describe(taken);
  situation.bytes_per_second = bytes_per_second(in.config->format, in.config->interval);
  for (const auto& node : v4l2::known_nodes(in.kernel))
    if (node.identity.index == 0 && node.identity.usb_bus() == situation.identity.usb_bus() &&
        node.identity.port != situation.identity.port)
      situation.beside.push_back(node.path);
  // Who fails for lack of room can still say what else there is; if not, nothing is named.
  const auto kinds = in.camera.caps_kinds(in.settings.io_mode);
  const auto offers = offers_within(*in.camera.device.modes(), in.wanted, kinds, std::nullopt);
  if (offers)
    situation.cheaper =
        cheaper_modes(*offers, in.wanted, taken, {.prefer = in.settings.prefer, .native = {}});
}

}  // namespace

Report failure_in(const Circumstances& in, const v4l2::Error& error, std::string_view doing) {
  constexpr std::array circumstantial{ENOSPC, EPIPE, ENOLINK, ENOLCK, EINVAL};
  const auto& camera = in.camera;
  Situation situation;
  if (in.reads) ++situation.descriptors;
  if (std::ranges::find(circumstantial, error.code) == circumstantial.end())
    return failed(camera.path(), error, doing, situation);
  situation.identity = camera.identity;
  if (camera.follows_source()) situation.input = camera.input->name;
  if (camera.device.capability().behind_graph() &&
      std::string_view{error.call} == v4l2::request::streamon.name) {
    auto trouble = graph_trouble(
        camera.node(), in.config != nullptr ? std::optional{in.config->format} : std::nullopt);
    situation.broken = std::move(trouble.broken);
    situation.commands = std::move(trouble.commands);
  }
  if (error.code == ENOSPC && (camera.identity.usb() || !camera.identity.known()))
    add_demand(situation, in);
  return failed(camera.path(), error, doing, situation);
}

}  // namespace v4l2gst
