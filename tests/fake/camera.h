#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <expected>
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

/// An Opener stands for one open file of a camera. The camera compares only its address.
struct Opener {};

/// FrameOptions describe a frame that a test fills.
struct FrameOptions {
  /// Defaults to the clock's time, and to 1 us after the frame before while the clock stands still.
  std::optional<std::chrono::nanoseconds> timestamp{};
  std::optional<std::uint32_t> bytes_used{};  ///< of each plane; defaults to its full size
  std::uint32_t flags{};                      ///< V4L2_BUF_FLAG_ERROR and other V4L2_BUF_FLAG_*
  /// The bytes of each plane. Defaults to expected_byte(), with an SOI and an EOI at the ends of
  /// MJPEG.
  std::span<const std::byte> content{};
  /// V4L2_BUF_FLAG_TIMESTAMP_* and V4L2_BUF_FLAG_TSTAMP_SRC_*. The default is that of uvcvideo.
  std::uint32_t timestamps{V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_SOE};
  /// The number of the frame. Defaults to one more than that of the frame before.
  std::optional<std::uint32_t> sequence{};
  bool with_metadata{true};  ///< the metadata node, if there is one, gets the frame's metadata
};

/// A Camera acts as a driver. Each ioctl has a method, which returns 0 or an errno. The camera
/// fills a buffer only when the test asks for it, so that no test depends on time.
class Camera {
public:
  explicit Camera(Model model, std::shared_ptr<const Clock> clock = std::make_shared<Clock>());

  // Calls of the test.

  /// Fills the oldest queued buffer with the next frame. Returns false when no buffer is queued or
  /// the camera does not stream. While it streams the sequence number advances all the same, as a
  /// driver's does for a dropped frame.
  bool fill(const FrameOptions& options = {});
  /// Waits until the camera streams and has a buffer queued, then fills it.
  void fill_when_queued(const FrameOptions& options = {});
  /// Fills `count` buffers under one lock, before the program can dequeue the first of them.
  void fill_at_once(unsigned count);
  /// Ends the fill_when_queued() that waits now, or the next one.
  void interrupt();
  /// Loses `count` frames. The sequence number of the next frame shows the gap.
  void lose(std::uint32_t count);
  /// The camera fills a buffer at each VIDIOC_DQBUF from now on. Measurements leave `paint` off.
  void always_ready(bool paint = false);
  /// Unplugs the device. Each call returns ENODEV from now on, also a call that waits.
  void unplug();
  /// The stream fails until it is stopped (vb2_queue_error()).
  void fail_stream();
  /// The device is lost while its node exists. From now on VIDIOC_DQBUF returns `code` and
  /// VIDIOC_QUERYCAP returns ENODEV.
  void lose_device(int code);
  /// The source changes to these formats. Each subscriber gets a V4L2_EVENT_SOURCE_CHANGE.
  void change_source(std::vector<ModelFormat> formats);
  /// The producer of a loopback device starts, or returns with another format. The device takes the
  /// first of `formats` at once, even while the program has buffers of the old format. Without any,
  /// the producer goes.
  void feed(std::vector<ModelFormat> formats);
  /// The source changes to these DV timings. VIDIOC_QUERY_DV_TIMINGS returns them from now on. The
  /// formats follow when VIDIOC_S_DV_TIMINGS is called.
  void change_timings(const v4l2_dv_timings& timings);
  void lose_signal(int error);
  /// The source changes to this analog standard, which VIDIOC_QUERYSTD returns from now on.
  void change_standard(v4l2_std_id standard);
  /// The status of the current input changes (V4L2_IN_ST_*). With a bit that says that there is no
  /// signal, VIDIOC_QUERYSTD returns V4L2_STD_UNKNOWN. VIDIOC_STREAMON of a loopback device returns
  /// EIO then, since it has no producer.
  void change_status(std::uint32_t status);
  /// The control changes without a call of this program. Another program or the camera did it.
  void set_control(std::uint32_t id, std::int64_t value);
  void set_control(std::uint32_t id, const std::string& text);
  void set_control(std::uint32_t id, std::vector<std::int64_t> numbers);
  /// The range changes, as exposure times do with the frame rate. A value out of it is clamped.
  void set_control_range(std::uint32_t id, std::int64_t minimum, std::int64_t maximum);

  /// VIDIOC_STREAMON calls `guard` with the current format from now on. It returns the result, 0 or
  /// an errno.
  void guard_start(std::function<int(const v4l2::Format&)> guard);
  /// Each frame's metadata goes to `node` from now on, before the frame itself: a UVC header
  /// (V4L2_META_FMT_UVC) with uvc_pts() and its clocks.
  void give_metadata_to(std::shared_ptr<Camera> node);

  /// The PTS in the metadata of frame `sequence`. The other clocks of the camera are 500 later.
  static std::uint32_t uvc_pts(std::uint32_t sequence) { return 1000 * sequence + 7; }

