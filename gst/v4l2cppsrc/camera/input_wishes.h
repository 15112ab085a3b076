#pragma once

#include <cstdint>
#include <string>

#include "messages/report.h"

namespace v4l2gst {

class Messages;
struct Camera;
struct Settings;

/// The user's wishes for the input and for what belongs to it. An empty text, "auto" or 0 leaves
/// that to the device and its source.
struct InputWishes {
  std::string input{};
  std::uint64_t standard{};  ///< V4L2_STD_*
  std::string timings{};
  std::string edid{};
  std::string audio_input{};
  std::uint32_t frequency{};  ///< in Hz

  static InputWishes of(const Settings& settings);

  friend bool operator==(const InputWishes&, const InputWishes&) = default;

  /// Returns true if the other wishes need no other mode. They can be applied while the device
  /// streams.
  [[nodiscard]] bool same_picture(const InputWishes& other) const;
};

/// Applies the wishes that differ from those applied to `camera` before. What the user did not name
/// stays as it is. Adds a WARNING for each wish that can't be met. No buffers may be allocated,
/// unless the wishes have the same_picture(). Error: the device is gone.
Outcome<> apply_input_wishes(Camera& camera, const Settings& settings, Messages& messages);

/// The result of a change of the wishes.
enum class InputChange {
  none,      ///< no wish is new
  applied,   ///< the device has them
  outdated,  ///< they need another mode, and the next negotiation applies them
};

/// Applies the wishes while no negotiation runs. `negotiated`: a mode is set. Error: the device is
/// gone.
Outcome<InputChange> change_input(Camera& camera, const Settings& settings, bool negotiated,
                                  Messages& messages);

}  // namespace v4l2gst
