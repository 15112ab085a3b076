#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/report.h"

namespace v4l2 {
enum class ControlEnd;
enum class ControlRefusal;
}  // namespace v4l2

namespace v4l2gst {

struct Camera;
struct UserWish;
class Messages;
class SharedWishes;

/// Gives the open device the values that the user wishes for controls.
///
/// The session owns it, and applies the wishes whenever the device may have lost a value, and
/// whenever a wish is new. Whoever holds the lock calls it. It touches no control that the user did
/// not name. It remembers what was reported, so that each failure is reported once.
class UserControls {
public:
  /// Sets the controls that differ from the wishes. A button is pressed once for each wish, and a
  /// relative motion is made once. Adds a WARNING for each wish that failed, unless it was added
  /// before. With `strict` the first failure is the result. Makes no call if there is no wish.
  Outcome<> apply(Camera& camera, const SharedWishes& shared, bool strict, Messages& messages);

  /// Returns true if apply() has seen all wishes. Then a command brings nothing new. A thread may
  /// apply a wish for another reason, after the wish is stored and before its command is added.
  [[nodiscard]] bool has_seen(const SharedWishes& shared) const;

private:
  /// A failure that was reported.
  struct Told {
    std::string source;
    std::string name;
    std::uint64_t number{};  ///< of the wish; 0 for the wishes of a GstController
    v4l2::ControlEnd end{};
    v4l2::ControlRefusal refusal{};

    friend bool operator==(const Told&, const Told&) = default;
  };

  std::vector<Told> told_;
  std::uint64_t applied_{};  ///< the newest wish that was applied
};

/// Logs the names of the device's controls, if the log wants INFO. Makes no call otherwise.
void log_controls(Camera& camera, GstElement* element);

/// Asks the device's encoder for a key frame. Returns false once the device is known to force none.
bool force_key_frame(Camera& camera, GstElement* element);

}  // namespace v4l2gst