  /// A stream reserves its bandwidth on `bus` from now on. VIDIOC_STREAMON, or the first read(),
  /// returns ENOSPC when the bus has too little left.
  void share(std::shared_ptr<Bus> bus);
  /// Returns the bandwidth of the current mode on a bus, in bytes a second. Compressed formats
  /// count 2 bits a pixel.
  [[nodiscard]] std::uint64_t demand();
  /// Whether VIDIOC_ENUM_FMT lists `fourcc` for a media bus code.
  [[nodiscard]] bool takes(std::uint32_t media_bus_code, std::uint32_t fourcc) const;

  /// Runs `order` on the faults, with the camera's mutex held.
  template <class Order>
  void fault(Order order) {
    const std::lock_guard lock{mutex_};
    order(faults_);
  }

  [[nodiscard]] bool streaming();
  [[nodiscard]] bool single_open();
  [[nodiscard]] std::size_t queued_count();
  [[nodiscard]] std::size_t buffer_count();
  /// The V4L2_MEMORY_FLAG_* of the last VIDIOC_REQBUFS, and the V4L2_BUF_FLAG_NO_CACHE_* of the
  /// last VIDIOC_QBUF.
  [[nodiscard]] std::uint32_t memory_flags();
  [[nodiscard]] std::uint32_t queue_flags();
  /// Waits until the stream is on or off.
  void wait_streaming(bool on);
  void wait_queued(std::size_t count);
  /// Waits until VIDIOC_S_CTRL was called `count` times.
  void wait_controls(unsigned count);
  /// Waits until the control has this value, whoever sets it.
  void wait_control(std::uint32_t id, std::int64_t value);
  /// Returns how often an ioctl was called.
  [[nodiscard]] unsigned calls(unsigned long request);
  /// Returns how often any ioctl was called.
  [[nodiscard]] unsigned all_calls();
  [[nodiscard]] v4l2::Format format();
  [[nodiscard]] v4l2::Interval interval();
  /// Returns the bytes of a control of an extension unit; empty if there is none.
  [[nodiscard]] std::vector<std::uint8_t> extension(std::uint8_t unit, std::uint8_t selector);
  [[nodiscard]] std::int64_t control(std::uint32_t id);
  [[nodiscard]] std::string control_text(std::uint32_t id);
  [[nodiscard]] std::vector<std::int64_t> control_numbers(std::uint32_t id);
  /// Waits until every subscriber has dequeued all its events.
  void wait_events_fetched();
  [[nodiscard]] v4l2_rect crop();
  [[nodiscard]] v4l2_rect compose();
  [[nodiscard]] unsigned input();
  [[nodiscard]] v4l2_std_id standard();
  [[nodiscard]] v4l2_dv_timings timings();
  [[nodiscard]] unsigned audio_input();
  [[nodiscard]] std::uint32_t frequency();
  [[nodiscard]] std::vector<std::uint8_t> edid(unsigned input);

  /// The byte that the camera paints at `offset` of plane `plane` of frame `sequence`.
  static std::byte expected_byte(std::uint32_t sequence, std::size_t plane, std::size_t offset);

  // Calls of the kernel.

  /// A Level says which pollers would wake up.
  struct Level {
    bool news{};   ///< a poll for POLLIN
    bool gone{};   ///< any poll
    bool event{};  ///< a poll for POLLPRI, of at least one opener
  };

  /// The camera calls `listener` once now and after each change, with its mutex held.
  void listen(std::function<void(Level)> listener);

