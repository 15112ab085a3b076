#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "fake/bus.h"
#include "fake/clock.h"
#include "fake/faults.h"
#include "fake/model.h"
#include "fake/queue.h"

namespace fake {

/// One open of a camera: who asks, to the camera. Only its address matters.
struct Opener {};

/// What a test may say of the frame that it has filled.
struct FrameOptions {
  std::optional<std::chrono::nanoseconds> timestamp{};  ///< else the kernel's now
  std::optional<std::uint32_t> bytes_used{};            ///< of each plane; else the whole picture
  std::uint32_t flags{};                                ///< V4L2_BUF_FLAG_ERROR and its like
  std::span<const std::byte> content{};                 ///< else the pattern of expected_byte(),
                                                        ///< of MJPEG between an SOI and an EOI
};

/// A camera as its driver: one method for each ioctl, which returns 0 or an errno. It fills a
/// buffer when the test says so and never otherwise, so that nothing in a test depends on time.
class Camera {
public:
  explicit Camera(Model model, std::shared_ptr<const Clock> clock = std::make_shared<Clock>());

  // What a test does.

  /// Fills the oldest queued buffer with the next frame. False when there is none, or nothing
  /// streams; then the frame is lost, as it would be in life: the sequence number goes on.
  bool fill(const FrameOptions& options = {});
  /// Waits until the camera streams and has a buffer queued, then fills it.
  void fill_when_queued(const FrameOptions& options = {});
  /// Fills so many before the program sees the first of them.
  void fill_at_once(unsigned count);
  /// Ends the fill_when_queued() that waits now, or the next one.
  void interrupt();
  /// Loses `count` frames: the next one's sequence number shows a gap.
  void lose(std::uint32_t count);
  /// From now on fills by itself whatever is dequeued; without painting, for measuring.
  void always_ready(bool paint = false);
  /// The device is gone: each call on it says ENODEV, also those that wait.
  void unplug();
  /// The driver gives up until the stream is stopped (vb2_queue_error()).
  void fail_stream();
  /// The device is lost while its node is there: VIDIOC_DQBUF says `code` from now on, and
  /// VIDIOC_QUERYCAP ENODEV.
  void lose_device(int code);
  /// The source sends something else: from now on there are these formats, and whoever has
  /// subscribed gets a V4L2_EVENT_SOURCE_CHANGE.
  void change_source(std::vector<ModelFormat> formats);
  /// The producer of a loopback device begins: until now it had no format. Or it comes back
  /// with another format: the first of these, from now on, though the program has buffers of the
  /// old one.
  void feed(std::vector<ModelFormat> formats);
  /// The same with DV timings: what VIDIOC_QUERY_DV_TIMINGS finds from now on, or the errno that it
  /// says. The formats follow when VIDIOC_S_DV_TIMINGS is called.
  void change_timings(const v4l2_dv_timings& timings);
  void lose_signal(int error);
  /// The same with an analog standard, of which VIDIOC_QUERYSTD tells.
  void change_standard(v4l2_std_id standard);
  /// Another program sets a control, or the camera does so itself.
  void set_control(std::uint32_t id, std::int64_t value);
  void set_control(std::uint32_t id, const std::string& text);

  /// From now on VIDIOC_STREAMON asks this, with the format that is set: an errno, or 0.
  void guard_start(std::function<int(const v4l2::Format&)> guard);
  /// From now on a stream takes its part of `bus`, and VIDIOC_STREAMON, or the first read(), says
  /// ENOSPC where there is no room for it.
  void share(std::shared_ptr<Bus> bus);
  /// What the mode that is set takes of a bus, in bytes a second: the bytes of its pictures, those
  /// of compressed ones at 2 bits a pixel.
  [[nodiscard]] std::uint64_t demand();
  /// Whether it lists a format for a media bus code.
  [[nodiscard]] bool takes(std::uint32_t media_bus_code, std::uint32_t fourcc) const;

  /// Runs `order` on the faults, under the camera's lock.
  template <class Order>
  void fault(Order order) {
    const std::lock_guard lock{mutex_};
    order(faults_);
  }

