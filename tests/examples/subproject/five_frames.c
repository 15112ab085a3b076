/* Captures five frames with the plugin v4l2cpp, which is linked into this program.
 *
 *   five_frames [DEVICE]
 */

#include <gst/gst.h>

GST_PLUGIN_STATIC_DECLARE(v4l2cpp);

static void count(GstElement* sink, GstBuffer* buffer, GstPad* pad, gpointer frames) {
  (void)sink;
  (void)buffer;
  (void)pad;
  ++*(guint*)frames;
}

/* Says what went wrong, and returns whether something did. */
static gboolean failed(GstMessage* message) {
  GError* error = NULL;

  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR) return FALSE;
  gst_message_parse_error(message, &error, NULL);
  g_printerr("%s\n", error->message);
  g_error_free(error);
  return TRUE;
}

int main(int argc, char** argv) {
  GstElement *pipeline, *source, *sink;
  GstBus* bus;
  GstMessage* message;
  GError* error = NULL;
  guint frames = 0;
  gboolean bad;

  gst_init(NULL, NULL);
  GST_PLUGIN_STATIC_REGISTER(v4l2cpp);

  pipeline = gst_parse_launch("v4l2cppsrc name=source num-buffers=5 ! fakesink name=sink signal-handoffs=true", &error);
  if (error != NULL) {
    g_printerr("%s\n", error->message);
    return 1;
  }
  source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
  sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
  if (argc > 1) g_object_set(source, "device", argv[1], NULL);
  g_signal_connect(sink, "handoff", G_CALLBACK(count), &frames);

  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  bus = gst_element_get_bus(pipeline);
  message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  bad = failed(message);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  if (!bad) g_print("%u frames\n", frames);

  gst_message_unref(message);
  gst_object_unref(bus);
  gst_object_unref(sink);
  gst_object_unref(source);
  gst_object_unref(pipeline);
  return bad ? 1 : 0;
}
