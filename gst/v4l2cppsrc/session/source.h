#pragma once

#include <atomic>
#include <chrono>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gst/base/gstbasesrc.h>

#include "buffers/capture.h"
#include "common/settings.h"
#include "device/device.h"
#include "device/identity.h"
#include "device/tracing_kernel.h"
#include "formats/caps.h"
#include "frames/beginning.h"
#include "frames/continuity.h"
#include "frames/frame_check.h"
#include "frames/running_time.h"
#include "kernel/waker.h"
#include "messages/notice.h"
#include "messages/report.h"
#include "negotiation/negotiation.h"
#include "negotiation/shortage.h"
#include "session/absence.h"
#include "session/recovery.h"
#include "session/watchdog.h"
#include "settings/inputs.h"
#include "settings/setup.h"
#include "stats/counters.h"

namespace v4l2gst {

/// What applications may ask at any time: an immutable snapshot, replaced when it changes.
struct Facts {
  std::string device;       ///< the path of the open device; empty while none is
  std::string device_name;  ///< the card's name; empty while closed
  int device_fd{-1};
  std::uint32_t capabilities{};
  std::shared_ptr<v4l2::Modes> modes;
  std::optional<v4l2::Input> input;
  GstClockTime frame_duration{GST_CLOCK_TIME_NONE};
  bool exports{};         ///< whether its frames may become DMABuf memory
  std::uint32_t depth{};  ///< frames that may be on their way; 0 while nothing is allocated
};

/// The element's life: open, negotiate, allocate, create, stop.
///
/// The streaming context is the streaming thread and the state changes; they meet at context_,
/// which the streaming thread holds while it works and waits on the device, but never while it
/// calls into downstream or the application, or waits for the pipeline. Whoever wants it raises the
/// waker first.
class Source {
public:
  explicit Source(GstBaseSrc* element) : element_{element} {}

  /// For tests: another kernel, before READY.
  void set_kernel(v4l2::Kernel& kernel) { kernel_ = real_kernel_ = &kernel; }

  [[nodiscard]] Settings settings() const;

  /// Runs `change` on the settings.
  template <class Change>
  void change_settings(Change change) {
    const std::lock_guard lock{settings_mutex_};
    change(settings_);
  }

  [[nodiscard]] const Counters& counters() const { return counters_; }

  [[nodiscard]] Facts facts() const;

  /// NULL→READY and back. Reports a failure itself, as all below do.
  bool open();
  void close();

  /// READY→PAUSED and back.
  bool start();
  void stop();

  /// PLAYING→PAUSED, before the base class does its part: from now on its unlock() on this thread
  /// is no flush.
  void begin_pause();
  /// The same, after it: when this returns the device does not stream.
  void pause();
  /// PAUSED→PLAYING: streaming begins with the next create().
  void resume();

  bool negotiate();
  bool decide_allocation(GstQuery* query);
  GstFlowReturn create(GstBuffer** buffer);
  void unlock();
  void unlock_stop();

  [[nodiscard]] CapsPtr caps(GstCaps* filter) const;
  bool answer_latency(GstQuery* query) const;

  /// Asks the encoder of the device for a frame that decoding can begin with, before the next one
  /// is waited for. Any thread. False where the device is known to have no such control.
  bool ask_for_key_frame();

  /// True for a message that a base class posts about what this has reported already: a user shall
  /// see one ERROR for one failure.
  [[nodiscard]] bool redundant(GstMessage* message) const;

private:
  template <class T = void>
  using Outcome = std::expected<T, Report>;

  void choose_kernel();
  [[nodiscard]] Outcome<v4l2::Device> open_device(const std::string& wanted) const;
  Outcome<v4l2::Device> first_camera() const;
  [[nodiscard]] std::string sibling_of(const v4l2::Device& device) const;

  /// What the driver made of a choice, for who asks why it will not do.
  struct Given {
    CapsPtr caps;
    std::string field;  ///< the one to blame, where that is known already
    std::string has;
    // How it came to have another rate, or another format, than it was asked for.
    std::string rate_answer{};
    std::string format_answer{};
  };

  /// What the user says of a device that does not tell the truth.
  struct Overrides {
    std::optional<v4l2::PixelAspect> pixel_aspect;
    bool carry_pixel_aspect{true};
    std::optional<GstVideoColorimetry> colorimetry;
    std::string colorimetry_text;
  };