  [[nodiscard]] bool streaming();
  [[nodiscard]] bool single_open();
  [[nodiscard]] std::size_t queued_count();
  [[nodiscard]] std::size_t buffer_count();
  /// What the program last said of caches, V4L2_MEMORY_FLAG_* and V4L2_BUF_FLAG_NO_CACHE_*.
  [[nodiscard]] std::uint32_t memory_flags();
  [[nodiscard]] std::uint32_t queue_flags();
  /// Waits until the stream is on or off.
  void wait_streaming(bool on);
  void wait_queued(std::size_t count);
  /// Waits until VIDIOC_S_CTRL was called so often.
  void wait_controls(unsigned count);
  /// How often an ioctl was called.
  [[nodiscard]] unsigned calls(unsigned long request);
  /// How often any ioctl was called.
  [[nodiscard]] unsigned all_calls();
  [[nodiscard]] v4l2::Format format();
  [[nodiscard]] v4l2::Interval interval();
  [[nodiscard]] std::int64_t control(std::uint32_t id);
  [[nodiscard]] std::string control_text(std::uint32_t id);
  /// Waits until nobody has events to fetch.
  void wait_events_fetched();
  [[nodiscard]] v4l2_rect crop();
  [[nodiscard]] v4l2_rect compose();
  [[nodiscard]] unsigned input();
  [[nodiscard]] v4l2_std_id standard();
  [[nodiscard]] v4l2_dv_timings timings();

  /// The byte that the camera paints at `offset` of plane `plane` of frame `sequence`.
  static std::byte expected_byte(std::uint32_t sequence, std::size_t plane, std::size_t offset);

  // What the kernel does.

  /// What a poll may wait for.
  struct Level {
    bool news{};   ///< whoever asks for POLLIN would get an answer
    bool gone{};   ///< whoever asks for anything would
    bool event{};  ///< some who ask for POLLPRI would
  };

  /// `listener` is called after each change, with the camera's lock held, and once now.
  void listen(std::function<void(Level)> listener);

  /// `block` for a descriptor opened without O_NONBLOCK: VIDIOC_DQBUF waits.
  int ioctl(const Opener& opener, bool block, unsigned long request, void* argument);
  /// The opener has closed its descriptor.
  void closed(const Opener& opener);
  [[nodiscard]] short poll_mask(const Opener& opener, short wanted);
  /// read() on the node: a number of bytes, or a negative errno.
  ssize_t read(const Opener& opener, bool block, std::span<std::byte> into);
  /// A descriptor of the memory that mmap() of the node finds at `offset`, if there is any.
  v4l2::UniqueFd memory_at(std::uint32_t offset);

private:
  int dispatch(const Opener& opener, unsigned long request, void* argument);
  int querycap(v4l2_capability& answer) const;
  int enum_input(v4l2_input& answer) const;
  int enum_fmt(v4l2_fmtdesc& answer) const;
  int enum_framesizes(v4l2_frmsizeenum& answer) const;
  int enum_frameintervals(v4l2_frmivalenum& answer) const;
  int g_fmt(v4l2_format& answer) const;
  int try_fmt(v4l2_format& answer) const;
  int s_fmt(const Opener& opener, v4l2_format& answer);
  int g_parm(v4l2_streamparm& answer) const;
  int s_parm(v4l2_streamparm& answer);
  int source_ioctl(const Opener& opener, unsigned long request, void* argument);
  int cropcap(v4l2_cropcap& answer) const;
  int s_input(int wanted);
  [[nodiscard]] v4l2_rect bounds() const;
  int g_selection(v4l2_selection& answer) const;
  int s_selection(v4l2_selection& wanted);
  int query_dv_timings(v4l2_dv_timings& answer) const;
  int s_dv_timings(const v4l2_dv_timings& wanted);
  int s_std(v4l2_std_id wanted);
  int subscribe(const Opener& opener, const v4l2_event_subscription& wanted);
  int dqevent(const Opener& opener, v4l2_event& answer);
  void send_source_change();
  int control_ioctl(const Opener& opener, unsigned long request, void* argument);
  int query_ext_ctrl(v4l2_query_ext_ctrl& answer) const;
  int query_ctrl(v4l2_queryctrl& answer) const;
  int query_menu(v4l2_querymenu& answer) const;
  int g_ctrl(v4l2_control& answer) const;
  int s_ctrl(const Opener& opener, const v4l2_control& wanted);
  int g_ext_ctrls(v4l2_ext_controls& answer) const;
  int s_ext_ctrls(const Opener& opener, v4l2_ext_controls& wanted, bool try_only);
  int g_ext_ctrl(v4l2_ext_control& answer) const;
  /// 0 where it could be set so.
  [[nodiscard]] int try_ext_ctrl(const v4l2_ext_control& wanted) const;
  struct ControlState;
  [[nodiscard]] const ControlState* find_control(std::uint32_t id) const;
  [[nodiscard]] ControlState* find_control(std::uint32_t id);
  [[nodiscard]] std::uint32_t flags_of(const ControlState& control) const;
  void take_value(const Opener* setter, ControlState& control, std::int64_t value,
                  const std::string& text);
  void send_control_event(const Opener* setter, const ControlState& control, std::uint32_t changes);
  int queue_ioctl(const Opener& opener, unsigned long request, void* argument);
  int buffer_ioctl(const Opener& opener, unsigned long request, v4l2_buffer& argument);
  int begin_reading(const Opener& opener);
  [[nodiscard]] std::uint64_t demand_locked() const;
  [[nodiscard]] bool finds_room();
  ssize_t read_locked(std::span<std::byte> into);

