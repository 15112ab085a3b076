// The path of a frame: from the driver's buffer to the one that goes downstream.

#include <cerrno>
#include <utility>

#include "camera/camera.h"
#include "common/log.h"
#include "common/overloaded.h"
#include "formats/stream_config.h"
#include "kernel/kernel.h"
#include "kernel/request.h"
#include "kernel/waker.h"
#include "messages/failures.h"
#include "session/key_frame_requests.h"
#include "session/session.h"
#include "stream/arrival.h"

namespace v4l2gst {

Outcome<Step> Session::next() {
  auto* const at = std::get_if<Capturing>(&state_);
  if (at == nullptr) return Unallocated{};
  if (!at->capture.streaming()) {
    auto ended = begin(*at);
    if (!ended) return std::unexpected{std::move(ended.error())};
    if (auto& end = *ended) return std::move(*end);
  }
  for (;;) {
    surroundings_.key_frame_requests.pass_on(*at->camera, surroundings_.element);
    if (absence_)
      if (auto late = overdue()) return std::unexpected{*std::move(late)};
    auto arrival = at->capture.next(frame_patience());
    if (!arrival && forgets_buffers(arrival.error())) arrival = v4l2::Broken{arrival.error()};
    if (!arrival) {
      auto refusal = failure(arrival.error(), "to receive a frame");
      auto next = give_up_mode(std::move(refusal));
      if (next) return next;
      refusal = std::move(next.error());
      // The first read() may find no bandwidth, as VIDIOC_STREAMON does with other memory.
      if (refusal.cause != Cause::bandwidth || !run_.recovery.recovering())
        return std::unexpected{std::move(refusal)};
      arrival = v4l2::Broken{arrival.error()};
    }
    auto ended = on_arrival(*at, *arrival);
    if (!ended) return std::unexpected{std::move(ended.error())};
    if (auto& end = *ended) return std::move(*end);
  }
}

Session::Ending Session::on_arrival(Capturing& at, v4l2::Arrival& arrival) {
  return std::visit(Overloaded{[&](v4l2::Frame& frame) { return deliver(at, std::move(frame)); },
                               [&](v4l2::Interrupted) { return on_interrupt(); },
                               [&](const v4l2::Lost& lost) { return on_lost(lost.error); },
                               [&](const v4l2::Broken& broken) {
                                 return on_broken(broken.error, "to receive a frame");
                               },
                               [&](v4l2::SourceChanged) -> Ending { return forget_source(); },
                               [&](const v4l2::ControlChanged& change) -> Ending {
                                 restoration_.note(*at.camera, change);
                                 return std::nullopt;
                               },
                               [&](v4l2::Overwritten) -> Ending {
                                 if (on_overwritten(at)) return Again{};
                                 return std::nullopt;
                               },
                               [&](v4l2::Stalled) -> Ending {
                                 if (overdue()) return std::nullopt;  // next() returns the error
                                 return on_due(at);
                               },
                               [&](v4l2::Starved) -> Ending {
                                 if (overdue()) return std::nullopt;
                                 return on_starved(at);
                               }},
                    arrival);
}

Session::Ending Session::on_interrupt() {
  const auto& waker = surroundings_.waker;
  const bool command_only = waker.raised(v4l2::Waker::command) &&
                            !waker.raised(v4l2::Waker::flush) && !waker.raised(v4l2::Waker::pause);
  if (command_only) return std::nullopt;
  run_.watchdog.wait_ended();
  if (absence_) absence_->patience.pause();
  return Halted{};
}

// ---- the start ----------------------------------------------------------------------------------

/// Starts the stream. Returns nullopt once the device streams.
Session::Ending Session::begin(Capturing& at) {
  if (!rest_before_start(at)) return Halted{};
  if (auto started = start_streaming(at); !started)
    return on_start_failed(std::move(started.error()));
  if (messages_.warns()) return Again{};  // so that they are posted
  return std::nullopt;
}

Outcome<> Session::start_streaming(Capturing& at) {
  auto& device = at.camera->device;
  const auto wishes = settings();
  const auto started = at.capture.start(device);
  if (!started) {
    const auto& error = started.error();
    // A v4l2loopback device that remembers a producer's format returns EIO while there is no
    // producer.
    if (error.code == EIO && !device.reserves_buffers() &&
        std::string_view{error.call} == v4l2::request::streamon.name)
      return std::unexpected{unfed(device.path())};
    // Only this call shows memory that the driver can't reach (V4L2_MEMORY_USERPTR, DMABUF).
    if (error.code == EFAULT ||
        (error.code == EINVAL && std::string_view{error.call} == v4l2::request::qbuf.name))
      return std::unexpected{
          no_such_io_mode(device.path(), wishes.io_mode, at.config->format, error)};
    return std::unexpected{failure(error, "to start streaming")};
  }
  run_.filter.stream_began(wishes.skip_frames, wishes.start_on_keyframe);
  // v4l2loopback numbers a buffer when it is written, and may dequeue one that never was.
  run_.stamper.stream_began(device.reserves_buffers());
  run_.watchdog.stream_began(kernel().monotonic_time());
  GST_INFO_OBJECT(surroundings_.element, "streaming began with %u buffers",
                  at.capture.buffer_count());
  // A stream by read() may still find no bandwidth before its first frame.
  if (run_.shortage && !at.capture.uses_read()) end_shortage(*at.config);
  return {};
}

Session::Ending Session::on_start_failed(Report failure) {
  if (failure.cause == Cause::no_format) return std::unexpected{std::move(failure)};
  const auto error = failure.error;
  if (error.gone()) {
    run_.recovery.forget_attempts();
    return lose(failure);
  }
  auto next = give_up_mode(std::move(failure));
  if (next) return std::move(*next);
  if (!run_.recovery.recovering()) return std::unexpected{std::move(next.error())};
  auto ended = on_broken(error, "to start streaming");
  if (ended && !*ended) return Again{};
  return ended;
}

// ---- one frame ----------------------------------------------------------------------------------

Continuity::Verdict Session::observe(const v4l2::Frame& frame) {
  const auto seen = run_.stamper.observe(frame);
  if (seen.lost > 0) Stats::add(surroundings_.stats.lost, seen.lost);
  return seen;
}

/// Leaves out the frame that was observed last. `count` is the counter for it, or null.
void Session::leave_out(Stats::Count* count) {
  if (count != nullptr) Stats::add(*count);
  run_.stamper.withhold();
}

/// Replaces `frame` by the newest frame that is ready. Returns a Step if one is due first.
Session::Ending Session::take_newest(Capturing& at, std::optional<v4l2::Frame>& frame) {
  auto& stats = surroundings_.stats;
  // An awaited key frame is not left out for a newer frame.
  while (!run_.filter.awaits_key_frame()) {
    auto more = at.capture.ready();
    if (!more) break;
    if (!*more)
      return std::unexpected{failed(at.camera->path(), more->error(), "to receive a frame")};
    if (std::holds_alternative<v4l2::Overwritten>(**more)) {
      // The newer picture is in the buffer of this frame, which will be copied.
      if (!on_overwritten(at)) continue;
      leave_out(&stats.skipped);
      return Again{};
    }
    auto* const newer = std::get_if<v4l2::Frame>(&**more);
    if (newer == nullptr) break;  // a loss or an end of the stream, which next() sees again
    if (frame) observe(*frame);
    leave_out(&stats.skipped);
    frame.emplace(std::move(*newer));  // the destructor of the older one requeues it
  }
  return std::nullopt;
}

/// Makes a frame into the buffer to push. Returns nullopt if the frame is left out.
Session::Ending Session::deliver(Capturing& at, v4l2::Frame&& arrived) {
  auto& stats = surroundings_.stats;
  std::optional frame{std::move(arrived)};
  if (run_.filter.skips()) {
    observe(*frame);
    leave_out(&stats.skipped);
    run_.watchdog.frame();
    return std::nullopt;
  }
  if (at.capture.leaky())
    if (auto ended = take_newest(at, frame); !ended || *ended) return ended;
  const auto seen = observe(*frame);
  const auto policy = at.capture.on_corrupt();
  const auto found = FrameFilter::judge(*frame, *at.config, policy,
                                        FrameFilter::looks_at_damage(*at.config, policy)
                                            ? at.capture.look(*frame)
                                            : std::span<const std::byte>{});
  if (found.damage != Damage::none)
    GST_DEBUG_OBJECT(surroundings_.element, "frame %u is damaged (%s)%s", frame->sequence(),
                     name_of(found.damage),
                     found.action == FrameAction::leave_out ? " and left out" : "");
  if (found.action == FrameAction::leave_out) {
    if (auto ended = on_damaged(at, *frame, found); !ended || *ended) return ended;
    frame.reset();  // requeues its buffer
    return on_withheld(at, Withheld::damaged);
  }
  run_.other_sizes = 0;
  if (run_.filter.awaits_key_frame() &&
      !run_.filter.admits(*frame, *at.config,
                          run_.filter.looks_for_key_frame(*frame) ? at.capture.look(*frame)
                                                                  : std::span<const std::byte>{})) {
    leave_out(&stats.skipped);
    run_.filter.leave_out_delta();
    frame.reset();  // requeues its buffer
    return on_withheld(at, Withheld::no_key_frame);
  }
  const auto info = FrameInfo::of(*frame);
  auto wrapped = at.capture.wrap(*std::move(frame));
  if (!wrapped) return on_failed(wrapped.error(), "to queue a buffer");
  if (!*wrapped) {
    leave_out(nullptr);
    run_.watchdog.frame();  // the device has sent a frame
    return std::nullopt;
  }
  run_.stamper.stamp(wrapped->get(), info, seen, *at.config, found.action == FrameAction::flag,
                     surroundings_.element, kernel());
  on_delivered(at);
  return std::move(*wrapped);
}

void Session::on_delivered(const Capturing& at) {
  run_.watchdog.frame();
  run_.recovery.frame();
  run_.filter.delivered();
  absence_.reset();
  retry_pause_ = {};
  Stats::add(surroundings_.stats.delivered);
  if (run_.flowing_caps.get() != at.config->caps.get()) run_.flowing_caps = caps_of(*at.config);
  if (run_.shortage) end_shortage(*at.config);
}

// ---- frames that are left out -------------------------------------------------------------------

/// Counts a damaged frame. Returns nullopt if the frame is merely left out.
Session::Ending Session::on_damaged(Capturing& at, const v4l2::Frame& frame,
                                    const FrameFilter::Judgement& found) {
  leave_out(&surroundings_.stats.damaged);
  run_.filter.leave_out_damaged(found);
  if (at.camera->device.reserves_buffers()) return std::nullopt;
  return on_other_size(at, frame);
}

/// Goes on with the wait after a frame was left out. A device that sends only damaged frames is
/// treated as a silent one, since the damage never ends by itself.
Session::Ending Session::on_withheld(Capturing& at, Withheld why) {
  const auto now = kernel().monotonic_time();
  run_.watchdog.wait_began(now);
  run_.watchdog.withheld(why, now);
  return on_due(at);
}

/// Counts a buffer that the driver overwrote. Returns true the first time, when a WARNING was
/// added.
bool Session::on_overwritten(Capturing& at) {
  auto& device = at.camera->device;
  Stats::add(surroundings_.stats.overwritten);
  run_.stamper.withhold();
  if (!at.capture.copy_always() || !device.reserves_buffers()) return false;
  device.has_overwritten();
  messages_.warn(overwritten(device.path()));
  return true;
}

/// Handles a damaged frame of a loopback device. Its producer may have come back with another
/// format, which is negotiated then. Where the driver keeps to the old format, because this element
/// has the device open, no picture will ever come.
Session::Ending Session::on_other_size(Capturing& at, const v4l2::Frame& frame) {
  constexpr unsigned enough = 30;
  const auto& agreed = at.config->format;
  const auto format = at.camera->device.format();
  if (format && (format->fourcc != agreed.fourcc || format->size != agreed.size)) {
    run_.other_sizes = 0;
    return forget_source();
  }
  const auto& layout = at.config->layout;
  if (!layout || ++run_.other_sizes < enough) return std::nullopt;
  return std::unexpected{other_size(at.camera->path(),
                                    agreed.fourcc.to_string() + " " +
                                        std::to_string(agreed.size.width) + "x" +
                                        std::to_string(agreed.size.height),
                                    frame.payloads()[0].length, layout->needed[0])};
}

}  // namespace v4l2gst
