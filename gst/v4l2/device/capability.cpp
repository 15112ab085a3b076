#include "device/capability.h"

#include "device/text.h"

namespace v4l2 {

std::string_view describe(NodeKind kind) {
  switch (kind) {
    case NodeKind::capture:
      return "a capture node";
    case NodeKind::memory_to_memory:
      return "a memory-to-memory codec or converter node";
    case NodeKind::output:
      return "a video output node";
    case NodeKind::metadata:
      return "a metadata node";
    case NodeKind::vbi:
      return "a VBI node";
    case NodeKind::radio:
      return "a radio node";
    case NodeKind::sdr:
      return "a software-defined radio node";
    case NodeKind::touch:
      return "a touch sensor node";
    case NodeKind::other:
      break;
  }
  return "a node without video capture";
}

NodeKind Capability::kind() const {
  if (has(V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)) return NodeKind::memory_to_memory;
  if (has(V4L2_CAP_TOUCH)) return NodeKind::touch;
  if (has(V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)) return NodeKind::capture;
  if (has(V4L2_CAP_META_CAPTURE | V4L2_CAP_META_OUTPUT)) return NodeKind::metadata;
  if (has(V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE)) return NodeKind::output;
  if (has(V4L2_CAP_VBI_CAPTURE | V4L2_CAP_SLICED_VBI_CAPTURE | V4L2_CAP_VBI_OUTPUT |
          V4L2_CAP_SLICED_VBI_OUTPUT))
    return NodeKind::vbi;
  if (has(V4L2_CAP_SDR_CAPTURE | V4L2_CAP_SDR_OUTPUT)) return NodeKind::sdr;
  if (has(V4L2_CAP_RADIO)) return NodeKind::radio;
  return NodeKind::other;
}

std::string Capability::card_name() const {
  return text_of(card);
}

std::string Capability::driver_name() const {
  return text_of(driver);
}

std::string Capability::bus() const {
  return text_of(bus_info);
}

}  // namespace v4l2
