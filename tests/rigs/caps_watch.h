#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <gst/video/video.h>

#include "common/handles.h"

namespace real {

/// Looks at the caps and buffers that leave the element, in their order. It blocks none of them.
class Watch {
public:
  explicit Watch(GstElement* element) : pad_{gst_element_get_static_pad(element, "src")} {
    probe_ = gst_pad_add_probe(
        pad_,
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER |
                                     GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          return static_cast<Watch*>(self)->see(info);
        },
        this, nullptr);
  }

  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  ~Watch() {
    gst_pad_remove_probe(pad_, probe_);
    gst_object_unref(pad_);
  }

  /// Waits for caps with all these parts, and for buffers of them. Returns false after ten minutes.
  bool wait_for(const std::vector<std::string>& parts) {
    std::unique_lock lock{mutex_};
    constexpr int some_buffers = 3;
    return changed_.wait_for(lock, std::chrono::minutes{10}, [&] {
      return buffers_ >= some_buffers && std::ranges::all_of(parts, [&](const auto& part) {
               return text_.find(part) != std::string::npos;
             });
    });
  }

  /// Waits for buffers that arrive from now on.
  bool wait_for_more() {
    std::unique_lock lock{mutex_};
    constexpr int some_buffers = 3;
    const auto enough = buffers_ + some_buffers;
    return changed_.wait_for(lock, std::chrono::minutes{10}, [&] { return buffers_ >= enough; });
  }

  /// Returns the number of buffers since the latest caps.
  int buffers() {
    const std::lock_guard lock{mutex_};
    return buffers_;
  }

  std::string caps() {
    const std::lock_guard lock{mutex_};
    return text_;
  }

  /// Returns the number of CAPS events.
  int caps_events() {
    const std::lock_guard lock{mutex_};
    return caps_events_;
  }

  /// Returns how many buffers had another size than the caps before them say.
  int misfits() {
    const std::lock_guard lock{mutex_};
    return misfits_;
  }

private:
  GstPadProbeReturn see(GstPadProbeInfo* info) {
    const std::lock_guard lock{mutex_};
    if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
      see_buffer(GST_PAD_PROBE_INFO_BUFFER(info));
      changed_.notify_all();
      return GST_PAD_PROBE_DROP;
    }
    auto* const event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
      GstCaps* caps{};
      gst_event_parse_caps(event, &caps);
      gst_video_info_from_caps(&info_, caps);
      const v4l2gst::TextPtr text{gst_caps_to_string(caps)};
      text_ = text.get();
      ++caps_events_;
      buffers_ = 0;
      changed_.notify_all();
    }
    return GST_PAD_PROBE_OK;
  }

  void see_buffer(GstBuffer* buffer) {
    ++buffers_;
    const auto* const meta = gst_buffer_get_video_meta(buffer);
    const auto lines = GST_VIDEO_INFO_FIELD_HEIGHT(&info_);
    const auto bytes =
        static_cast<gsize>(GST_VIDEO_INFO_WIDTH(&info_)) * 2 * static_cast<gsize>(lines);  // YUY2
    const bool fits =
        gst_buffer_get_size(buffer) == bytes &&
        (meta == nullptr || (meta->width == static_cast<guint>(GST_VIDEO_INFO_WIDTH(&info_)) &&
                             meta->height == static_cast<guint>(GST_VIDEO_INFO_HEIGHT(&info_))));
    const auto order = GST_VIDEO_INFO_FIELD_ORDER(&info_);
    const bool top_first = GST_BUFFER_FLAG_IS_SET(buffer, GST_VIDEO_BUFFER_FLAG_TFF) != FALSE;
    const bool ordered = order == GST_VIDEO_FIELD_ORDER_UNKNOWN ||
                         (order == GST_VIDEO_FIELD_ORDER_TOP_FIELD_FIRST) == top_first;
    if (!fits || !ordered) ++misfits_;
  }

  GstPad* pad_;
  gulong probe_{};
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  GstVideoInfo info_{};
  std::string text_;
  int buffers_{};  // of these caps
  int caps_events_{};
  int misfits_{};
};

}  // namespace real
