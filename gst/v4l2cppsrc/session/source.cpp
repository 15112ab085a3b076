#include "session/source.h"

#include <algorithm>
#include <utility>

#include "buffers/stock.h"
#include "common/log.h"
#include "common/overloaded.h"
#include "formats/drm_caps.h"

namespace v4l2gst {
namespace {

/// Of a buffer: of a frame, or of one of its two fields.
GstClockTime duration_of(const Agreement& agreement) {
  const auto interval = agreement.interval;
  if (!interval.known()) return GST_CLOCK_TIME_NONE;
  // Asked for each frame. No 32-bit numerator overflows it, so the general scaling is not needed.
  const auto frame = GST_SECOND * interval.numerator / interval.denominator;
  return agreement.format.field == V4L2_FIELD_ALTERNATE ? frame / 2 : frame;
}

/// In ms, for the log; 0 where it is not known.
[[maybe_unused]] double age_of(const std::optional<std::chrono::nanoseconds>& timestamp,
                               const ClockReading& clocks) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return timestamp ? Milliseconds{clocks.monotonic - *timestamp}.count() : 0;
}

}  // namespace

// ---- settings and facts -------------------------------------------------------------------------

Settings Source::settings() const {
  const std::lock_guard lock{settings_mutex_};
  return settings_;
}

Facts Source::facts() const {
  const std::lock_guard lock{settings_mutex_};
  return facts_;
}

void Source::update_facts() {
  Facts facts;
  if (device_) {
    facts.device = path();
    facts.device_name = device().capability().card_name();
    facts.device_fd = device().node()->descriptor();
    facts.capabilities = device().capability().bits();
    facts.modes = device().modes();
    facts.input = input_;
    facts.exports = exports_;
  }
  if (agreement_) facts.frame_duration = duration_of(agreement());
  if (capture_) facts.depth = capture_->depth();
  const std::lock_guard lock{settings_mutex_};
  facts_ = std::move(facts);
}

void Source::report(const Report& report) {
  reported_ = true;
  post(GST_ELEMENT(element_), report);
}

bool Source::redundant(GstMessage* message) const {
  return reported_ && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR && !is_report(message);
}

// ---- starting and stopping ---------------------------------------------------------------------

bool Source::start() {
  reported_ = false;
  const auto wishes = settings();
  const bool opens = [&] {
    const std::lock_guard lock{context_};
    const bool waits = absence_ && wishes.on_disconnect == OnDisconnect::wait;
    // The property may be changed in READY.
    return (!device_ && !waits) || opened_for_ != wishes.device;
  }();
  if (opens && !open()) return false;
  {
    const std::lock_guard lock{context_};
    if (device_) {
      absence_.reset();
      pause_ = {};
    }
    if (absence_ && absence_->of_former_run) {
      const auto reason = absence_->reason;
      absence_.reset();
      wait_for_device(reason);
    }
    watchdog_ = {wishes.first_frame_timeout, wishes.stall_timeout, wishes.on_stall};
    recovery_ = {};
    start_at_ = {};
    left_out_ = {};
    shortage_.reset();
    flowing_caps_.reset();
    former_caps_.reset();
    continuity_.restart();
    running_time_.restart();
    counters_.restart();
  }
  post_notices();
  return true;
}

void Source::stop() {
  const std::lock_guard lock{context_};
  capture_.reset();
  agreement_.reset();
  shortage_.reset();
  flowing_caps_.reset();
  clock_.reset();
  if (absence_) absence_->of_former_run = true;
  reopening_ = false;
  waker_.lower(v4l2::Waker::pause);
  absence_waker_.lower(v4l2::Waker::pause);
  waker_.lower(v4l2::Waker::errand);
  update_facts();
}

void Source::forget_source() {
  capture_.reset();
  agreement_.reset();
  shortage_.reset();
  device().renew_modes();
  update_facts();
}

void Source::begin_pause() {
  pausing_ = std::this_thread::get_id();
}

