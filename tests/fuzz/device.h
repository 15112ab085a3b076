#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <linux/media.h>
#include <linux/v4l2-subdev.h>
#include <linux/videodev2.h>

#include "fuzz/process.h"
#include "stream/buffer_queue.h"

namespace fuzz {

/// A Trait says what kind of device this is. Each is a bit of an input byte.
enum Trait : std::uint8_t {
  multiplanar = 1,
  analog = 2,
  digital = 4,
  ranges = 8,       ///< sizes and intervals are ranges
  lacking = 16,     ///< has no optional ioctl
  old = 32,         ///< has no VIDIOC_EXPBUF and no VIDIOC_QUERY_EXT_CTRL
  encodes = 64,     ///< and has a control that can't be set
  read_only = 128,  ///< only read() works
};

/// A Device answers correctly and fast, as a good driver. Its pictures are tiny and always ready.
/// fuzz::FuzzKernel derives its answers from it.
class Device {
public:
  Device(std::uint8_t traits, Process& process) : traits_{traits}, process_{&process} {}

  /// Runs an ioctl. Returns 0 or an errno.
  int answer(unsigned long request, void* argument);

  [[nodiscard]] bool has(Trait trait) const { return (traits_ & trait) != 0; }

  /// Whether a frame waits to be dequeued.
  [[nodiscard]] bool ready() const { return streams_ && !queue_.empty(); }

  [[nodiscard]] std::uint32_t image_size() const { return size_.width * size_.height * 2; }

  /// Sends a source change event.
  void change_source() { ++events_; }

  [[nodiscard]] bool has_event() const { return pending_events() != 0; }

  /// Changes the value of one control, as another program or a driver's defaults do. With the
  /// highest bit it changes all other settings too.
  void meddle(std::uint8_t how);

  /// Changes the media graph, as another program does.
  void rearrange(std::uint8_t how);

private:
  /// A Setting is a control of the device.
  struct Setting {
    std::uint32_t id;
    std::uint32_t type;
    std::uint32_t flags;
    std::int64_t maximum;
    std::string_view name;
    std::uint32_t elem_size{};  // of an array or a struct, else 0
    std::uint32_t elems{1};
    std::int64_t value{};  // text_ has the value of a string, list_ that of all arrays and structs
    bool watched{};
    bool news{};  // it has an event that waits
  };

  static std::array<Setting, 13> all_settings();

  struct Size {
    std::uint32_t width;
    std::uint32_t height;
  };

  int answer_optional(unsigned long request, void* argument);
  // device_offer.cpp
  int query(v4l2_capability& answer) const;
  int enumerate(v4l2_fmtdesc& answer) const;
  int enumerate(v4l2_frmsizeenum& answer) const;
  int enumerate(v4l2_frmivalenum& answer) const;
  int tell(v4l2_format& answer) const;
  int set(v4l2_format& wish);
  int tell(v4l2_streamparm& answer) const;
  int describe(v4l2_input& answer) const;
  int tell(v4l2_dv_timings& answer) const;
  int tell(v4l2_selection& answer) const;
  int set(v4l2_selection& wish);
  // device_media.cpp
  int tell(media_v2_topology& answer) const;
  int exchange(v4l2_subdev_format& wish, bool sets);
  int enumerate(v4l2_subdev_mbus_code_enum& answer) const;
  static std::array<v4l2_mbus_framefmt, 2> all_formats();
  // device_controls.cpp
  int answer_control(unsigned long request, void* argument);
  int describe(v4l2_query_ext_ctrl& answer) const;
  int describe(v4l2_queryctrl& answer) const;
  int describe(v4l2_querymenu& answer) const;
  int exchange(v4l2_ext_controls& wish, bool sets);
  int exchange_payload(Setting& setting, v4l2_ext_control& control, bool sets);
  int exchange(v4l2_control& wish, bool sets);
  int subscribe(const v4l2_event_subscription& wish);
  int dequeue(v4l2_event& answer);
  void change(Setting& setting, std::int64_t value);
  [[nodiscard]] const Setting* look_up(std::uint32_t id) const;
  [[nodiscard]] Setting* find(std::uint32_t id);
  [[nodiscard]] std::uint32_t flags_of(const Setting& setting) const;
  [[nodiscard]] bool refuses(const Setting& setting) const;
  [[nodiscard]] std::uint32_t pending_events() const;
  // device.cpp
  int request_buffers(v4l2_requestbuffers& wish);
  int create(v4l2_create_buffers& wish);
  int remove(const v4l2_remove_buffers& wish);
  int describe(v4l2_buffer& answer) const;
  int export_buffer(v4l2_exportbuffer& answer);
  int dequeue(v4l2_buffer& answer);

  [[nodiscard]] bool exists(std::uint32_t index) const {
    return index < v4l2::BufferQueue::most_buffers && (buffers_ >> index & 1U) != 0;
  }

  [[nodiscard]] std::uint32_t type() const {
    return has(multiplanar) ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE;
  }

  std::uint8_t traits_;
  Process* process_;
  std::uint32_t fourcc_{V4L2_PIX_FMT_YUYV};
  Size size_{.width = 64, .height = 16};
  std::uint32_t planes_{1};
  v4l2_fract period_{.numerator = 1, .denominator = 30};
  v4l2_std_id standard_{V4L2_STD_PAL};
  v4l2_dv_timings timings_{};
  int input_{};
  std::optional<v4l2_rect> crop_;
  std::optional<v4l2_rect> compose_;
  std::array<Setting, 13> settings_{all_settings()};
  std::string text_{"text"};
  std::array<std::uint8_t, 8> list_{1, 2, 3, 4, 5, 6, 7, 8};
  std::uint32_t events_{};
  std::uint32_t buffers_{};  // a bit for each buffer that exists
  std::vector<std::uint32_t> queue_;
  std::uint32_t sequence_{};
  bool streams_{};
  bool linked_{true};
  std::array<v4l2_mbus_framefmt, 2> formats_{all_formats()};
};

}  // namespace fuzz
