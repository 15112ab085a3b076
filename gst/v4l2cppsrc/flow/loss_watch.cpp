#include "flow/loss_watch.h"

#include <utility>

#include "buffers/capture.h"
#include "camera/camera.h"
#include "flow/data_flow.h"
#include "flow/surroundings.h"
#include "formats/stream_config.h"
#include "frames/frame_meta.h"
#include "frames/loss_class.h"
#include "kernel/kernel.h"
#include "messages/messages.h"
#include "stream/frame.h"

namespace v4l2gst {

void LossWatch::stream_began(const FlowParts& at, bool paced) {
  const auto duration = duration_of(at.config);
  const bool fixed = paced && GST_CLOCK_TIME_IS_VALID(duration);
  gaps_.stream_began(fixed ? Time{static_cast<Time::rep>(duration)} : Time{});
  taken_.reset();
  dry_ = false;
  suspected_ = false;
  suspect_.reset();
  flows_ = false;
}

Continuity::Verdict LossWatch::observe(const FlowParts& at, const v4l2::Frame& frame,
                                       Continuity::Verdict seen) {
  Stats::add(surroundings_.stats.captured);
  const auto time = FrameRecord::of(frame).taken();
  const auto paced = gaps_.observe(time, seen.lost > 0);
  const bool was_suspected = std::exchange(suspected_, paced.gap);
  if (was_suspected) {
    if (paced.lost > 0) {
      count(at, suspect_starved_ ? LossKind::starved : LossKind::device, paced.lost, sequence_);
      if (suspect_)
        add(*suspect_);
      else
        unskipped_ += paced.lost;
    }
    suspect_.reset();
  }
  if (seen.lost > 0) {
    count(at, starved_before(frame) ? LossKind::starved : LossKind::device, seen.lost,
          frame.sequence());
    missing_ += seen.lost;
    unskipped_ += seen.lost;
  }
  if (suspected_) {
    suspect_starved_ = starved_before(frame);
    seen.discontinuous = true;
  }
  taken_ = time;
  flags_ = frame.flags();
  sequence_ = frame.sequence();
  // Asked only where no time tells it.
  dry_ = !time && at.capture.waiting() == 0;
  return seen;
}

bool LossWatch::starved_before(const v4l2::Frame& frame) const {
  return lost_for_want_of_buffers({.taken_before = taken_,
                                   .flags = flags_,
                                   .interval = gaps_.interval(),
                                   .queued_at = frame.queued_at(),
                                   .dry = dry_});
}

void LossWatch::count(const FlowParts& at, LossKind kind, std::uint64_t lost,
                      std::uint32_t sequence) {
  auto& stats = surroundings_.stats;
  Stats::add(stats.lost, lost);
  Stats::add(kind == LossKind::starved ? stats.lost_starved : stats.lost_device, lost);
  if (begins(kind))
    messages_.warn(frames_lost(at.camera.path(), {.kind = kind,
                                                  .count = lost,
                                                  .sequence = sequence,
                                                  .buffer_count = at.capture.buffer_count()}));
}

void LossWatch::damaged(const std::string& path, const DamagedFrame& frame) {
  if (flows_ && begins(LossKind::damaged)) messages_.warn(frame_damaged(path, frame));
}

/// Notes a loss. Returns true if it is the first of its kind for a while.
bool LossWatch::begins(LossKind kind) {
  const auto now = surroundings_.kernel->monotonic_time();
  const auto before = std::exchange(latest_[static_cast<std::size_t>(kind)], now);
  return !before || now - *before > calm;
}

// ---- what goes downstream -----------------------------------------------------------------------

void LossWatch::delivered(GstBuffer* buffer) {
  if (unskipped_ > 0)
    add(gap_before(buffer));
  else if (suspected_)
    suspect_ = gap_before(buffer);
  missing_ = 0;
  unskipped_ = 0;
  flows_ = true;
  const auto pts = GST_BUFFER_PTS(buffer);
  const auto duration = GST_BUFFER_DURATION(buffer);
  end_ = pts + (GST_CLOCK_TIME_IS_VALID(duration) ? duration : 0);
}

FrameGap LossWatch::gap_before(GstBuffer* buffer) const {
  FrameGap gap{.pts = GST_BUFFER_PTS(buffer), .duration = GST_CLOCK_TIME_NONE};
  const auto duration = GST_BUFFER_DURATION(buffer);
  if (GST_CLOCK_TIME_IS_VALID(end_) && gap.pts > end_)
    gap.duration = gap.pts - end_;
  else if (GST_CLOCK_TIME_IS_VALID(duration))
    gap.duration = missing_ * duration;  // the times do not show the gap
  return gap;
}

void LossWatch::add(FrameGap gap) {
  const auto read = [](const Stats::Count& count) {
    return count.load(std::memory_order_relaxed);
  };
  const auto& stats = surroundings_.stats;
  gap.processed = read(stats.delivered);
  gap.dropped =
      read(stats.lost) + read(stats.starved) + read(stats.damaged) + read(stats.overwritten);
  messages_.add(message_of(surroundings_.element, gap));
}

void LossWatch::restart() {
  gaps_ = {};
  taken_.reset();
  dry_ = false;
  suspected_ = false;
  suspect_.reset();
  flows_ = false;
  end_ = GST_CLOCK_TIME_NONE;
  missing_ = 0;
  unskipped_ = 0;
  latest_ = {};
}

}  // namespace v4l2gst