void Source::pause() {
  pausing_ = std::thread::id{};
  waker_.raise(v4l2::Waker::pause);
  absence_waker_.raise(v4l2::Waker::pause);
  const std::lock_guard lock{context_};
  if (!capture_) return;
  capture_->stop();
  GST_INFO_OBJECT(element_, "streaming ended for a pause");
  if (!capture_->oversized()) return;
  // The driver frees what it has too much of only with all the others, so the next start begins
  // with as many as the first, and with the same caps.
  if (agreement_) former_caps_.reset(gst_caps_ref(agreement().caps.get()));
  capture_.reset();
}

void Source::resume() {
  waker_.lower(v4l2::Waker::pause);
  absence_waker_.lower(v4l2::Waker::pause);
}

void Source::unlock() {
  // GstBaseSrc 1.26 unlocks for a pause too. FLUSHING would be the wrong answer: if the pipeline
  // plays again before the base class sees it (1.26.2), that ends the streaming task, and nothing
  // starts it again. What a pause takes is done by pause().
  if (pausing_.load() == std::this_thread::get_id()) return;
  waker_.raise(v4l2::Waker::flush);
  absence_waker_.raise(v4l2::Waker::flush);
}

void Source::unlock_stop() {
  waker_.lower(v4l2::Waker::flush);
  absence_waker_.lower(v4l2::Waker::flush);
}

// ---- allocation ---------------------------------------------------------------------------------

bool Source::decide_allocation(GstQuery* query) {
  const auto downstream = read_allocation(query);
  bool away{};
  GST_DEBUG_OBJECT(element_,
                   "ALLOCATION: pool %" GST_PTR_FORMAT
                   " (%u to %u buffers of %u bytes), allocator "
                   "%" GST_PTR_FORMAT ", %s GstVideoMeta",
                   static_cast<void*>(downstream.pool.get()), downstream.least, downstream.most,
                   downstream.size, static_cast<void*>(downstream.allocator.get()),
                   downstream.video_meta ? "with" : "without");
  const auto allocated = [&]() -> Outcome<> {
    const std::lock_guard lock{context_};
    away = !agreement_;
    if (away) return {};
    // What has not changed for us goes on undisturbed.
    if (capture_ && !capture_->suits(downstream)) capture_.reset();
    if (!capture_) {
      auto made = Capture::allocate(GST_ELEMENT(element_), device(), waker_, agreement(),
                                    settings(), downstream, counters_);
      if (!made) return std::unexpected{made.error()};
      capture_ = std::move(*made);
      if (const auto& warning = capture_->warning()) warnings_.push_back(*warning);
      update_facts();
    }
    answer_allocation(query, capture_->pool(), capture_->size(), capture_->buffer_count(),
                      capture_->most());
    return {};
  }();
  post_notices();
  if (!allocated) {
    if (survives(allocated.error())) return true;  // and create() waits for it
    report(allocated.error());
    return false;
  }
  if (away) return true;
  // The answer to LATENCY is known only now.
  gst_element_post_message(GST_ELEMENT(element_), gst_message_new_latency(GST_OBJECT(element_)));
  return true;
}

// ---- data flow ----------------------------------------------------------------------------------

GstFlowReturn Source::create(GstBuffer** buffer) {
  for (;;) {
    auto outcome = next_buffer(buffer);
    if (!outcome) {
      if (survives(outcome.error())) continue;
      post_notices();
      report(outcome.error());
      return GST_FLOW_ERROR;
    }
    if (*outcome == GST_FLOW_OK) return GST_FLOW_OK;
    post_notices();
    if (*outcome == delivered_with_news) return GST_FLOW_OK;
    if (*outcome == again) continue;
    if (*outcome == unallocated) {
      outcome = await_device();
      if (!outcome) {
        report(outcome.error());
        return GST_FLOW_ERROR;
      }
      if (*outcome == GST_FLOW_OK) {
        if (gst_base_src_negotiate(element_) == FALSE)
          return waker_.raised(v4l2::Waker::flush) ? GST_FLOW_FLUSHING : GST_FLOW_NOT_NEGOTIATED;
        continue;
      }
    }
    if (*outcome != interrupted) return *outcome;
    if (waker_.raised(v4l2::Waker::flush)) return GST_FLOW_FLUSHING;
    const auto playing = gst_base_src_wait_playing(element_);
    if (playing != GST_FLOW_OK) return playing;
  }
}

