#include "element/source.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "buffers/downstream.h"
#include "common/log.h"
#include "common/overloaded.h"
#include "formats/caps.h"
#include "frames/latency_watch.h"
#include "messages/failures.h"
#include "negotiation/offers.h"
#include "stream/wait.h"

namespace v4l2gst {
namespace {

/// Returns the user's wishes for rectangles.
auto rectangles_of(const Settings& wishes) {
  return std::tuple{wishes.crop,      wishes.compose,     wishes.crop_top,
                    wishes.crop_left, wishes.crop_bottom, wishes.crop_right};
}

}  // namespace

// ---- messages -----------------------------------------------------------------------------------

void Source::report(const Report& report) {
  // The stream ends by a refused wish, which the negotiation of a start meets too.
  if (reported_ == Reported::refusal) {
    GST_INFO_OBJECT(element_, "not reported, after a refused wish: %s", report.text.c_str());
    return;
  }
  reported_ = Reported::failure;
  post(GST_ELEMENT(element_), report);
}

bool Source::redundant(GstMessage* message) const {
  return reported_ != Reported::none && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR &&
         !is_report(message);
}

bool Source::recover(const Report& report) {
  return with_session([&](Session& session) { return session.recover(report); });
}

GstFlowReturn Source::fail(const Report& report) {
  this->report(report);
  return GST_FLOW_ERROR;
}

// ---- starting and stopping ----------------------------------------------------------------------

/// Returns the kernel by which calls on the device are made. The tracing one is used only if the
/// log wants calls.
v4l2::Kernel& Source::choose_kernel() {
  const auto level = gst_debug_category_get_threshold(GST_CAT_DEFAULT);
  if (level < GST_LEVEL_DEBUG) return *kernel_;
  if (!tracing_)
    tracing_.emplace(*kernel_, [this](const std::string& line, bool refused) {
      GST_CAT_LEVEL_LOG(GST_CAT_DEFAULT, refused ? GST_LEVEL_DEBUG : GST_LEVEL_LOG, element_, "%s",
                        line.c_str());
    });
  tracing_->tell_refusals_only(level < GST_LEVEL_LOG);
  return *tracing_;
}

bool Source::open() {
  reported_ = Reported::none;
  // The device is closed first. A driver that allows one open would report EBUSY otherwise.
  close();
  const auto wanted = Wanted::of(shared_.info.settings());
  if (const auto prepared = interrupts_.prepare(); !prepared) {
    report(cannot_open(wanted.device.empty() ? "/dev/video*" : wanted.device, prepared.error()));
    return false;
  }
  auto& kernel = choose_kernel();
  const auto opened = with_session([&](Session& session) { return session.open(kernel, wanted); });
  if (!opened) report(opened.error());
  return opened.has_value();
}

void Source::close() {
  change_session([](Session& session) { session.close(); });
}

bool Source::start() {
  reported_ = Reported::none;
  const auto wishes = shared_.info.settings();
  const bool is_open = with_session([&](Session& session) { return session.is_open_for(wishes); });
  if (!is_open && !open()) return false;
  controls_.run_began();
  return with_session([](Session& session) {
    session.start();
    return true;
  });
}

void Source::stop() {
  change_session([this](Session& session) {
    session.stop();
    interrupts_.end_pause();
    commands_.forget_key_frame();
  });
  interrupts_.streaming_ended();
}

void Source::pause() {
  interrupts_.interrupt_for_pause();
  change_session([](Session& session) { session.pause(); });
}

// ---- negotiation and allocation -----------------------------------------------------------------

/// Emits "prepare-format" without the lock. The session calls this under the lock, which is
/// released meanwhile. A handler may wait for a thread that pauses the element. Clang's analysis
/// can't see the caller.
void Source::emit_prepare_format(int descriptor, GstCaps* caps) {
  commands_.hold();
  mutex_.unlock();
  g_signal_emit_by_name(element_, "prepare-format", descriptor, caps);
  mutex_.lock();
  commands_.release();
}

/// Returns true without new caps while the device is away. GstBaseSrc can't interrupt negotiate(),
/// but it can interrupt create(). create() waits for the device, and has this called again.
bool Source::negotiate() {
  interrupts_.on_streaming_thread();
  bool renewed{};
  for (;;) {
    const auto named = rectangles_of(shared_.info.settings());
    // The query has no filter. The order of our own caps would pass for a preference of downstream.
    const CapsPtr wanted{gst_pad_peer_query_caps(GST_BASE_SRC_PAD(element_), nullptr)};
    auto agreed = with_session([&](Session& session) {
      return session.negotiate(wanted.get(), [&](int descriptor, GstCaps* caps) {
        emit_prepare_format(descriptor, caps);
      });
    });
    if (agreed && agreed->overtaken) continue;
    // A handler of "crop-bounds" chooses the crop rectangle for these bounds, as it does with
    // v4l2src.
    if (agreed && agreed->other_bounds && !std::exchange(renewed, true) &&
        rectangles_of(shared_.info.settings()) != named)
      continue;
    if (agreed)
      return !agreed->caps || gst_base_src_set_caps(element_, agreed->caps.get()) != FALSE;
    if (recover(agreed.error())) return true;
    report(agreed.error());
    return false;
  }
}

bool Source::decide_allocation(GstQuery* query) {
  const auto downstream = read_allocation(query);
  GST_DEBUG_OBJECT(element_,
                   "ALLOCATION: pool %" GST_PTR_FORMAT
                   " (%u to %u buffers of %u bytes), allocator "
                   "%" GST_PTR_FORMAT ", %s GstVideoMeta",
                   static_cast<void*>(downstream.pool.get()), downstream.least, downstream.most,
                   downstream.size, static_cast<void*>(downstream.allocator.get()),
                   downstream.video_meta ? "with" : "without");
  const auto allocated =
      with_session([&](Session& session) { return session.allocate(downstream, query); });
  if (!allocated) {
    if (recover(allocated.error())) return true;  // create() waits for the device
    report(allocated.error());
    return false;
  }
  // The answer to LATENCY is known only now.
  if (*allocated)
    gst_element_post_message(GST_ELEMENT(element_), gst_message_new_latency(GST_OBJECT(element_)));
  return true;
}

// ---- commands -----------------------------------------------------------------------------------

bool Source::ask_for_key_frame() {
  if (!shared_.info.device_info().forces_key_frames) return false;
  commands_.add(Commands::key_frame);
  return true;
}

void Source::apply(unsigned commands) {
  commands_.add(commands);
  apply_wishes();
}

/// Applies the wishes that wait, unless another thread holds the lock. That thread calls this
/// function too, after it has released the lock. A thread that ends something does not: there the
/// wishes wait for the next state change or the next wish.
void Source::apply_wishes() {
  while (commands_.has_wishes()) {
    if (!mutex_.try_lock()) return;
    if (!commands_.has_wishes()) {
      mutex_.unlock();
      return;  // another thread took them, or the end of a negotiation applies them
    }
    const auto applied = session_.apply_wishes();
    std::optional<Messages> told;
    if (session_.has_messages()) told = session_.take_messages();
    if (!applied) reported_ = Reported::refusal;  // before another thread meets the refusal
    mutex_.unlock();
    if (told) tell(*told);
    if (!applied) post(GST_ELEMENT(element_), applied.error());
  }
}

// ---- data flow ----------------------------------------------------------------------------------

GstFlowReturn Source::create(GstBuffer** buffer) {
  interrupts_.on_streaming_thread();
  controls_.before_frame();
  for (;;) {
    if (reported_ == Reported::refusal) return GST_FLOW_ERROR;
    auto step = with_session([](Session& session) { return session.next(); });
    if (step && std::holds_alternative<Unallocated>(*step)) {
      step = wait_for_camera();
      if (!step) return fail(step.error());
      if (std::holds_alternative<Unallocated>(*step)) {
        if (gst_base_src_negotiate(element_) != FALSE) continue;
        return interrupts_.flushing() ? GST_FLOW_FLUSHING : GST_FLOW_NOT_NEGOTIATED;
      }
    }
    if (!step) {
      if (recover(step.error())) continue;
      return fail(step.error());
    }
    if (auto* const out = std::get_if<BufferPtr>(&*step)) {
      controls_.on_frame(GST_BUFFER_DURATION(out->get()));
      *buffer = out->release();
      return GST_FLOW_OK;
    }
    if (std::holds_alternative<EndOfStream>(*step)) return GST_FLOW_EOS;
    if (std::holds_alternative<Again>(*step)) continue;
    if (const auto* const gap = std::get_if<Gap>(&*step)) {
      send_gap(*gap);
      continue;
    }
    if (interrupts_.flushing()) return GST_FLOW_FLUSHING;
    const auto playing = gst_base_src_wait_playing(element_);
    if (playing != GST_FLOW_OK) return playing;
  }
}

/// Sends a GAP event, unless a flush took the segment that it would belong to. The base class sends
/// the next segment with the next buffer.
void Source::send_gap(const Gap& gap) {
  auto* const pad = GST_BASE_SRC_PAD(element_);
  auto* const segment = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
  if (segment == nullptr) return;
  gst_event_unref(segment);
  gst_pad_push_event(pad, gst_event_new_gap(gap.time, gap.duration));
}

/// Waits on the streaming thread, without the lock, until the device is open.
Outcome<Step> Source::wait_for_camera() {
  auto& kernel = *with_session([](Session& session) { return &session.kernel(); });
  for (;;) {
    auto step = with_session([](Session& session) { return session.look_for_camera(); });
    if (!step || !std::holds_alternative<Again>(*step)) return step;
    v4l2::rest(kernel, interrupts_.absence_waker(),
               std::get<Again>(*step).rest.value_or(Session::look_again));
  }
}

// ---- queries ------------------------------------------------------------------------------------

CapsPtr Source::caps(GstCaps* filter) const {
  const auto known = shared_.info.device_info();
  auto offered = [&] {
    if (!known.modes) return template_caps();
    const CapsKinds kinds{.dmabuf = known.exports && may_share(shared_.info.settings().io_mode),
                          .alternate = known.follows_source};
    const auto offers = offers_within(*known.modes, filter, kinds, std::nullopt);
    return offers ? caps_of(*offers) : template_caps();
  }();
  if (filter == nullptr) return offered;
  return common_caps(filter, offered.get());
}

bool Source::answer_latency(GstQuery* query) const {
  const auto known = shared_.info.device_info();
  const bool has_rate = GST_CLOCK_TIME_IS_VALID(known.frame_duration) != FALSE;
  // A frame is complete one interval after its first line was captured.
  const auto usual =
      has_rate ? known.frame_duration : static_cast<GstClockTime>(latency_of_unknown_rate.count());
  const auto least = std::max(usual, known.measured_latency);
  // The driver can keep as many frames as it has buffers before it loses one.
  const auto most = has_rate && known.depth != 0
                        ? std::max(known.frame_duration * known.depth, least)
                        : GST_CLOCK_TIME_NONE;
  gst_query_set_latency(query, TRUE, least, most);
  return true;
}

}  // namespace v4l2gst
