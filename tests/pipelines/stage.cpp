#include "pipelines/stage.h"

namespace pipelines {
namespace {

/// In the VM the clock leaps, so this must be generous.
constexpr auto patience = 600 * GST_SECOND;

std::string size_of(GstEvent* event) {
  GstCaps* caps{};
  gst_event_parse_caps(event, &caps);
  int width{};
  int height{};
  const auto* const structure = gst_caps_get_structure(caps, 0);
  gst_structure_get_int(structure, "width", &width);
  gst_structure_get_int(structure, "height", &height);
  return std::to_string(width) + "x" + std::to_string(height);
}

}  // namespace

Stage::Stage(const std::string& pipeline) {
  GError* error{};
  pipeline_ = gst_parse_launch(pipeline.c_str(), &error);
  if (error != nullptr) errors_.emplace_back(error->message);
  g_clear_error(&error);
  if (!errors_.empty()) return;
  gst_object_ref_sink(pipeline_);
  bus_ = gst_element_get_bus(pipeline_);
  auto* const pad = gst_element_get_static_pad(element("src"), "src");
  constexpr auto kinds = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
  gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(kinds),
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        return static_cast<Stage*>(self)->see(info);
      },
      this, nullptr);
  gst_object_unref(pad);
}

Stage::~Stage() {
  if (bus_ == nullptr) return;
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  gst_object_unref(bus_);
  gst_object_unref(pipeline_);
}

GstElement* Stage::element(const char* name) const {
  auto* const found = gst_bin_get_by_name(GST_BIN(pipeline_), name);
  // The pipeline keeps it.
  gst_object_unref(found);
  return found;
}

GstPadProbeReturn Stage::see(GstPadProbeInfo* info) {
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    if (on_frame_) on_frame_();
    const std::lock_guard lock{mutex_};
    ++frames_;
  } else {
    auto* const event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
    const std::lock_guard lock{mutex_};
    size_ = size_of(event);
    return GST_PAD_PROBE_OK;
  }
  gst_bus_post(
      bus_, gst_message_new_application(GST_OBJECT(pipeline_), gst_structure_new_empty("frame")));
  return GST_PAD_PROBE_OK;
}

void Stage::play() const {
  gst_element_set_state(pipeline_, GST_STATE_PLAYING);
}

/// Waits for a message. Returns false if no more frames can come.
bool Stage::next_message() {
  if (over_) return false;
  constexpr auto kinds =
      static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_APPLICATION);
  auto* const message = gst_bus_timed_pop_filtered(bus_, patience, kinds);
  if (message == nullptr) {
    errors_.emplace_back("nothing happens any more");
  } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error{};
    gst_message_parse_error(message, &error, nullptr);
    errors_.emplace_back(error->message);
    g_error_free(error);
  }
  over_ = message == nullptr || GST_MESSAGE_TYPE(message) != GST_MESSAGE_APPLICATION;
  if (message != nullptr) gst_message_unref(message);
  return !over_;
}

unsigned Stage::frames() {
  const std::lock_guard lock{mutex_};
  return frames_;
}

std::string Stage::size() {
  const std::lock_guard lock{mutex_};
  return size_;
}

bool Stage::wait_for_frames(unsigned count) {
  const auto wanted = frames() + count;
  while (frames() < wanted)
    if (!next_message()) return false;
  return true;
}

bool Stage::wait_for_size(const std::string& size) {
  while (this->size() != size)
    if (!next_message()) return false;
  return wait_for_frames(1);
}

void Stage::wait_for_end() {
  while (next_message()) {
  }
}

void Stage::end() {
  gst_element_send_event(pipeline_, gst_event_new_eos());
  wait_for_end();
}

}  // namespace pipelines