Source::Outcome<> Source::start_streaming() {
  const auto started = capture_->start();
  if (!started) {
    const auto& error = started.error();
    // v4l2loopback that remembers the format of a producer says so while there is none.
    if (error.code == EIO && !device().reserves_buffers() &&
        std::string_view{error.call} == v4l2::request::streamon.name)
      return std::unexpected{unfed(path())};
    // Memory that the driver can't reach (V4L2_MEMORY_USERPTR, DMABUF) shows only here.
    if (error.code == EFAULT ||
        (error.code == EINVAL && std::string_view{error.call} == v4l2::request::qbuf.name))
      return std::unexpected{
          no_such_io_mode(path(), settings().io_mode, agreement().format, error)};
    return std::unexpected{failure(error, "to start streaming")};
  }
  const auto wanted = settings();
  beginning_.stream_began(wanted.skip_frames, wanted.start_on_keyframe);
  // v4l2loopback numbers a buffer when it is written, and gives one that never was.
  continuity_.stream_began(device().reserves_buffers());
  watchdog_.stream_began(kernel_->monotonic_time());
  left_out_ = {};
  GST_INFO_OBJECT(element_, "streaming began with %u buffers", capture_->buffer_count());
  // Of a stream by read() nothing is known before its first frame.
  if (capture_->travel() != Capture::Travel::read) end_shortage();
  return {};
}

Source::Outcome<GstFlowReturn> Source::next_buffer(GstBuffer** buffer) {
  const std::lock_guard lock{context_};
  if (!capture_) return unallocated;
  if (!capture_->streaming()) {
    if (!rest_before_start()) return interrupted;
    if (const auto started = start_streaming(); !started) {
      const auto& error = started.error().error;
      if (started.error().cause == Cause::no_format) return std::unexpected{started.error()};
      if (error.gone()) {
        recovery_.forget_attempts();
        return lose(started.error());
      }
      auto refusal = started.error();
      if (const auto next = give_up_mode(refusal)) return *next;
      if (!recovery_.recovering()) return std::unexpected{std::move(refusal)};
      const auto flow = on_broken(error, "to start streaming");
      if (!flow) return std::unexpected{flow.error()};
      return flow->value_or(again);
    }
    if (!warnings_.empty()) return again;  // and create() posts them
  }
  for (;;) {
    run_errands();
    if (auto late = overdue()) return std::unexpected{*std::move(late)};
    auto arrival = capture_->next(frame_patience());
    if (!arrival && forgets_buffers(arrival.error())) arrival = v4l2::Broken{arrival.error()};
    if (!arrival) {
      auto refusal = failure(arrival.error(), "to receive a frame");
      if (const auto next = give_up_mode(refusal)) return *next;
      // Of read() it is the first call that may find no room, as VIDIOC_STREAMON is otherwise.
      if (refusal.cause != Cause::bandwidth || !recovery_.recovering())
        return std::unexpected{std::move(refusal)};
      arrival = v4l2::Broken{arrival.error()};
    }
    const auto flow = std::visit(
        Overloaded{[&](v4l2::Frame& frame) -> Flow { return deliver(std::move(frame), buffer); },
                   [&](v4l2::Interrupted) -> Flow {
                     const bool errand_only = waker_.raised(v4l2::Waker::errand) &&
                                              !waker_.raised(v4l2::Waker::flush) &&
                                              !waker_.raised(v4l2::Waker::pause);
                     if (errand_only) return std::nullopt;
                     watchdog_.wait_ended();
                     if (absence_) absence_->patience.pause();
                     return interrupted;
                   },
                   [&](const v4l2::Lost& lost) -> Flow { return on_lost(lost.error); },
                   [&](const v4l2::Broken& broken) {
                     return on_broken(broken.error, "to receive a frame");
                   },
                   [&](v4l2::SourceChanged) -> Flow {
                     forget_source();
                     return unallocated;
                   },
                   [&](const v4l2::ControlChanged& change) -> Flow {
                     if (setup_) setup_->controls.note(*device().node(), change);
                     return std::nullopt;
                   },
                   [&](v4l2::Overwritten) -> Flow {
                     if (on_overwritten()) return again;
                     return std::nullopt;
                   },
                   [&](v4l2::Stalled) -> Flow {
                     if (overdue()) return std::nullopt;  // which is told then
                     return on_due();
                   },
                   [&](v4l2::Starved) -> Flow {
                     if (overdue()) return std::nullopt;
                     return on_starved();
                   }},
        *arrival);
    if (!flow) return std::unexpected{flow.error()};
    if (const auto& end = *flow) return *end;
  }
}

