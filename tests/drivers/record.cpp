// Records frames of a real device through v4l2cppsrc. All must be complete and in order, and none
// may be lost.
//
//   record DEVICE CAPS COUNT FILE
//
// FILE gets the bytes of the frames one after the other, as v4l2-ctl --stream-to writes them. The
// exit status is 0 if COUNT frames arrived without a gap. The counts go to standard output.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <gst/gst.h>

#include "element/gstv4l2cppsrc.h"

namespace {

struct Judge {
  std::FILE* file{};
  guint64 frames{};
  guint64 lost{};
  guint64 bytes{};
  guint64 backwards{};
  guint64 next_offset{};
  GstClockTime last_pts{};

  void see(GstBuffer* buffer) {
    const auto offset = GST_BUFFER_OFFSET(buffer);
    if (frames > 0) lost += offset - next_offset;
    next_offset = offset + 1;
    if (GST_BUFFER_PTS(buffer) < last_pts) ++backwards;
    last_pts = GST_BUFFER_PTS(buffer);
    ++frames;
    GstMapInfo map;
    for (guint i = 0; i < gst_buffer_n_memory(buffer); ++i) {
      auto* const memory = gst_buffer_peek_memory(buffer, i);
      if (!gst_memory_map(memory, &map, GST_MAP_READ)) continue;
      bytes += std::fwrite(map.data, 1, map.size, file);
      gst_memory_unmap(memory, &map);
    }
  }
};

GstPadProbeReturn on_buffer(GstPad*, GstPadProbeInfo* info, gpointer judge) {
  static_cast<Judge*>(judge)->see(GST_PAD_PROBE_INFO_BUFFER(info));
  return GST_PAD_PROBE_OK;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: record DEVICE CAPS COUNT FILE\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  gst_v4l2_cpp_src_register(nullptr);
  const auto count = std::strtoull(argv[3], nullptr, 10);
  Judge judge;
  judge.file = std::fopen(argv[4], "wb");
  if (judge.file == nullptr) return 2;

  auto* const pipeline = gst_pipeline_new(nullptr);
  auto* const source = gst_element_factory_make("v4l2cppsrc", nullptr);
  auto* const sink = gst_element_factory_make("fakesink", nullptr);
  g_object_set(source, "device", argv[1], "num-buffers", static_cast<int>(count), nullptr);
  g_object_set(sink, "sync", FALSE, nullptr);
  gst_bin_add_many(GST_BIN(pipeline), source, sink, nullptr);
  auto* const caps = gst_caps_from_string(argv[2]);
  gst_element_link_filtered(source, sink, caps);
  gst_caps_unref(caps);
  auto* const pad = gst_element_get_static_pad(sink, "sink");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, &judge, nullptr);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  auto* const bus = gst_element_get_bus(pipeline);
  auto* const message = gst_bus_timed_pop_filtered(
      bus, GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error{};
    gst_message_parse_error(message, &error, nullptr);
    std::printf("error: %s\n", error->message);
    g_error_free(error);
  }
  gst_message_unref(message);
  auto* const settled = gst_pad_get_current_caps(pad);
  auto* const text = settled != nullptr ? gst_caps_to_string(settled) : g_strdup("none");
  gst_element_set_state(pipeline, GST_STATE_NULL);
  std::printf("caps: %s\nframes: %" G_GUINT64_FORMAT "\nlost: %" G_GUINT64_FORMAT
              "\nbytes: %" G_GUINT64_FORMAT "\nbackward timestamps: %" G_GUINT64_FORMAT "\n",
              text, judge.frames, judge.lost, judge.bytes, judge.backwards);
  g_free(text);
  if (settled != nullptr) gst_caps_unref(settled);
  gst_object_unref(pad);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  std::fclose(judge.file);
  return judge.frames == count && judge.lost == 0 && judge.backwards == 0 ? 0 : 1;
}