  Outcome<CapsPtr> agree(const GstCaps* wanted);
  Outcome<CapsPtr> agreed(const GstCaps* wanted);
  [[nodiscard]] Outcome<Overrides> overrides() const;
  Outcome<std::vector<Choice>> named_choices(const GstCaps* wanted, CapsKinds kinds);
  Outcome<std::vector<Choice>> listed_choices(const GstCaps* wanted, CapsKinds kinds,
                                              std::span<const Choice> tried);
  Outcome<> follow();
  [[nodiscard]] Outcome<bool> fills_frame() const;
  void tell_signal(v4l2::Signal signal, const std::string& input);
  Outcome<std::optional<Given>> try_choices(std::span<const Choice> best, const GstCaps* wanted,
                                            const Overrides& overrides, std::uint32_t held);
  Outcome<std::optional<Given>> settle(const Choice& choice, const GstCaps* wanted,
                                       const Overrides& overrides);
  Outcome<v4l2::Format> settle_format(const Choice& choice);
  static std::optional<Given> without_caps(const v4l2::Format& format, bool dmabuf_caps);
  Outcome<v4l2::Format> settle_picture(const Choice& choice, const Overrides& overrides);
  Outcome<v4l2::IntervalAnswer> settle_interval(v4l2::Interval wanted) const;
  Outcome<v4l2::Format> confirm_format(const v4l2::Format& format) const;
  Outcome<std::string> tell_rate(const Choice& choice, const v4l2::IntervalAnswer& rate) const;
  Outcome<bool> keeps_promise(const Choice& choice, std::uint32_t plane_count);
  [[nodiscard]] Outcome<bool> holds() const;
  void agree_on(const Choice& choice, const v4l2::Format& format, v4l2::Interval interval,
                CapsPtr caps, const Interlacing& interlacing);
  Outcome<Traits> read_traits(const v4l2::Format& format, const FormatRow& row,
                              const Interlacing& interlacing, const Overrides& overrides) const;
  Outcome<v4l2::Format> convert_colours(const v4l2::Format& format, const FormatRow& row,
                                        const std::string& colorimetry) const;
  bool let_applications_prepare(GstCaps* caps);
  Outcome<> warn_of_crawl(const Choice& choice, const GstCaps* wanted);
  Outcome<Report> refusal(const GstCaps* wanted, const std::optional<Given>& given) const;
  [[nodiscard]] CapsKinds caps_kinds() const;
  [[nodiscard]] Outcome<std::optional<v4l2::Size>> native_size() const;
  void forget_source();
  [[nodiscard]] Report failure(const v4l2::Error& error, std::string_view doing) const;
  void add_demand(Situation& situation) const;
  [[nodiscard]] Choice agreed_mode() const;
  [[nodiscard]] bool keeps_caps() const;
  [[nodiscard]] Outcome<std::vector<Choice>> cheaper_modes_for(const GstCaps* wanted,
                                                               double demand) const;
  std::optional<GstFlowReturn> give_up_mode(Report& refusal);
  void end_shortage();
  [[nodiscard]] std::vector<std::string> commands_for(const GstCaps* wanted) const;
  Outcome<> start_streaming();
  Outcome<GstFlowReturn> next_buffer(GstBuffer** buffer);

  // What next_buffer() and look_for_device() say besides the usual: they were interrupted, and are
  // to be asked again, if need be when the pipeline plays; there are no buffers to capture into, or
  // no device; they are to be asked again; and there is a frame, and something to post.
  static constexpr auto interrupted = GST_FLOW_CUSTOM_SUCCESS;
  static constexpr auto unallocated = GST_FLOW_CUSTOM_SUCCESS_1;
  static constexpr auto again = GST_FLOW_CUSTOM_SUCCESS_2;
  static constexpr auto delivered_with_news = static_cast<GstFlowReturn>(again + 1);

  Outcome<> adopt(v4l2::Device&& device);
  void tell(Notice::State state, const std::string& device, std::string text,
            const v4l2::Error& error);
  void post_notices();
  void let_go();
  Outcome<GstFlowReturn> lose(const Report& report);
  void begin_absence(const Report& report);
  void wait_for_device(const Report& report);
  GstFlowReturn reopen();
  bool survives(const Report& report);
  [[nodiscard]] bool may_be_settling(const Report& report) const;
  [[nodiscard]] bool may_wait_for(const Report& report) const;
  Outcome<v4l2::Device> open_again() const;
  Outcome<> take_back(v4l2::Device&& device);
  [[nodiscard]] bool keeps_setup() const;
  Outcome<> prepare_setup();
  Outcome<v4l2::Format> restore_picture(const v4l2::Format& format);
  Outcome<> complete_setup();
  void tell_not_restored();
  void put_setup_by();
  Outcome<GstFlowReturn> look_for_device();
  Outcome<GstFlowReturn> await_device();
  Outcome<GstFlowReturn> not_there(const Report& report);
  [[nodiscard]] std::optional<std::chrono::nanoseconds> rest_of_patience();
  [[nodiscard]] std::optional<std::chrono::milliseconds> frame_patience();
  [[nodiscard]] std::optional<Report> overdue();
  /// What next_buffer() ends in; nullopt: it goes on waiting.
  using Flow = Outcome<std::optional<GstFlowReturn>>;

