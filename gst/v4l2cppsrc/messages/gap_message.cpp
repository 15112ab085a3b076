#include "messages/gap_message.h"

#include <gst/base/gstbasesrc.h>

namespace v4l2gst {

MessagePtr message_of(GstElement* element, const FrameGap& gap) {
  GST_OBJECT_LOCK(element);
  const auto segment = GST_BASE_SRC(element)->segment;
  GST_OBJECT_UNLOCK(element);
  const auto running = gst_segment_to_running_time(&segment, GST_FORMAT_TIME, gap.pts);
  const auto stream = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, gap.pts);
  auto* const message =
      gst_message_new_qos(GST_OBJECT(element), TRUE, running, stream, gap.pts, gap.duration);
  gst_message_set_qos_stats(message, GST_FORMAT_BUFFERS, gap.processed, gap.dropped);
  return MessagePtr{message};
}

}  // namespace v4l2gst