Continuity::Verdict Source::observe(const v4l2::Frame& frame) {
  const auto seen = continuity_.observe(frame.sequence());
  if (seen.lost > 0) Counters::add(counters_.lost, seen.lost);
  return seen;
}

/// Nothing: this frame does not go downstream, and the next is to be waited for.
Source::Flow Source::deliver(v4l2::Frame&& arrived, GstBuffer** buffer) {
  const auto leave_out = [this](Counters::Count* count) {
    if (count != nullptr) Counters::add(*count);
    continuity_.withhold();
  };
  std::optional frame{std::move(arrived)};
  if (beginning_.skips()) {
    observe(*frame);
    leave_out(&counters_.skipped);
    watchdog_.frame();
    return std::nullopt;
  }
  // A key frame that is awaited is not left out for a newer one.
  while (capture_->leaky() && !beginning_.awaits_key_frame()) {
    auto more = capture_->ready();
    if (!more) break;
    if (!*more) return std::unexpected{failed(path(), more->error(), "to receive a frame")};
    if (std::holds_alternative<v4l2::Overwritten>(**more)) {
      // The newer picture is in the buffer of this frame, which will be copied.
      if (!on_overwritten()) continue;
      leave_out(&counters_.skipped);
      return again;
    }
    auto* const newer = std::get_if<v4l2::Frame>(&**more);
    if (newer == nullptr) break;  // the device is gone, which next() will say again
    observe(*frame);
    leave_out(&counters_.skipped);
    frame.emplace(std::move(*newer));  // the end of the older one requeues it
  }
  const auto seen = observe(*frame);
  const auto found = judge(*frame);
  const auto fate = found.fate;
  if (fate == Fate::leave_out) {
    leave_out(&counters_.damaged);
    left_out_ = {.count = left_out_.count + 1,
                 .damage = found.damage,
                 .bytes = found.bytes,
                 .needed = found.needed};
    if (!device().reserves_buffers())
      if (auto flow = on_other_size(*frame); !flow || *flow) return flow;
    frame.reset();  // which requeues it
    return on_withheld(Withheld::damaged);
  }
  other_sizes_ = 0;
  if (!may_begin_with(*frame)) {
    leave_out(&counters_.skipped);
    ++left_out_.count;
    frame.reset();
    return on_withheld(Withheld::no_key_frame);
  }
  const auto flags = frame->flags();
  const auto index = frame->index();
  const auto sequence = frame->sequence();
  const bool monotonic =
      (flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  const auto timestamp = monotonic ? std::optional{frame->timestamp()} : std::nullopt;
  const bool partial_frame = unit_of(flags) == Unit::delta;
  const auto fields = field_flags(agreement().interlacing, frame->field());

  auto wrapped = capture_->wrap(std::move(*frame));
  if (!wrapped) return on_failed(wrapped.error(), "to queue a buffer");
  if (!*wrapped) {
    leave_out(nullptr);
    watchdog_.frame();  // the device has sent it
    return std::nullopt;
  }
  auto* const out = wrapped->get();
  const auto clocks = read_clocks();
  GST_BUFFER_PTS(out) = running_time_.stamp(timestamp, clocks);
  GST_BUFFER_DURATION(out) = duration_of(agreement());
  GST_BUFFER_OFFSET(out) = seen.offset;
  GST_BUFFER_OFFSET_END(out) = seen.offset + 1;
  if (seen.discontinuous) GST_BUFFER_FLAG_SET(out, GST_BUFFER_FLAG_DISCONT);
  if (partial_frame) GST_BUFFER_FLAG_SET(out, GST_BUFFER_FLAG_DELTA_UNIT);
  if (fields != 0) GST_BUFFER_FLAG_SET(out, fields);
  if (fate == Fate::flag || (flags & V4L2_BUF_FLAG_ERROR) != 0)
    GST_BUFFER_FLAG_SET(out, GST_BUFFER_FLAG_CORRUPTED);
  GST_LOG_OBJECT(element_,
                 "delivers buffer %u, sequence %u, %.3f ms old, PTS %" GST_TIME_FORMAT
                 ", %" G_GSIZE_FORMAT " bytes, flags 0x%x",
                 index, sequence, age_of(timestamp, clocks), GST_TIME_ARGS(GST_BUFFER_PTS(out)),
                 gst_buffer_get_size(out), flags);
  watchdog_.frame();
  recovery_.frame();
  left_out_.count = 0;
  absence_.reset();
  pause_ = {};
  *buffer = wrapped->release();
  beginning_.has_begun();
  Counters::add(counters_.delivered);
  if (flowing_caps_.get() != agreement().caps.get())
    flowing_caps_.reset(gst_caps_ref(agreement().caps.get()));
  if (!shortage_) return GST_FLOW_OK;
  end_shortage();
  return delivered_with_news;
}

ClockReading Source::read_clocks() {
  // A clock is counted when it changes, not for each frame.
  ClockPtr outgoing;  // dies, if it does, after the lock is released
  GST_OBJECT_LOCK(element_);
  if (auto* const current = GST_ELEMENT_CLOCK(element_); current != clock_.get()) {
    outgoing = std::move(clock_);
    if (current != nullptr) clock_.reset(GST_CLOCK_CAST(gst_object_ref(current)));
  }
  const auto base_time = static_cast<GstClockTime>(GST_ELEMENT_CAST(element_)->base_time);
  GST_OBJECT_UNLOCK(element_);
  const auto monotonic = kernel_->monotonic_time();
  // Without a clock there is no running time to speak of: the stream begins at 0.
  if (!clock_) return {.monotonic = monotonic, .pipeline = base_time, .base_time = base_time};
  return {
      .monotonic = monotonic, .pipeline = gst_clock_get_time(clock_.get()), .base_time = base_time};
}

// ---- queries ------------------------------------------------------------------------------------

CapsPtr Source::caps(GstCaps* filter) const {
  const auto known = facts();
  auto offered = [&] {
    if (!known.modes) return template_caps();
    const CapsKinds kinds{.dmabuf = known.exports && may_share(settings().io_mode),
                          .alternate = known.input && known.input->has_source()};
    const auto offers = offers_within(*known.modes, filter, kinds, std::nullopt);
    return offers ? caps_of(*offers) : template_caps();
  }();
  if (filter == nullptr) return offered;
  return common_caps(filter, offered.get());
}

bool Source::answer_latency(GstQuery* query) const {
  const auto known = facts();
  if (!GST_CLOCK_TIME_IS_VALID(known.frame_duration) || known.depth == 0) {
    gst_query_set_latency(query, TRUE, 0, GST_CLOCK_TIME_NONE);
    return true;
  }
  // A frame is complete one interval after its first line was captured, and the driver can keep as
  // many as it has buffers before it loses one.
  gst_query_set_latency(query, TRUE, known.frame_duration, known.frame_duration * known.depth);
  return true;
}

}  // namespace v4l2gst
