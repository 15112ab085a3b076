#pragma once

#include <functional>
#include <utility>

#include <gst/gst.h>

namespace rig {

/// Calls a function with each buffer that leaves an element's source pad, on the streaming thread.
class BufferProbe {
public:
  using See = std::function<GstPadProbeReturn(GstBuffer*)>;

  BufferProbe(GstElement* element, See see)
      : see_{std::move(see)}, pad_{gst_element_get_static_pad(element, "src")} {
    probe_ = gst_pad_add_probe(
        pad_, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          return static_cast<BufferProbe*>(self)->see_(GST_PAD_PROBE_INFO_BUFFER(info));
        },
        this, nullptr);
  }

  BufferProbe(const BufferProbe&) = delete;
  BufferProbe& operator=(const BufferProbe&) = delete;

  ~BufferProbe() {
    gst_pad_remove_probe(pad_, probe_);
    gst_object_unref(pad_);
  }

private:
  See see_;
  GstPad* pad_;
  gulong probe_{};
};

}  // namespace rig
