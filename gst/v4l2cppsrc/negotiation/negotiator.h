#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "camera/camera.h"
#include "camera/restoration.h"
#include "formats/stream_config.h"
#include "negotiation/bandwidth.h"
#include "negotiation/candidates.h"
#include "negotiation/format_setter.h"
#include "negotiation/shortage.h"

namespace v4l2gst {

/// What a negotiation is about. Caps are borrowed, and null where there are none.
struct Wish {
  const GstCaps* wanted{};          ///< what downstream takes
  const GstCaps* former{};          ///< that flowed before the camera went away: they come first
  const GstCaps* flowing{};         ///< of the latest frame in this run
  const Shortage* shortage{};       ///< the bus had no room, so that less must be taken
  std::uint32_t held_downstream{};  ///< frames that keep the driver from changing its format
};

/// Agrees with the driver and downstream on one mode, and sets it.
///
/// The session makes one for a negotiation, on the streaming thread, with no buffers allocated. It
/// does not know who calls it, nor that there is a lock.
class Negotiator {
public:
  Negotiator(Camera& camera, Restoration& restoration, Messages& messages, v4l2::Waker& waker,
             const Settings& settings, const Overrides& overrides, PrepareFormat prepare)
      : camera_{camera},
        restoration_{restoration},
        messages_{messages},
        waker_{waker},
        settings_{settings},
        overrides_{overrides},
        prepare_{std::move(prepare)} {}

  /// nullopt where it was overtaken while applications were called.
  Outcome<std::optional<StreamConfig>> negotiate(const Wish& wish);

  /// The caps of the mode that suited, also where what followed has failed; null before.
  [[nodiscard]] const GstCaps* accepted_caps() const { return accepted_caps_.get(); }

private:
  using Tried = std::variant<StreamConfig, std::optional<DriverAnswer>>;

  [[nodiscard]] v4l2::Device& device() { return camera_.device; }

  [[nodiscard]] const v4l2::Device& device() const { return camera_.device; }

  [[nodiscard]] const std::string& path() const { return camera_.path(); }

  Outcome<StreamConfig> choose_mode(const Wish& wish);
  Outcome<StreamConfig> choose_cheaper_mode(const Wish& wish);
  [[nodiscard]] Outcome<std::vector<Candidate>> named_candidates(const Wish& wish) const;
  [[nodiscard]] Outcome<std::vector<Candidate>> listed_candidates(
      const Wish& wish, std::span<const Candidate> tried) const;
  Outcome<Tried> try_candidates(std::span<const Candidate> best, const Wish& wish);
  Outcome<bool> accept(const Candidate& candidate, const StreamConfig& config, std::size_t choices,
                       const Wish& wish);
  Outcome<bool> complete(const StreamConfig& config);

  Camera& camera_;
  Restoration& restoration_;
  Messages& messages_;
  v4l2::Waker& waker_;
  const Settings& settings_;
  const Overrides& overrides_;
  PrepareFormat prepare_;
  bool overtaken_{};
  CapsPtr accepted_caps_;
};

/// The mode that was agreed on, as a choice.
Candidate mode_of(const StreamConfig& config);

/// True once a frame has gone downstream with these caps. Then they stay, whatever is refused: a
/// muxer takes no others, and nothing tells who would.
bool keeps_caps(const StreamConfig& config, const GstCaps* flowing);

/// The modes that `wanted` takes and that take clearly less of the bus than `demand`.
Outcome<std::vector<Candidate>> cheaper_modes_of(const Camera& camera, const Settings& settings,
                                                 const GstCaps* wanted, double demand);

}  // namespace v4l2gst
