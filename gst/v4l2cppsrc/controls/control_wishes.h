#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gst/gst.h>

#include "settings/control_setter.h"

namespace v4l2gst {

/// A wish for the value of a control, as the user made it.
struct UserWish {
  v4l2::ControlWish wish;
  /// The GType of a value that no control can have, such as "GstFraction". Empty for all others.
  std::string unusable{};
  /// True if the element itself saved the value ("controls"). A control that cannot be set now is
  /// no failure then.
  bool saved{};
  std::string source{};    ///< the property, "child", or `controller`
  std::uint64_t number{};  ///< that of a newer wish is greater
};

/// ControlWishes holds all values that the user wishes for controls, the oldest first. Of two
/// wishes for one control the newer counts (`v4l2::set_controls()`). A wish stays until the same
/// source replaces it. So the device gets it again when it is opened again.
///
/// SharedWishes owns it, and guards it. It knows neither the device nor its controls.
class ControlWishes {
public:
  /// The source of wishes that a GstController makes with each frame.
  static constexpr std::string_view controller{"controller"};

  /// Replaces the wishes of "extra-controls" by the fields of `structure`, which may be null.
  void set_structure(const GstStructure* structure);

  /// Returns the structure that was set. Null if there is none.
  [[nodiscard]] const GstStructure* structure() const { return structure_.get(); }

  /// Adds a wish of `source`. It replaces a wish of this source for the same name.
  void add(std::string_view source, v4l2::ControlWish wish);

  /// Drops all wishes of `source`.
  void forget(std::string_view source);

  [[nodiscard]] std::span<const UserWish> all() const { return all_; }

  /// Returns the number of the newest wish; 0 if there was none yet.
  [[nodiscard]] std::uint64_t newest() const { return newest_; }

  /// Returns the newest wish for the control, if it is a number.
  [[nodiscard]] std::optional<std::int64_t> number_for(std::string_view name) const;

private:
  void push(std::string_view source, UserWish wish);

  std::vector<UserWish> all_;
  std::shared_ptr<const GstStructure> structure_;  // never changed, so copies share it
  std::uint64_t newest_{};
};

}  // namespace v4l2gst
