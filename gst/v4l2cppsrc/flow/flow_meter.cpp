#include "flow/flow_meter.h"

#include <algorithm>

#include "buffers/capture.h"
#include "camera/camera.h"
#include "flow/data_flow.h"
#include "flow/surroundings.h"
#include "formats/stream_config.h"
#include "kernel/kernel.h"
#include "kernel/node.h"
#include "kernel/request.h"
#include "messages/loss_failures.h"
#include "messages/messages.h"
#include "messages/stats_structure.h"
#include "stats/stats.h"

namespace v4l2gst {
namespace {

/// An older time of a frame is none that was taken by the clock.
constexpr std::chrono::seconds longest_latency{10};

/// Returns whether the camera's automatic exposure may lower its rate. A failure of the call is
/// harmless here.
bool lowers_its_rate(const Camera& camera) {
  v4l2_control control{.id = V4L2_CID_EXPOSURE_AUTO_PRIORITY, .value = 0};
  return camera.node().call(v4l2::request::g_ctrl, control) && control.value != 0;
}

}  // namespace

FlowMeter::Time FlowMeter::now() const {
  return surroundings_.kernel->monotonic_time();
}

void FlowMeter::stream_began(const FlowParts& at, Time interval) {
  rate_.stream_began();
  const auto duration = duration_of(at.config);
  const double nominal = GST_CLOCK_TIME_IS_VALID(duration) && duration > 0
                             ? static_cast<double>(GST_SECOND) / static_cast<double>(duration)
                             : 0;
  surroundings_.stats.fps_nominal.store(nominal, std::memory_order_relaxed);
  interval_ = interval;
  if (interval_.count() > 0 && !report_at_) report_at_ = now() + interval_;
}

void FlowMeter::delivered(const FlowParts& at, GstBuffer* buffer, std::optional<Time> taken) {
  auto& stats = surroundings_.stats;
  Stats::add(stats.delivered);
  Stats::add(stats.bytes, gst_buffer_get_size(buffer));
  stats.queued.store(at.capture.waiting(), std::memory_order_relaxed);
  const auto time = now();
  if (taken && *taken <= time && time - *taken <= longest_latency) stats.latency.add(time - *taken);
  measure(at, time);
  report_if_due(time);
}

void FlowMeter::measure(const FlowParts& at, Time now) {
  auto& stats = surroundings_.stats;
  const auto read = [](const Stats::Count& count) {
    return count.load(std::memory_order_relaxed);
  };
  const auto rate = rate_.frame(now, {.captured = read(stats.captured),
                                      .starved = read(stats.lost_starved),
                                      .lost = read(stats.lost_device)});
  if (!rate) return;
  stats.measured(rate->captured, now, rate->span);
  const auto nominal = stats.fps_nominal.load(std::memory_order_relaxed);
  if (!watch_.measured(*rate, nominal)) return;
  const bool slow = rate->made < nominal;
  messages_.warn(rate_not_kept(
      at.camera.path(),
      {.measured = rate->made, .nominal = nominal, .dynamic = slow && lowers_its_rate(at.camera)}));
}

// ---- the statistics as messages -----------------------------------------------------------------

std::optional<FlowMeter::Time> FlowMeter::next_report() const {
  if (!report_at_) return std::nullopt;
  return std::max(*report_at_ - now(), Time{});
}

bool FlowMeter::report_if_due() {
  return report_at_ && report_if_due(now());
}

bool FlowMeter::report_if_due(Time now) {
  if (!report_at_ || now < *report_at_) return false;
  auto* const element = GST_OBJECT(surroundings_.element);
  messages_.add(MessagePtr{
      gst_message_new_element(element, structure_of(surroundings_.stats, now).release())});
  const auto next = *report_at_ + interval_;
  report_at_ = next > now ? next : now + interval_;
  return true;
}

void FlowMeter::restart() {
  rate_ = {};
  watch_ = {};
  report_at_.reset();
}

}  // namespace v4l2gst
