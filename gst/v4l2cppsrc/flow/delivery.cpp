#include "flow/delivery.h"

#include <optional>
#include <string>
#include <utility>

#include "buffers/capture.h"
#include "camera/camera.h"
#include "common/log.h"
#include "common/settings.h"
#include "flow/data_flow.h"
#include "flow/surroundings.h"
#include "formats/shared_config.h"
#include "formats/stream_config.h"
#include "messages/failures.h"
#include "messages/messages.h"
#include "messages/time_failures.h"
#include "stream/arrival.h"

namespace v4l2gst {
namespace {

/// Requeues the buffer of a frame that is left out.
void requeue(v4l2::Frame&& frame) {
  const v4l2::Frame ended{std::move(frame)};
}

}  // namespace

void Delivery::stream_began(const StreamStart& start, const Settings& settings) {
  filter_.stream_began(settings.skip_frames, settings.start_on_keyframe);
  stamper_.stream_began(start, settings);
}

void Delivery::prepare(const FlowParts& at, const Settings& settings) {
  writes_meta_ = settings.frame_metadata;
  metadata_.begin(at, writes_meta_ ? settings.metadata_device : std::string{});
  meta_writer_.stream_began(metadata_.format(), metadata_.size());
}

void Delivery::watch(const FlowParts& at, const Settings& settings) {
  // The producer of a loopback device may pause. read() tells no time.
  losses_.stream_began(at, at.camera.device.reserves_buffers() && !at.capture.uses_read());
  meter_.stream_began(at, settings.stats_interval);
}

GstClockTime Delivery::now() {
  return stamper_.now(surroundings_.element, *surroundings_.kernel);
}

void Delivery::end_run() {
  stamper_ = {};
  losses_.restart();
  meter_.restart();
  metadata_.end();
  flowing_caps_.reset();
}

Continuity::Verdict Delivery::observe(const FlowParts& at, const v4l2::Frame& frame) {
  return losses_.observe(at, frame, stamper_.observe(frame));
}

/// Leaves out the frame that was observed last. `count` is the counter for it, or null.
void Delivery::leave_out(Stats::Count* count) {
  if (count != nullptr) Stats::add(*count);
  losses_.left_out(count != &surroundings_.stats.skipped);
  stamper_.withhold();
}

// ---- one frame ----------------------------------------------------------------------------------

Outcome<Delivered> Delivery::deliver(const FlowParts& at, v4l2::Frame&& arrived) {
  if (filter_.skips()) {
    observe(at, arrived);
    leave_out(&surroundings_.stats.skipped);
    requeue(std::move(arrived));
    return Skipped{};
  }
  if (at.capture.leaky()) return deliver_newest(at, std::move(arrived));
  return deliver_one(at, std::move(arrived));
}

/// Delivers the newest frame that is ready in place of `arrived`. It leaves out as many frames as
/// there are buffers at most. A device that is faster than this loop always has a newer frame.
Outcome<Delivered> Delivery::deliver_newest(const FlowParts& at, v4l2::Frame&& arrived) {
  auto& stats = surroundings_.stats;
  std::optional frame{std::move(arrived)};
  // An awaited key frame is not left out for a newer frame.
  for (auto left = at.capture.buffer_count(); left > 0 && !filter_.awaits_key_frame(); --left) {
    auto more = at.capture.ready();
    if (!more) break;
    if (!*more)
      return std::unexpected{failed(at.camera.path(), more->error(), "to receive a frame")};
    if (std::holds_alternative<v4l2::Overwritten>(**more)) {
      // The newer picture is in the buffer of this frame, which will be copied.
      if (!copies_from_now_on(at)) continue;
      observe(at, *frame);
      leave_out(&stats.skipped);
      return Again{};
    }
    auto* const newer = std::get_if<v4l2::Frame>(&**more);
    if (newer == nullptr) break;  // a loss or an end of the stream, which the next wait sees again
    observe(at, *frame);
    leave_out(&stats.skipped);
    frame.emplace(std::move(*newer));  // the destructor of the older one requeues it
  }
  return deliver_one(at, *std::move(frame));
}

Outcome<Delivered> Delivery::deliver_one(const FlowParts& at, v4l2::Frame&& frame) {
  const auto seen = observe(at, frame);
  auto record = FrameRecord::of(frame);
  const auto policy = at.capture.on_corrupt();
  const auto found = FrameFilter::judge(frame, at.config, policy,
                                        FrameFilter::looks_at_damage(at.config, policy)
                                            ? at.capture.look(frame)
                                            : std::span<const std::byte>{});
  if (found.damage != Damage::none)
    GST_DEBUG_OBJECT(surroundings_.element, "frame %u is damaged (%s)%s", frame.sequence(),
                     name_of(found.damage),
                     found.action == FrameAction::leave_out ? " and left out" : "");
  if (found.action == FrameAction::leave_out) return leave_out_damaged(at, std::move(frame), found);
  other_sizes_ = 0;
  if (filter_.awaits_key_frame() &&
      !filter_.admits(frame, at.config,
                      filter_.looks_for_key_frame(frame) ? at.capture.look(frame)
                                                         : std::span<const std::byte>{})) {
    leave_out(&surroundings_.stats.skipped);
    filter_.leave_out_delta();
    requeue(std::move(frame));
    return Withheld::no_key_frame;
  }
  // The clocks are read before the frame is copied.
  const auto info =
      FrameInfo::of(frame, stamper_.arrived(surroundings_.element, *surroundings_.kernel));
  auto wrapped = at.capture.wrap(std::move(frame));
  if (!wrapped) return QueueFailed{wrapped.error()};
  if (!*wrapped) {
    leave_out(nullptr);
    return Skipped{};
  }
  const auto stamped =
      stamper_.stamp(wrapped->get(), info, seen, at.config, found.action == FrameAction::flag,
                     surroundings_.element, *surroundings_.kernel);
  if (stamped.latency) latency_ = stamped.latency;
  // A loopback device may show a frame again, with its timestamp. That is no fault.
  if (stamped.fault != StampFault::none && at.camera.device.reserves_buffers() &&
      !std::exchange(told_of_time_, true))
    messages_.warn(wrong_timestamp(at.camera.path(), stamped.fault));
  filter_.delivered();
  if (writes_meta_) {
    record.skipped_before = losses_.missing();
    meta_writer_.write(wrapped->get(), record, metadata_.of(record));
  }
  losses_.delivered(wrapped->get());
  meter_.delivered(at, wrapped->get(), record.taken());
  if (flowing_caps_.get() != at.config.caps.get()) flowing_caps_ = caps_of(at.config);
  return std::move(*wrapped);
}

// ---- frames that are left out -------------------------------------------------------------------

/// Leaves out and counts a damaged frame.
Outcome<Delivered> Delivery::leave_out_damaged(const FlowParts& at, v4l2::Frame&& frame,
                                               const FrameFilter::Judgement& found) {
  leave_out(&surroundings_.stats.damaged);
  filter_.leave_out_damaged(found);
  auto ended = at.camera.device.reserves_buffers()
                   ? Outcome<Delivered>{warn_of_damage(at, frame, found)}
                   : on_other_size(at, frame);
  requeue(std::move(frame));
  return ended;
}

Delivered Delivery::warn_of_damage(const FlowParts& at, const v4l2::Frame& frame,
                                   const FrameFilter::Judgement& found) {
  losses_.damaged(at.camera.path(), {.damage = found.damage,
                                     .bytes = found.bytes,
                                     .needed = found.needed,
                                     .sequence = frame.sequence()});
  return Withheld::damaged;
}

/// Handles a damaged frame of a loopback device. Its producer may have come back with another
/// format, which is negotiated then. Where the driver keeps to the old format, because this element
/// has the device open, no picture will ever come.
Outcome<Delivered> Delivery::on_other_size(const FlowParts& at, const v4l2::Frame& frame) {
  constexpr unsigned enough = 30;
  const auto& agreed = at.config.format;
  const auto format = at.camera.device.format();
  if (format && (format->fourcc != agreed.fourcc || format->size != agreed.size)) {
    other_sizes_ = 0;
    return Outdated{};
  }
  const auto& layout = at.config.layout;
  if (!layout || ++other_sizes_ < enough) return Withheld::damaged;
  return std::unexpected{other_size(at.camera.path(),
                                    agreed.fourcc.to_string() + " " +
                                        std::to_string(agreed.size.width) + "x" +
                                        std::to_string(agreed.size.height),
                                    frame.payloads()[0].length, layout->needed[0])};
}

bool Delivery::copies_from_now_on(const FlowParts& at) {
  auto& device = at.camera.device;
  auto& stats = surroundings_.stats;
  Stats::add(stats.captured);
  leave_out(&stats.overwritten);
  if (!at.capture.copy_always() || !device.reserves_buffers()) return false;
  device.has_overwritten();
  messages_.warn(overwritten(device.path()));
  return true;
}

}  // namespace v4l2gst
