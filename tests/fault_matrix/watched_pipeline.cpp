#include "fault_matrix/watched_pipeline.h"

#include <algorithm>

#include "element/gstv4l2cppsrc.h"
#include "rigs/depends_on_speed.h"
#include "rigs/rig.h"

namespace faults {
namespace {

/// Downstream gets at most all buffers but one (decision 0012), and there are four.
constexpr std::size_t most_held = 3;

std::vector<std::uint8_t> bytes_of(GstBuffer* buffer) {
  std::vector<std::uint8_t> bytes(gst_buffer_get_size(buffer));
  bytes.resize(gst_buffer_extract(buffer, 0, bytes.data(), bytes.size()));
  return bytes;
}

std::string cause_of(const GstStructure* details) {
  const auto* const cause =
      details != nullptr ? gst_structure_get_string(details, "cause") : nullptr;
  return cause != nullptr ? cause : "none of ours";
}

std::string text_of(GstMessage* message) {
  GError* error{};
  gst_message_parse_error(message, &error, nullptr);
  std::string text{error->message};
  g_error_free(error);
  return text;
}

}  // namespace

bool WatchedPipeline::Seen::has(const std::string& notice) const {
  return std::ranges::find(notices, notice) != notices.end();
}

WatchedPipeline::WatchedPipeline(Stage& stage, v4l2::Kernel& kernel, const Fault& fault)
    : stage_{stage}, looks_{fault.caps.empty() && !fault.blurs} {
  static const bool registered = gst_v4l2_cpp_src_register(nullptr) != FALSE;
  if (!registered) g_error("v4l2cppsrc can't be registered");
  pipeline_ = gst_pipeline_new(nullptr);
  element_ = gst_element_factory_make("v4l2cppsrc", nullptr);
  auto* const sink = gst_element_factory_make("fakesink", nullptr);
  g_object_set(sink, "enable-last-sample", FALSE, "signal-handoffs", TRUE, "async", FALSE, nullptr);
  g_signal_connect(sink, "handoff", G_CALLBACK(see), this);
  gst_bin_add_many(GST_BIN(pipeline_), GST_ELEMENT(gst_object_ref(element_)), sink, nullptr);
  const v4l2gst::CapsPtr caps{
      gst_caps_from_string(fault.caps.empty() ? stage.caps().c_str() : fault.caps.c_str())};
  if (!gst_element_link_filtered(element_, sink, caps.get())) g_error("the sink can't be linked");
  gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(element_)).set_kernel(kernel);
  g_object_set(element_, "min-buffers", 4, "max-buffers", 4, nullptr);
  rig::set(element_, "on-starved", "drop");
  if (stage.has_contrast())
    rig::set(element_, "extra-controls", "c,contrast=" + std::to_string(wished_contrast));
  for (const auto& [name, value] : fault.properties)
    rig::set(element_, name.c_str(), value);
  point_at(fault.device.empty() ? stage.path() : fault.device);
  auto* const bus = gst_element_get_bus(pipeline_);
  gst_bus_set_sync_handler(bus, hear, this, nullptr);
  gst_object_unref(bus);
}

WatchedPipeline::~WatchedPipeline() {
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  gst_object_unref(element_);
  gst_object_unref(pipeline_);
}

void WatchedPipeline::point_at(const std::string& device) {
  g_object_set(element_, "device", device.c_str(), nullptr);
}

void WatchedPipeline::set_state(GstState state) {
  // A failure shows on the bus.
  gst_element_set_state(pipeline_, state);
}

void WatchedPipeline::send_eos() {
  gst_element_send_event(element_, gst_event_new_eos());
}

void WatchedPipeline::flush() {
  gst_element_send_event(element_, gst_event_new_flush_start());
  gst_element_send_event(element_, gst_event_new_flush_stop(TRUE));
}

std::chrono::milliseconds WatchedPipeline::stop() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      stage_.time_of([this] { gst_element_set_state(pipeline_, GST_STATE_NULL); }));
}

WatchedPipeline::Seen WatchedPipeline::seen() {
  const std::lock_guard lock{mutex_};
  return seen_;
}

void WatchedPipeline::start_over() {
  const std::lock_guard lock{mutex_};
  seen_ = {};
}

void WatchedPipeline::count_frames_anew() {
  const std::lock_guard lock{mutex_};
  seen_.frames = 0;
}

void WatchedPipeline::hold() {
  const std::lock_guard lock{mutex_};
  holds_ = true;
}

bool WatchedPipeline::holds_all() {
  const std::lock_guard lock{mutex_};
  return held_.size() == most_held;
}

void WatchedPipeline::release() {
  const auto held = [this] {
    const std::lock_guard lock{mutex_};
    holds_ = false;
    return std::exchange(held_, {});
  }();
}

bool WatchedPipeline::unchanged() {
  const std::lock_guard lock{mutex_};
  return std::ranges::all_of(
      held_, [](const Held& each) { return bytes_of(each.buffer.get()) == each.bytes; });
}

std::uint64_t WatchedPipeline::stat(const char* name) const {
  GstStructure* stats{};
  std::uint64_t value{};
  g_object_get(element_, "stats", &stats, nullptr);
  if (!gst_structure_get_uint64(stats, name, &value)) g_error("stats have no %s", name);
  gst_structure_free(stats);
  return value;
}

int WatchedPipeline::descriptor() const {
  int descriptor{-1};
  g_object_get(element_, "device-fd", &descriptor, nullptr);
  return descriptor;
}

void WatchedPipeline::note(GstMessage* message) {
  const std::lock_guard lock{mutex_};
  const auto once = [this](const std::string& notice) {
    if (!seen_.has(notice)) seen_.notices.push_back(notice);
  };
  const GstStructure* details{};
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error_details(message, &details);
      if (seen_.errors++ == 0) {
        seen_.cause = cause_of(details);
        seen_.text = text_of(message);
      }
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning_details(message, &details);
      if (rig::depends_on_speed(message) || cause_of(details) == "damaged-frame") return;
      once("WARNING `" + cause_of(details) + "`");
      break;
    case GST_MESSAGE_EOS:
      seen_.ended = true;
      break;
    case GST_MESSAGE_ELEMENT:
      details = gst_message_get_structure(message);
      if (gst_structure_has_name(details, "v4l2cppsrc-device")) {
        const std::string state{gst_structure_get_string(details, "state")};
        if (state == "stalled") ++seen_.silences;
        once("`" + state + "`");
      }
      break;
    default:
      return;
  }
  changed_.notify_all();
}

GstBusSyncReply WatchedPipeline::hear(GstBus* /*bus*/, GstMessage* message, gpointer self) {
  static_cast<WatchedPipeline*>(self)->note(message);
  return GST_BUS_PASS;
}

void WatchedPipeline::see(GstElement* /*sink*/, GstBuffer* buffer, GstPad* /*pad*/, gpointer self) {
  auto& watched = *static_cast<WatchedPipeline*>(self);
  const std::lock_guard lock{watched.mutex_};
  ++watched.seen_.frames;
  if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED)) watched.seen_.flagged = true;
  if (watched.looks_)
    if (auto wrong = watched.stage_.wrong(buffer); !wrong.empty())
      watched.seen_.wrong_frame = std::move(wrong);
  if (watched.holds_ && watched.held_.size() < most_held)
    watched.held_.push_back(
        {.buffer = v4l2gst::BufferPtr{gst_buffer_ref(buffer)}, .bytes = bytes_of(buffer)});
  watched.changed_.notify_all();
}

}  // namespace faults
