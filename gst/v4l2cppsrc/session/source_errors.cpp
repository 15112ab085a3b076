// What a Source knows of the circumstances in which a call failed.

#include <algorithm>
#include <array>
#include <cerrno>

#include "negotiation/bandwidth.h"
#include "negotiation/graph_trouble.h"
#include "session/source.h"

namespace v4l2gst {

/// What its mode takes of the bus, and what would take less.
void Source::add_demand(Situation& situation) const {
  if (!agreement_) return;
  const auto& agreed = agreement();
  const auto taken = agreed_mode();
  situation.mode = describe(taken);
  situation.bytes_per_second = bytes_per_second(agreed.format, agreed.interval);
  for (const auto& node : v4l2::known_nodes(*kernel_))
    if (node.identity.index == 0 && node.identity.usb_bus() == situation.identity.usb_bus() &&
        node.identity.port != situation.identity.port)
      situation.beside.push_back(node.path);
  // Who fails for lack of room can still say what else there is; if not, nothing is named.
  const auto offers = offers_within(*device().modes(), wanted_.get(), caps_kinds(), std::nullopt);
  if (offers)
    situation.cheaper =
        cheaper_modes(*offers, wanted_.get(), taken, {.prefer = settings().prefer, .native = {}});
}

Report Source::failure(const v4l2::Error& error, std::string_view doing) const {
  constexpr std::array circumstantial{ENOSPC, EPIPE, ENOLINK, ENOLCK, EINVAL};
  Situation situation;
  if (capture_ && capture_->travel() == Capture::Travel::read) ++situation.descriptors;
  if (std::ranges::find(circumstantial, error.code) == circumstantial.end())
    return failed(path(), error, doing, situation);
  situation.identity = identity_;
  if (input_ && input_->has_source()) situation.input = input_->name;
  if (device().capability().behind_graph() &&
      std::string_view{error.call} == v4l2::request::streamon.name) {
    auto trouble = graph_trouble(*device().node(),
                                 agreement_ ? std::optional{agreement().format} : std::nullopt);
    situation.broken = std::move(trouble.broken);
    situation.commands = std::move(trouble.commands);
  }
  if (error.code == ENOSPC && (identity_.usb() || !identity_.known())) add_demand(situation);
  return failed(path(), error, doing, situation);
}

}  // namespace v4l2gst
