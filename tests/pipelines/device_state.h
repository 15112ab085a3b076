#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <linux/videodev2.h>

#include "kernel/unique_fd.h"

namespace pipelines {

/// A DeviceState reads what programs have told a device, and makes it forget that. It uses a
/// descriptor of its own, so it also works while another program streams.
class DeviceState {
public:
  /// The path may name no device. Then each reading is unknown.
  explicit DeviceState(const std::string& path);

  struct Format {
    std::string fourcc;  ///< "YUYV"
    std::string size;    ///< "640x480"

    bool operator==(const Format&) const = default;
  };

  [[nodiscard]] std::optional<Format> format() const;
  /// Returns the frames in a second as a fraction in its lowest terms, such as "30/1".
  [[nodiscard]] std::optional<std::string> rate() const;
  [[nodiscard]] std::optional<v4l2_std_id> standard() const;
  /// Returns the value of a control. `name` is as v4l2-ctl prints it, such as `auto_exposure`.
  [[nodiscard]] std::optional<std::int64_t> control(const std::string& name) const;
  /// Gives a control its default. Does nothing if there is no such control, or if it can't be set.
  void reset_control(const std::string& name) const;
  /// Selects another standard than this one, if the device has standards.
  void leave_standard(v4l2_std_id standard) const;

  /// Returns the crop rectangle as "LEFT,TOP WIDTHxHEIGHT".
  [[nodiscard]] std::optional<std::string> crop() const;
  /// Sets the default crop rectangle, if the device crops.
  void reset_crop() const;

private:
  [[nodiscard]] std::uint32_t buffer_type() const;
  [[nodiscard]] std::optional<v4l2_query_ext_ctrl> find(const std::string& name) const;
  template <class Argument>
  [[nodiscard]] bool call(unsigned long request, Argument& argument) const;

  v4l2::UniqueFd descriptor_;
};

}  // namespace pipelines
