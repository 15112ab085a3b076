// An application that embeds v4l2cppsrc. It records a camera for a few seconds, takes a snapshot,
// and prints what it got. tests/demo.sh runs it.
//
//   demo OUTPUT_DIR [DEVICE [CAPS [SECONDS]]]
//
// The files are OUTPUT_DIR/snapshot.png and OUTPUT_DIR/video.mkv (Motion JPEG in Matroska).

#include <cstdio>
#include <cstdlib>
#include <string>

#include <gst/gst.h>
#include <gst/video/video.h>

namespace {

/// The frames that passed the source's pad.
struct Tally {
  guint64 frames{};
  guint64 lost{};
  guint64 next_offset{};
  GstClockTime first{GST_CLOCK_TIME_NONE};
  GstClockTime last{};
  GstClockTime wanted{};
  GstElement* source{};
};

/// Keeps the picture for the snapshot. The last picture is best, since cameras need a moment to
/// adjust.
GstPadProbeReturn keep(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto& picture = *static_cast<GstSample**>(data);
  if (picture != nullptr) gst_sample_unref(picture);
  auto* const caps = gst_pad_get_current_caps(pad);
  picture = gst_sample_new(GST_PAD_PROBE_INFO_BUFFER(info), caps, nullptr, nullptr);
  gst_caps_unref(caps);
  return GST_PAD_PROBE_OK;
}

bool save_png(GstSample* picture, const std::string& path) {
  auto* const png = gst_caps_new_empty_simple("image/png");
  GError* error{};
  auto* const encoded = gst_video_convert_sample(picture, png, 10 * GST_SECOND, &error);
  gst_caps_unref(png);
  if (encoded == nullptr) {
    std::fprintf(stderr, "\n%s\n", error->message);
    g_error_free(error);
    return false;
  }
  GstMapInfo map;
  auto* const buffer = gst_sample_get_buffer(encoded);
  const bool mapped = gst_buffer_map(buffer, &map, GST_MAP_READ) != FALSE;
  const bool saved = mapped && g_file_set_contents(path.c_str(), reinterpret_cast<gchar*>(map.data),
                                                   static_cast<gssize>(map.size), nullptr) != FALSE;
  if (mapped) gst_buffer_unmap(buffer, &map);
  gst_sample_unref(encoded);
  return saved;
}

GstPadProbeReturn count(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& tally = *static_cast<Tally*>(data);
  auto* const buffer = GST_PAD_PROBE_INFO_BUFFER(info);
  const auto offset = GST_BUFFER_OFFSET(buffer);
  if (tally.frames > 0)
    tally.lost += offset - tally.next_offset;
  else
    tally.first = GST_BUFFER_PTS(buffer);
  tally.next_offset = offset + 1;
  tally.last = GST_BUFFER_PTS(buffer);
  ++tally.frames;
  if (tally.frames % 10 == 0) {
    std::printf(".");
    std::fflush(stdout);
  }
  // Here, on the streaming thread, an EOS event is only a request. The source obeys it when it can.
  if (tally.last - tally.first >= tally.wanted)
    gst_element_call_async(
        tally.source,
        [](GstElement* source, gpointer) { gst_element_send_event(source, gst_event_new_eos()); },
        nullptr, nullptr);
  return GST_PAD_PROBE_OK;
}

/// Waits for the end of the stream. Returns false after an ERROR, and prints its text.
bool finish(GstElement* pipeline) {
  auto* const bus = gst_element_get_bus(pipeline);
  auto* const message = gst_bus_timed_pop_filtered(
      bus, GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  const bool good = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
  if (!good) {
    GError* error{};
    gchar* debug{};
    gst_message_parse_error(message, &error, &debug);
    std::fprintf(stderr, "\n%s\n%s\n", error->message, debug != nullptr ? debug : "");
    g_error_free(error);
    g_free(debug);
  }
  gst_message_unref(message);
  gst_object_unref(bus);
  return good;
}

void tell(GstElement* source, GstPad* pad, const Tally& tally) {
  gchar* device{};
  gchar* name{};
  g_object_get(source, "opened-device", &device, "device-name", &name, nullptr);
  auto* const caps = gst_pad_get_current_caps(pad);
  auto* const mode = caps != nullptr ? gst_caps_to_string(caps) : g_strdup("none");
  const auto seconds = static_cast<double>(tally.last - tally.first) / GST_SECOND;
  std::printf("\ndevice:   %s (%s)\nmode:     %s\nframes:   %" G_GUINT64_FORMAT
              "\nmeasured: %.2f fps\nlost:     %" G_GUINT64_FORMAT "\n",
              device, name, mode, tally.frames,
              seconds > 0 ? static_cast<double>(tally.frames - 1) / seconds : 0.0, tally.lost);
  g_free(mode);
  g_free(name);
  g_free(device);
  if (caps != nullptr) gst_caps_unref(caps);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 5) {
    std::fprintf(stderr, "usage: demo OUTPUT_DIR [DEVICE [CAPS [SECONDS]]]\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  const std::string output = argv[1];
  const std::string device = argc > 2 ? argv[2] : "";
  const std::string caps = argc > 3 && argv[3][0] != '\0' ? argv[3] : "image/jpeg; video/x-raw";
  const auto seconds = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 3;

  // The queue has no limit. It holds copies if videoconvert or jpegdec makes one. Otherwise it
  // holds the camera's own buffers, and the source grows its buffer pool or copies.
  const std::string description =
      "v4l2cppsrc name=source ! capsfilter name=filter ! decodebin ! videoconvert ! "
      "queue name=raw max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! jpegenc ! "
      "matroskamux ! filesink location=\"" +
      output + "/video.mkv\"";
  GError* error{};
  auto* const pipeline = gst_parse_launch(description.c_str(), &error);
  if (error != nullptr) {
    std::fprintf(stderr, "%s\n", error->message);
    return 1;
  }
  auto* const source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
  auto* const filter = gst_bin_get_by_name(GST_BIN(pipeline), "filter");
  if (!device.empty()) g_object_set(source, "device", device.c_str(), nullptr);
  gst_util_set_object_arg(G_OBJECT(filter), "caps", caps.c_str());
  auto* const pad = gst_element_get_static_pad(source, "src");
  Tally tally;
  tally.wanted = seconds * GST_SECOND;
  tally.source = source;
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, count, &tally, nullptr);

  auto* const raw = gst_bin_get_by_name(GST_BIN(pipeline), "raw");
  auto* const raw_pad = gst_element_get_static_pad(raw, "sink");
  GstSample* picture{};
  gst_pad_add_probe(raw_pad, GST_PAD_PROBE_TYPE_BUFFER, keep, &picture, nullptr);

  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  bool good = finish(pipeline);
  if (good) tell(source, pad, tally);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  good = good && picture != nullptr && save_png(picture, output + "/snapshot.png");
  if (picture != nullptr) gst_sample_unref(picture);
  gst_object_unref(raw_pad);
  gst_object_unref(raw);
  gst_object_unref(pad);
  gst_object_unref(filter);
  gst_object_unref(source);
  gst_object_unref(pipeline);
  return good ? 0 : 1;
}
