#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <linux/videodev2.h>

#include "device/format.h"
#include "device/identity.h"
#include "device/ranges.h"
#include "facts/raw_lists.h"
#include "settings/control_info.h"
#include "settings/control_value.h"

namespace v4l2describe {

/// The tuner of an input. Frequencies are in Hz.
struct TunerFacts {
  std::uint64_t least{};
  std::uint64_t most{};
  std::uint64_t frequency{};  ///< that is set; 0 if it is not known
};

/// An input of a device (VIDIOC_ENUMINPUT).
struct InputFacts {
  std::uint32_t index{};
  std::string name;
  std::uint32_t type{};          ///< V4L2_INPUT_TYPE_*
  std::uint32_t status{};        ///< V4L2_IN_ST_*
  std::uint32_t capabilities{};  ///< V4L2_IN_CAP_*
  std::uint64_t standards{};     ///< V4L2_STD_* that it can do; 0 if it is not analog
  bool current{};
  std::vector<std::string> audio{};        ///< audio inputs that it can be combined with
  std::optional<TunerFacts> tuner{};       ///< nullopt if it has none
  std::optional<std::size_t> edid_size{};  ///< bytes; nullopt if it has no EDID
};

/// An analog standard of the current input (VIDIOC_ENUMSTD).
struct StandardFacts {
  std::uint64_t id{};
  std::string name;
  v4l2::Interval frame_period{};
  std::uint32_t lines{};
};

/// Digital timings (VIDIOC_ENUM_DV_TIMINGS).
struct TimingsFacts {
  std::uint32_t width{};
  std::uint32_t height{};
  bool interlaced{};
  std::uint64_t pixel_clock{};  ///< Hz
  double rate{};                ///< frames in a second, fields if interlaced; 0: not known
  std::string name{};           ///< "1920x1080p60"

  friend bool operator==(const TimingsFacts&, const TimingsFacts&) = default;
};

/// One way to capture: a format at a size and a rate.
struct ModeFacts {
  v4l2::Interval interval;  ///< unknown if the driver lists no intervals
  /// "video/x-raw,format=YUY2,width=640,height=480,framerate=30/1". Empty if no caps express it.
  std::string caps;
  std::string pipeline;  ///< a command line for a shell; empty without caps
};

/// A size, and the modes of it.
struct SizeFacts {
  v4l2::Size size;
  std::vector<v4l2::IntervalRange> intervals;
  std::vector<ModeFacts> modes;  ///< of a range of intervals both ends
};

/// A pixel format with its sizes.
struct FormatFacts {
  v4l2::Fourcc fourcc;
  std::uint32_t flags{};  ///< V4L2_FMT_FLAG_*
  std::string description;
  std::string caps;     ///< without size and rate; empty if no caps express the format
  std::string why_not;  ///< the reason if there are no caps
  /// The driver's sizes. Empty if it lists none.
  std::vector<v4l2::SizeRange> ranges;
  /// Each single size; of a range the smallest, the largest and the present one. If the driver
  /// lists no size, this is the present one.
  std::vector<SizeFacts> sizes;
};

/// A control and its value.
struct ControlFacts {
  v4l2::ControlInfo info;
  std::optional<v4l2::ControlValue> value;  ///< nullopt if it has none, or can't be read
};

/// DeviceFacts holds all that the tool says about a device. It is plain data, which tests write by
/// hand.
struct DeviceFacts {
  std::string path;
  std::string driver;
  std::string card;
  std::string bus;
  std::uint32_t version{};       ///< KERNEL_VERSION() of the driver
  std::uint32_t capabilities{};  ///< V4L2_CAP_* of the whole device
  std::uint32_t node{};          ///< V4L2_CAP_* of this node, 0 if the driver does not tell
  v4l2::Identity identity;       ///< of sysfs
  std::string obstacle;          ///< why it does not capture now; empty if it does
  std::vector<InputFacts> inputs;
  std::string signal;  ///< at the current input: "ok", "no-signal"; empty if it is not known
  std::vector<StandardFacts> standards;
  std::uint64_t standard{};  ///< the one that is set; 0 if there is none
  std::vector<TimingsFacts> timings;
  std::optional<TimingsFacts> current_timings;
  std::optional<v4l2::Format> current;  ///< the format that is set
  v4l2::Interval interval;              ///< that is set
  std::vector<FormatFacts> formats;
  std::vector<ControlFacts> controls;
  RawLists raw;  ///< for the checks
};

}  // namespace v4l2describe