  [[nodiscard]] bool captures() const;
  [[nodiscard]] v4l2::BufferType buffer_type() const;
  [[nodiscard]] v4l2::Colorimetry colorimetry(std::uint32_t fourcc,
                                              const v4l2::Format& wanted) const;
  [[nodiscard]] v4l2_format answer_of(v4l2::Format format) const;
  [[nodiscard]] v4l2::Format nearest(const v4l2::Format& wanted) const;
  [[nodiscard]] const ModelMode* mode() const;
  void set_first_format();
  void set_format(const v4l2::Format& format);
  bool fill_locked(const FrameOptions& options);
  [[nodiscard]] short mask(short wanted) const;
  void changed();

  std::mutex mutex_;
  std::condition_variable changed_;  // with mutex_
  Model model_;
  std::shared_ptr<const Clock> clock_;
  Faults faults_;
  Queue queue_;
  const Opener* owner_{};  // who allocated the buffers, as in vb2_fop_*
  v4l2::Format format_;
  std::vector<ModelPlane> planes_;  // of format_
  v4l2::Interval interval_{1, 30};
  std::uint32_t sequence_{};

  /// A frame that read() has begun to give out, and what is left of it.
  struct InHand {
    std::uint32_t index{};
    std::span<const std::byte> bytes;
  };

  std::optional<InHand> in_hand_;
  bool reading_{};              // read() drives the queue, as vb2's file I/O emulator does
  v4l2_dv_timings timings_{};   // that it is set to
  v4l2_dv_timings incoming_{};  // that its source sends
  int no_signal_{};             // an errno instead
  v4l2_std_id standard_{};
  v4l2_std_id incoming_standard_{};
  v4l2_rect compose_{};
  unsigned input_{};
  v4l2_rect crop_{};

  struct ControlState {
    ModelControl is;
    std::int64_t value{};
    std::string text;
  };

  std::vector<ControlState> controls_;  // in the order of their ids

  /// Of an opener: what it has subscribed to, and the events that wait for it.
  struct Subscriber {
    std::vector<v4l2_event_subscription> wants;
    std::deque<v4l2_event> waiting;
  };

  std::map<const Opener*, Subscriber> events_;
  bool always_ready_{};
  bool paints_{true};
  bool unplugged_{};
  bool interrupted_{};
  std::map<unsigned long, unsigned> calls_;
  std::function<void(Level)> listener_;
  std::function<int(const v4l2::Format&)> guard_;
  std::shared_ptr<Bus> bus_;
};

}  // namespace fake
