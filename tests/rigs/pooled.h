#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <gst/video/video.h>

#include "rigs/allocation_sink.h"
#include "rigs/rig.h"

namespace rig {

/// Returns a pool for small_yuyv. For dmabuf-import it has exactly four DMABufs. Otherwise it has
/// plain buffers, whose number it does not limit.
inline GstBufferPool* pool_of_four(std::string_view io_mode) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_YUY2, 320, 240);
  if (io_mode != "dmabuf-import") return travel::new_pool(info, {info.size}, {});
  return travel::new_pool(info, {info.size}, [left = 4](std::size_t size) mutable {
    if (left-- <= 0) return -1;
    const int descriptor = memfd_create("fake-plane", MFD_CLOEXEC);
    return ftruncate(descriptor, static_cast<off_t>(size)) == 0 ? descriptor : -1;
  });
}

/// Returns the answer of a sink that proposes such a pool.
inline travel::Proposal proposal_of(GstBufferPool* pool) {
  constexpr guint size = 320 * 240 * 2;
  return {.video_meta = true, .pool = pool, .size = size, .least = 2};
}

/// Pooled runs v4l2cppsrc with a sink that proposes a pool. It runs until `frames` buffers have
/// reached the sink, and returns their offsets.
class Pooled {
public:
  Pooled(
      const char* io_mode, const char* caps, travel::Proposal proposal, int frames,
      std::function<void(GstBuffer*)> see = [](GstBuffer*) {})
      : camera{kernel.plug(rig::path, fake::webcam())}, pipeline_{gst_pipeline_new(nullptr)} {
    element = rig::new_element(kernel);
    rig::set(element, "io-mode", io_mode);
    g_object_set(element, "num-buffers", frames, nullptr);
    sink_ = travel::new_consumer(proposal, [this, see = std::move(see)](GstBuffer* buffer) {
      offsets_.push_back(GST_BUFFER_OFFSET(buffer));
      see(buffer);
    });
    gst_bin_add_many(GST_BIN(pipeline_), GST_ELEMENT(gst_object_ref(element)), sink_, nullptr);
    auto* const wanted = gst_caps_from_string(caps);
    fail_unless(gst_element_link_filtered(element, sink_, wanted));
    gst_caps_unref(wanted);
    gst_element_set_state(pipeline_, GST_STATE_PLAYING);
  }

  Pooled(const Pooled&) = delete;
  Pooled& operator=(const Pooled&) = delete;

  ~Pooled() {
    gst_object_unref(pipeline_);
    gst_object_unref(element);
    gst_object_unref(sink_);
  }

  std::vector<guint64> run_to_the_end() {
    auto* const bus = gst_element_get_bus(pipeline_);
    auto* const message = gst_bus_timed_pop_filtered(
        bus, GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    fail_unless(GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS);
    gst_message_unref(message);
    gst_object_unref(bus);
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    return offsets_;
  }

  fake::FakeKernel kernel;
  std::shared_ptr<fake::Camera> camera;
  GstElement* element;

private:
  GstElement* pipeline_;
  GstElement* sink_;
  std::vector<guint64> offsets_;
};

}  // namespace rig
