// An application whose recording goes on after the camera was unplugged and plugged in again. The
// camera is known by its serial number or port, so it may come back as another node.
//
//   record_through_unplug DEVICE FILE.mkv FRAMES [CAPS]
//
// SIGINT ends the recording earlier. The file is whole in each case.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <glib-unix.h>
#include <gst/gst.h>

namespace {

/// What the program needs while it records.
struct Recording {
  GstElement* source{};
  GMainLoop* loop{};
  int frames_left{};
  bool failed{};
};

void end(GstElement* source) {
  gst_element_send_event(source, gst_event_new_eos());
}

/// Counts the frames on the streaming thread, where an EOS event is only a request.
GstPadProbeReturn count(GstPad*, GstPadProbeInfo*, gpointer data) {
  auto& recording = *static_cast<Recording*>(data);
  if (--recording.frames_left == 0)
    gst_element_call_async(
        recording.source, [](GstElement* source, gpointer) { end(source); }, nullptr, nullptr);
  return GST_PAD_PROBE_OK;
}

/// Prints what becomes of the camera.
void print_state(const GstStructure* news) {
  if (news == nullptr || gst_structure_has_name(news, "v4l2cppsrc-device") == FALSE) return;
  std::printf("%s: %s\n", gst_structure_get_string(news, "state"),
              gst_structure_get_string(news, "text"));
}

gboolean on_message(GstBus*, GstMessage* message, gpointer data) {
  auto& recording = *static_cast<Recording*>(data);
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ELEMENT:
      print_state(gst_message_get_structure(message));
      break;
    case GST_MESSAGE_ERROR: {
      GError* error{};
      gst_message_parse_error(message, &error, nullptr);
      std::fprintf(stderr, "record_through_unplug: %s\n", error->message);
      g_error_free(error);
      recording.failed = true;
      g_main_loop_quit(recording.loop);
      break;
    }
    case GST_MESSAGE_EOS:
      g_main_loop_quit(recording.loop);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

/// Records until enough frames have come, SIGINT or an ERROR. Returns false after an ERROR.
bool record(GstElement* pipeline, int frames) {
  Recording recording{.source = gst_bin_get_by_name(GST_BIN(pipeline), "camera"),
                      .loop = g_main_loop_new(nullptr, FALSE),
                      .frames_left = frames};
  auto* const pad = gst_element_get_static_pad(recording.source, "src");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, count, &recording, nullptr);
  auto* const bus = gst_element_get_bus(pipeline);
  gst_bus_add_watch(bus, on_message, &recording);
  const auto on_signal = [](gpointer source) -> gboolean {
    end(static_cast<GstElement*>(source));
    return G_SOURCE_CONTINUE;
  };
  const guint signal = g_unix_signal_add(SIGINT, on_signal, recording.source);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  g_main_loop_run(recording.loop);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  g_source_remove(signal);
  gst_bus_remove_watch(bus);
  gst_object_unref(bus);
  gst_object_unref(pad);
  gst_object_unref(recording.source);
  g_main_loop_unref(recording.loop);
  return !recording.failed;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  const int frames = argc == 4 || argc == 5 ? std::atoi(argv[3]) : 0;
  if (frames < 1) {
    std::fprintf(stderr, "usage: record_through_unplug DEVICE FILE.mkv FRAMES [CAPS]\n");
    return 2;
  }
  // matroskamux can't change its caps. The element asks a camera that is back for its former mode.
  const std::string caps = argc == 5 ? argv[4] : "image/jpeg";
  const auto description = std::string{"v4l2cppsrc name=camera on-disconnect=wait device="} +
                           argv[1] + " ! " + caps +
                           " ! queue ! matroskamux ! filesink location=\"" + argv[2] + "\"";
  GError* error{};
  auto* const pipeline = gst_parse_launch(description.c_str(), &error);
  if (error != nullptr) {
    std::fprintf(stderr, "record_through_unplug: %s\n", error->message);
    return 1;
  }
  const bool good = record(pipeline, frames);
  gst_object_unref(pipeline);
  return good ? 0 : 1;
}
