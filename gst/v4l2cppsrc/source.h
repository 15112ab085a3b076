#pragma once

#include <atomic>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <gst/base/gstbasesrc.h>

#include "caps.h"
#include "capture.h"
#include "continuity.h"
#include "counters.h"
#include "device/device.h"
#include "device/inputs.h"
#include "kernel/waker.h"
#include "negotiation.h"
#include "report.h"
#include "running_time.h"
#include "settings.h"

namespace v4l2gst {

/// What applications may ask at any time: an immutable snapshot, replaced when it changes.
struct Facts {
  std::string device;       ///< the path in use
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
/// calls into downstream or waits for the pipeline. Whoever wants it raises the waker first.
class Source {
public:
  explicit Source(GstBaseSrc* element) : element_{element} {}

  /// For tests: another kernel, before READY.
  void set_kernel(v4l2::Kernel& kernel) { kernel_ = &kernel; }

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

  /// True for a message that a base class posts about what this has reported already: a user shall
  /// see one ERROR for one failure.
  [[nodiscard]] bool redundant(GstMessage* message) const;

private:
  template <class T = void>
  using Outcome = std::expected<T, Report>;

  Outcome<v4l2::Device> open_device() const;
  Outcome<v4l2::Device> first_camera() const;
  [[nodiscard]] std::string sibling_of(const v4l2::Device& device) const;

  /// What the driver made of a choice, for who asks why it will not do.
  struct Given {
    CapsPtr caps;
    std::string field;  ///< the one to blame, where that is known already
    std::string has;
  };

  struct Overrides;
  Outcome<CapsPtr> agree(const GstCaps* wanted);
  Outcome<> follow();
  Outcome<std::optional<Given>> try_choices(std::span<const Choice> best, const GstCaps* wanted,
                                            const Overrides& overrides, std::uint32_t held);
  Outcome<std::optional<Given>> settle(const Choice& choice, const GstCaps* wanted,
                                       const Overrides& overrides);
  Outcome<v4l2::Format> settle_format(const Choice& choice);
  Outcome<v4l2::Interval> settle_interval(v4l2::Interval wanted) const;
  Outcome<Traits> read_traits(const v4l2::Format& format, const FormatRow& row,
                              const Interlacing& interlacing, const Overrides& overrides) const;
  Outcome<v4l2::Format> convert_colours(const v4l2::Format& format, const FormatRow& row,
                                        const std::string& colorimetry) const;
  Outcome<> warn_of_crawl(const Choice& choice, const GstCaps* wanted);
  Outcome<Report> refusal(const GstCaps* wanted, const std::optional<Given>& given) const;
  [[nodiscard]] CapsKinds caps_kinds() const;
  [[nodiscard]] Outcome<std::optional<v4l2::Size>> native_size() const;
  void forget_source();
  Outcome<> start_streaming();
  Outcome<GstFlowReturn> next_buffer(GstBuffer** buffer);
  Outcome<std::optional<GstFlowReturn>> deliver(v4l2::Frame&& arrived, GstBuffer** buffer);
  Continuity::Verdict observe(const v4l2::Frame& frame);
  [[nodiscard]] bool complete(const v4l2::Frame& frame) const;
  [[nodiscard]] ClockReading read_clocks();

  // Existence is state: each of these is asked for only in a state in which it exists.
  // NOLINTBEGIN(bugprone-unchecked-optional-access): see above
  /// From NULL→READY on.
  [[nodiscard]] const v4l2::Device& device() const { return *device_; }

  [[nodiscard]] const std::string& path() const { return device_->path(); }

  /// Once negotiated.
  Agreement& agreement() { return *agreement_; }

  [[nodiscard]] const Agreement& agreement() const { return *agreement_; }

  // NOLINTEND(bugprone-unchecked-optional-access)

  void report(const Report& report);
  void update_facts();

  GstBaseSrc* element_;
  v4l2::Kernel* kernel_{&v4l2::system_kernel()};
  v4l2::Waker waker_;
  std::atomic<bool> reported_{};
  Counters counters_;                       // written under context_
  std::atomic<std::thread::id> pausing_{};  // the thread between begin_pause() and pause()

  mutable std::mutex settings_mutex_;  // never held across a system call
  Settings settings_;                  // guarded by settings_mutex_
  Facts facts_;                        // guarded by settings_mutex_

  std::mutex context_;      // guards all below
  std::string opened_for_;  // the device setting that device_ was opened for
  std::optional<v4l2::Device> device_;
  bool exports_{};  // device_ is not known to export nothing
  std::optional<v4l2::Input> input_;
  bool subscribed_{};  // to changes of its source
  std::optional<Agreement> agreement_;
  std::unique_ptr<Capture> capture_;
  Continuity continuity_;
  RunningTime running_time_;
  ClockPtr clock_;  // the element's, as of the latest frame
};

}  // namespace v4l2gst
