/* The least that an application in C needs to get frames.
 *
 *   capture DEVICE FRAMES
 *
 *   cc capture.c $(pkg-config --cflags --libs gstreamer-app-1.0)
 */

#include <stdio.h>
#include <stdlib.h>

#include <gst/app/gstappsink.h>
#include <gst/gst.h>

static void print_frame (GstBuffer * buffer)
{
  GstMapInfo map;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  printf ("frame %" G_GUINT64_FORMAT ": %" G_GSIZE_FORMAT " bytes at %" GST_TIME_FORMAT "\n",
      GST_BUFFER_OFFSET (buffer), map.size, GST_TIME_ARGS (GST_BUFFER_PTS (buffer)));
  gst_buffer_unmap (buffer, &map);
}

/* Returns whether the pipeline has posted an ERROR, and prints its text. */
static gboolean failed (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  gst_object_unref (bus);
  if (message == NULL)
    return FALSE;
  GError *error = NULL;
  gst_message_parse_error (message, &error, NULL);
  fprintf (stderr, "capture: %s\n", error->message);
  g_error_free (error);
  gst_message_unref (message);
  return TRUE;
}

int main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc != 3) {
    fprintf (stderr, "usage: capture DEVICE FRAMES\n");
    return 2;
  }
  GstElement *pipeline =
      gst_parse_launch ("v4l2cppsrc name=camera ! appsink name=sink sync=false", NULL);
  if (pipeline == NULL) {
    fprintf (stderr, "capture: the plugin v4l2cpp or app is missing\n");
    return 1;
  }
  GstElement *camera = gst_bin_get_by_name (GST_BIN (pipeline), "camera");
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_set (camera, "device", argv[1], "num-buffers", atoi (argv[2]), NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  GstSample *sample;
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))) != NULL) {
    print_frame (gst_sample_get_buffer (sample));
    gst_sample_unref (sample);
  }
  gboolean bad = failed (pipeline);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (camera);
  gst_object_unref (pipeline);
  return bad ? 1 : 0;
}
