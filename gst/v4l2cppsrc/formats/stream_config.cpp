#include "formats/stream_config.h"

#include "formats/shared_config.h"

namespace v4l2gst {

CapsPtr caps_of(const StreamConfig& config) {
  return CapsPtr{gst_caps_ref(config.caps.get())};
}

}  // namespace v4l2gst