  Flow on_starved();
  Flow on_due();
  Flow on_silence();
  Flow on_lost(const v4l2::Error& error);
  Flow on_broken(const v4l2::Error& error, std::string_view doing);
  [[nodiscard]] bool forgets_buffers(const v4l2::Error& error) const;
  Flow on_failed(const v4l2::Error& error, std::string_view doing);
  Flow on_withheld(Withheld why);
  bool rest_before_start();
  [[nodiscard]] Report silence_report(const std::optional<v4l2::Input>& input,
                                      std::chrono::nanoseconds now) const;
  std::optional<std::chrono::milliseconds> wait_patience();
  bool on_overwritten();
  Flow on_other_size(const v4l2::Frame& frame);
  Outcome<std::optional<GstFlowReturn>> deliver(v4l2::Frame&& arrived, GstBuffer** buffer);
  Continuity::Verdict observe(const v4l2::Frame& frame);

  /// What is found of a frame.
  struct Judgement {
    Fate fate{};
    Damage damage{};
    std::uint64_t bytes{};   ///< of its payload, as the driver said
    std::uint64_t needed{};  ///< for the picture to be whole; 0 where that is not known
  };

  Judgement judge(v4l2::Frame& frame) const;
  [[nodiscard]] bool may_begin_with(const v4l2::Frame& frame) const;
  void run_errands();
  [[nodiscard]] ClockReading read_clocks();

  // Existence is state: each of these is asked for only in a state in which it exists.
  // NOLINTBEGIN(bugprone-unchecked-optional-access): see above
  /// From NULL→READY on.
  [[nodiscard]] const v4l2::Device& device() const { return *device_; }

  [[nodiscard]] v4l2::Device& device() { return *device_; }

  [[nodiscard]] const std::string& path() const { return device_->path(); }

  /// Once negotiated.
  Agreement& agreement() { return *agreement_; }

  [[nodiscard]] const Agreement& agreement() const { return *agreement_; }

  // NOLINTEND(bugprone-unchecked-optional-access)

  void report(const Report& report);
  void update_facts();

  GstBaseSrc* element_;
  v4l2::Kernel* real_kernel_{&v4l2::system_kernel()};
  // The real one, or `tracing_` in front of it, as of the latest open().
  v4l2::Kernel* kernel_{real_kernel_};
  // Once the log wanted each call. Lives on, since Modes that were asked for facts may go by it.
  std::optional<v4l2::TracingKernel> tracing_;
  v4l2::Waker waker_{v4l2::Waker::Later::later};  // without them nothing could be stopped
  v4l2::Waker absence_waker_{
      v4l2::Waker::Later::later};  // for a flush or a pause: who waits for a device has no stream
  std::atomic<bool> reported_{};
  std::atomic<bool> forces_key_frames_{true};  // the device is not known to lack the control
  Counters counters_;                          // written under context_
  std::atomic<std::thread::id> pausing_{};     // the thread between begin_pause() and pause()

  mutable std::mutex settings_mutex_;  // never held across a system call
  Settings settings_;                  // guarded by settings_mutex_
  Facts facts_;                        // guarded by settings_mutex_

  std::mutex context_;      // guards all below
  std::string opened_for_;  // the device setting that device_ was opened for
  std::optional<v4l2::Device> device_;
  std::optional<v4l2::Input> input_;
  v4l2::Identity identity_;           // of the device that was open last
  std::string card_;                  // its name
  std::string former_path_;           // where it was
  CapsPtr former_caps_;               // what it gave before it went away
  std::optional<v4l2::Setup> setup_;  // of device_ once agreed, where it may be opened anew
  // What device_ was set to before it went away, until it is so again, and what it refused of it.
  std::optional<v4l2::Setup> former_setup_;
  std::vector<std::string> not_restored_;
  std::optional<Absence> absence_;
  std::chrono::nanoseconds next_look_{};
  std::chrono::milliseconds pause_{};  // before the next try; 0 once a frame has come
  Watchdog watchdog_{{}, {}, OnStall::warn};
  Recovery recovery_;
  std::chrono::nanoseconds start_at_{};  // not before that is a broken stream started again
  LeftOut left_out_;                     // since the latest frame that was delivered
  // To be posted without the lock.
  std::vector<Notice> notices_;
  std::vector<Report> warnings_;
  CapsPtr wanted_;        // what downstream takes, as of the latest agreement
  CapsPtr flowing_caps_;  // of the latest frame that went downstream in this run
  std::optional<Shortage> shortage_;
  std::optional<Agreement> agreement_;
  std::unique_ptr<Capture> capture_;
  Beginning beginning_;
  Continuity continuity_;
  RunningTime running_time_;
  ClockPtr clock_;  // the element's, as of the latest frame
  // The small ones, side by side.
  bool exports_{};          // device_ is not known to export nothing
  bool subscribed_{};       // to changes of its source
  bool reopening_{};        // it was closed in order to be opened again
  bool overtaken_{};        // somebody else has negotiated while applications were called
  unsigned other_sizes_{};  ///< frames in a row that are no picture of the agreed format
  std::optional<v4l2::Signal> signal_;  // that was told last
};

}  // namespace v4l2gst
