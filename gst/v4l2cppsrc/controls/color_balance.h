#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <gst/video/colorbalance.h>

#include "controls/control_access.h"
#include "controls/control_children.h"
#include "kernel/mutex.h"

namespace v4l2gst {

/// The channels of GstColorBalance: BRIGHTNESS, CONTRAST, SATURATION and HUE, as far as the open
/// device has such controls.
///
/// Owned by the element's C++ part. Any thread. A channel is a child of ControlChildren in another
/// form, and has no value of its own.
class ColorBalance {
public:
  ColorBalance(ControlChildren& children, ControlAccess& access)
      : children_{children}, access_{access} {}

  ColorBalance(const ColorBalance&) = delete;
  ColorBalance& operator=(const ColorBalance&) = delete;
  ~ColorBalance();

  /// Returns the channels that there are. The list and the channels are good as long as this
  /// object.
  [[nodiscard]] const GList* channels();

  /// Wishes for a value. Logs a WARNING for a channel of another element.
  void set(const GstColorBalanceChannel* channel, int value);

  /// Returns the value on the device. 0 for a channel of another element.
  [[nodiscard]] int get(const GstColorBalanceChannel* channel);

  /// Emits value-changed of `balance` for each change of a channel's value. Nothing happens until
  /// somebody has asked for channels. The caller holds no lock.
  void changed(GstColorBalance* balance, std::span<const v4l2::ControlChanged> changes);

  /// Does the same for all channels.
  void all_changed(GstColorBalance* balance);

private:
  static constexpr std::size_t count = 4;

  [[nodiscard]] std::size_t place_of(const GstColorBalanceChannel* channel);
  void emit(GstColorBalance* balance, std::size_t channel);

  ControlChildren& children_;
  ControlAccess& access_;
  v4l2::Mutex mutex_;  // never held across a system call
  std::array<GstColorBalanceChannel*, count> channels_ GUARDED_BY(mutex_){};
  // There is a list for each set of channels, since an application may keep the list it has got.
  std::array<GList*, std::size_t{1} << count> lists_ GUARDED_BY(mutex_){};
};

}  // namespace v4l2gst
