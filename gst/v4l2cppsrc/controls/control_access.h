#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "settings/control_setter.h"

namespace v4l2gst {

class KnownControls;

/// The way from the GObjects of this room to the device. The element implements it. Any thread.
///
/// It knows neither the session nor its lock. What an application sets is a wish, which the
/// streaming thread fulfils.
class ControlAccess {
public:
  ControlAccess() = default;
  ControlAccess(const ControlAccess&) = delete;
  ControlAccess& operator=(const ControlAccess&) = delete;
  virtual ~ControlAccess() = default;

  /// Returns the controls of the device that is open. Null while none is.
  [[nodiscard]] virtual std::shared_ptr<KnownControls> device() const = 0;

  /// Wishes for values of controls. `source` names who wishes, such as "child". The device gets
  /// them at once if the element is idle, and before the next frame if it streams. A wish for a
  /// device that is not open waits for it.
  virtual void wish(std::string_view source, std::vector<v4l2::ControlWish> wishes) = 0;
};

}  // namespace v4l2gst
