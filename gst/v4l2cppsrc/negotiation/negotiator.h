#pragma once

#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "formats/stream_config.h"
#include "negotiation/negotiation.h"
#include "negotiation/overrides.h"

namespace v4l2 {
class Device;
}

namespace v4l2gst {

struct Candidate;
struct DriverAnswer;

/// Negotiates one mode with the driver and downstream, and sets it.
///
/// The session makes a Negotiator for one negotiation, on the streaming thread, while no buffers
/// are allocated. The Negotiator knows neither its caller nor the lock.
class Negotiator {
public:
  Negotiator(const NegotiationParts& parts, PrepareFormat prepare)
      : camera_{parts.camera},
        restoration_{parts.restoration},
        geometry_{parts.geometry},
        messages_{parts.messages},
        waker_{parts.waker},
        settings_{parts.settings},
        overrides_{parts.overrides},
        prepare_{std::move(prepare)} {}

  /// Returns the mode that is set. Returns nullopt if PrepareFormat returned false.
  Outcome<std::optional<StreamConfig>> negotiate(const Wish& wish);

  /// Returns the caps of the accepted mode, even if a later call failed. Returns null before.
  [[nodiscard]] CapsPtr take_accepted_caps() { return std::move(accepted_caps_); }

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
  Outcome<> prepare_geometry();
  Outcome<bool> complete(const StreamConfig& config);

  Camera& camera_;
  Restoration& restoration_;
  Geometry& geometry_;
  Messages& messages_;
  v4l2::Waker& waker_;
  const Settings& settings_;
  const Overrides& overrides_;
  PrepareFormat prepare_;
  bool overtaken_{};
  CapsPtr accepted_caps_;
  std::optional<v4l2::Size> suiting_;  ///< the size of frames that suits the user's rectangles
};

}  // namespace v4l2gst