  /// Runs an ioctl. `block` means a descriptor without O_NONBLOCK, whose VIDIOC_DQBUF waits.
  int ioctl(const Opener& opener, bool block, unsigned long request, void* argument);
  /// The program has closed the descriptor of `opener`.
  void closed(const Opener& opener);
  [[nodiscard]] short poll_mask(const Opener& opener, short wanted);
  /// Reads as read() on the node does. Returns a number of bytes or a negative errno.
  ssize_t read(const Opener& opener, bool block, std::span<std::byte> into);
  /// Returns a descriptor of the memory that mmap() maps at `offset`, or none.
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
  int receiver_ioctl(unsigned long request, void* argument);
  int enum_dv_timings(v4l2_enum_dv_timings& answer) const;
  int edid_ioctl(bool set, v4l2_edid& argument);
  int audio_ioctl(unsigned long request, v4l2_audio& argument);
  int g_tuner(v4l2_tuner& answer) const;
  int frequency_ioctl(bool set, v4l2_frequency& argument);
  [[nodiscard]] ModelInput input_at(unsigned index) const;
  [[nodiscard]] unsigned input_count() const;
  void take_timings();
  void take_standard();
  [[nodiscard]] v4l2_rect bounds() const;
  int g_selection(v4l2_selection& answer) const;
  [[nodiscard]] v4l2_rect whole_frame() const;
  int s_selection(v4l2_selection& wanted);
  int select_compose(v4l2_rect& wanted);
  int select_crop(v4l2_rect& wanted);
  void fit_rectangles();
  void resize(v4l2::Size size);
  int query_dv_timings(v4l2_dv_timings& answer) const;
  int s_dv_timings(const v4l2_dv_timings& wanted);
  int s_std(v4l2_std_id wanted);
  int subscribe(const Opener& opener, const v4l2_event_subscription& wanted);
  int dqevent(const Opener& opener, v4l2_event& answer);
  void send_source_change();
  int control_ioctl(const Opener& opener, unsigned long request, void* argument);
  int extension_ioctl(unsigned long request, void* argument);
  int query_ext_ctrl(v4l2_query_ext_ctrl& answer) const;
  int query_ctrl(v4l2_queryctrl& answer) const;
  int query_menu(v4l2_querymenu& answer) const;
  int g_ctrl(v4l2_control& answer) const;
  int s_ctrl(const Opener& opener, v4l2_control& wanted);
  int g_ext_ctrls(v4l2_ext_controls& answer) const;
  int s_ext_ctrls(const Opener& opener, v4l2_ext_controls& wanted, bool try_only);
  int g_ext_ctrl(v4l2_ext_control& answer) const;
  struct ControlState;
  struct ControlValue;
  static ControlState initial_state(const ModelControl& control);
  static std::uint32_t element_size(const ControlState& control);
  static std::uint32_t element_count(const ControlState& control);
  static int put_value(const ControlState& control, const ControlValue& value,
                       v4l2_ext_control& answer);
  // These return the value that a control would get, or an errno.
  static std::expected<ControlValue, int> list_value(const ControlState& control,
                                                     const v4l2_ext_control& wanted);
  static std::expected<ControlValue, int> number_value(const ModelControl& is, std::int64_t number);
  [[nodiscard]] std::expected<ControlValue, int> try_ext_ctrl(const v4l2_ext_control& wanted) const;
  [[nodiscard]] const ControlState* find_control(std::uint32_t id) const;
  [[nodiscard]] ControlState* find_control(std::uint32_t id);
  [[nodiscard]] std::uint32_t flags_of(const ControlState& control) const;
  void take_value(const Opener* setter, ControlState& control, ControlValue value);
  void send_control_event(const Opener* setter, const ControlState& control, std::uint32_t changes);
  int queue_ioctl(const Opener& opener, unsigned long request, void* argument);
  int buffer_ioctl(const Opener& opener, unsigned long request, v4l2_buffer& argument);
  int begin_reading(const Opener& opener);
  [[nodiscard]] std::uint64_t demand_locked() const;
  [[nodiscard]] bool finds_room();
  /// Returns true for a loopback device whose input has no signal. It does not stream then.
  [[nodiscard]] bool lacks_producer() const;
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
  void fill_metadata(std::uint32_t sequence, std::chrono::nanoseconds timestamp);
  int g_meta_fmt(v4l2_format& answer) const;
  std::chrono::nanoseconds time_of_next();
  [[nodiscard]] short mask(short wanted) const;
  void changed();

  std::mutex mutex_;
  std::condition_variable changed_;  // with mutex_
  Model model_;
  std::shared_ptr<const Clock> clock_;
  Faults faults_;
  Queue queue_;
  const Opener* owner_{};  // the opener that allocated the buffers, as in vb2_fop_*
  v4l2::Format format_;
  std::vector<ModelPlane> planes_;  // of format_
  v4l2::Interval interval_{1, 30};
  std::uint32_t sequence_{};

  /// InHand is a frame that a read() has returned in part. It has the bytes that are left.
  struct InHand {
    std::uint32_t index{};
    std::span<const std::byte> bytes;
  };

  std::optional<InHand> in_hand_;
  bool reading_{};              // read() drives the queue, as vb2's file I/O emulator does
  v4l2_dv_timings timings_{};   // the timings that VIDIOC_S_DV_TIMINGS set
  v4l2_dv_timings incoming_{};  // the timings of the source
  int no_signal_{};             // the errno of VIDIOC_QUERY_DV_TIMINGS; 0 with a signal
  v4l2_std_id standard_{};
  v4l2_std_id incoming_standard_{};
  v4l2_rect compose_{};
  unsigned input_{};
  unsigned audio_input_{};
  std::uint32_t frequency_{};
  std::map<unsigned, std::vector<std::uint8_t>> edids_;  // by input
  std::vector<ModelFormat> own_formats_;                 // of an input without a source
  v4l2_rect crop_{};

  struct ControlValue {
    std::int64_t number{};
    std::string text{};
    std::vector<std::int64_t> numbers{};  // of an array or a struct

    friend bool operator==(const ControlValue&, const ControlValue&) = default;
  };

  struct ControlState {
    ModelControl is;
    ControlValue value;
  };

  std::vector<ControlState> controls_;  // in the order of their ids
  std::vector<ModelExtension> extensions_;

  /// A Subscriber holds the subscriptions of one opener, and its undelivered events.
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
  std::shared_ptr<Camera> metadata_;      // the node that gets each frame's metadata
  std::chrono::nanoseconds last_time_{};  // of a frame
};

}  // namespace fake
