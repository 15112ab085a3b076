#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "formats/stream_config.h"
#include "negotiation/overrides.h"

namespace v4l2 {
class Device;
class Waker;
}  // namespace v4l2

namespace v4l2gst {

class Messages;
class Restoration;
struct Camera;
struct Candidate;
struct DriverAnswer;
struct Settings;
struct Shortage;

/// The input of one negotiation. Caps are borrowed. They are null where there are none.
struct Wish {
  const GstCaps* wanted{};   ///< caps that downstream takes
  const GstCaps* former{};   ///< caps agreed on before the camera or its buffers went; first choice
  const GstCaps* flowing{};  ///< caps of the latest frame in this run
  const Shortage* shortage{};  ///< set if the USB bus refused a mode, so that less must be taken
  std::uint32_t held_downstream{};  ///< frames that keep the driver from changing its format
};

/// Negotiates one mode with the driver and downstream, and sets it.
///
/// The session makes a Negotiator for one negotiation, on the streaming thread, while no buffers
/// are allocated. The Negotiator knows neither its caller nor the lock.
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

  /// Returns the mode that is set. Returns nullopt if PrepareFormat returned false.
  Outcome<std::optional<StreamConfig>> negotiate(const Wish& wish);

  /// Returns the caps of the accepted mode, even if a later call failed. Returns null before.
  [[nodiscard]] const GstCaps* accepted_caps() const { return accepted_caps_.get(); }

private:
  using Tried = std::variant<StreamConfig, std::optional<DriverAnswer>>;

  [[nodiscard]] v4l2::Device& device();
  [[nodiscard]] const v4l2::Device& device() const;
  [[nodiscard]] const std::string& path() const;

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

/// Returns true once a frame has gone downstream with the caps of `config`. These caps stay,
/// whatever mode the bus refuses. A muxer takes no other caps, and the element can't find out which
/// downstream would.
bool keeps_caps(const StreamConfig& config, const GstCaps* flowing);

}  // namespace v4l2gst
