#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gst/video/video.h>

#include "common/handles.h"

namespace rig {

/// What has left a pad since the latest STREAM_START.
struct StreamSoFar {
  v4l2gst::CapsPtr caps{};
  std::optional<GstVideoInfo> raw{};
  bool segment{};
  bool ended{};
  GstClockTime pts{GST_CLOCK_TIME_NONE};
  guint64 offset{GST_BUFFER_OFFSET_NONE};
};

/// Holds what leaves a source pad to the rules that gst-validate's pad monitor has for streams. It
/// blocks nothing.
///
/// A new stream begins with STREAM_START, then come CAPS, then a SEGMENT, then buffers, then at
/// most one EOS. Caps are fixed, of the pad's template, and never the same twice. A raw buffer has
/// the size of its caps. Times and numbers of buffers do not run backwards.
class StreamRules {
public:
  explicit StreamRules(GstElement* element) : pad_{gst_element_get_static_pad(element, "src")} {
    probe_ = gst_pad_add_probe(
        pad_,
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER |
                                     GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                     GST_PAD_PROBE_TYPE_EVENT_FLUSH),
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<StreamRules*>(self)->see(info);
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }

  StreamRules(const StreamRules&) = delete;
  StreamRules& operator=(const StreamRules&) = delete;

  ~StreamRules() {
    gst_pad_remove_probe(pad_, probe_);
    gst_object_unref(pad_);
  }

  /// Returns a sentence for each rule that was broken.
  std::vector<std::string> broken() {
    const std::lock_guard lock{mutex_};
    return broken_;
  }

  int streams() { return count(streams_); }

  int buffers() { return count(buffers_); }

  int eos() { return count(eos_); }

  /// Returns the caps of each CAPS event, the oldest first.
  std::vector<std::string> caps() {
    const std::lock_guard lock{mutex_};
    return all_caps_;
  }

private:
  int count(const int& of) {
    const std::lock_guard lock{mutex_};
    return of;
  }

  void demand(bool good, const char* rule) {
    if (!good) broken_.push_back("buffer " + std::to_string(buffers_) + ": " + rule);
  }

  void see(GstPadProbeInfo* info) {
    const std::lock_guard lock{mutex_};
    if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0)
      see_buffer(GST_PAD_PROBE_INFO_BUFFER(info));
    else
      see_event(GST_PAD_PROBE_INFO_EVENT(info));
  }

  void see_buffer(GstBuffer* buffer) {
    ++buffers_;
    demand(stream_ && stream_->caps, "a buffer came before the caps");
    demand(stream_ && stream_->segment, "a buffer came before the segment");
    if (!stream_) return;
    demand(!stream_->ended, "a buffer came after EOS");
    demand(GST_BUFFER_PTS_IS_VALID(buffer), "a buffer has no PTS");
    demand(!GST_CLOCK_TIME_IS_VALID(stream_->pts) || GST_BUFFER_PTS(buffer) >= stream_->pts,
           "the PTS runs backwards");
    demand(stream_->offset == GST_BUFFER_OFFSET_NONE || GST_BUFFER_OFFSET(buffer) > stream_->offset,
           "the number does not grow");
    demand(gst_buffer_get_size(buffer) > 0, "a buffer is empty");
    demand(!stream_->raw || gst_buffer_get_size(buffer) == GST_VIDEO_INFO_SIZE(&*stream_->raw),
           "a buffer has another size than its caps say");
    stream_->pts = GST_BUFFER_PTS(buffer);
    stream_->offset = GST_BUFFER_OFFSET(buffer);
  }

  void see_event(GstEvent* event) {
    switch (GST_EVENT_TYPE(event)) {
      case GST_EVENT_STREAM_START:
        ++streams_;
        stream_.emplace();
        return;
      case GST_EVENT_CAPS:
        return see_caps(event);
      case GST_EVENT_SEGMENT:
        return see_segment(event);
      case GST_EVENT_EOS:
        ++eos_;
        demand(stream_ && !stream_->ended, "EOS came twice, or without a stream");
        if (stream_) stream_->ended = true;
        return;
      case GST_EVENT_FLUSH_STOP:
        if (stream_) stream_->ended = stream_->segment = false;
        return;
      default:
        return;
    }
  }

  void see_caps(GstEvent* event) {
    GstCaps* caps{};
    gst_event_parse_caps(event, &caps);
    const v4l2gst::TextPtr text{gst_caps_to_string(caps)};
    all_caps_.emplace_back(text.get());
    demand(stream_.has_value(), "caps came before STREAM_START");
    if (!stream_) return;
    const v4l2gst::CapsPtr possible{gst_pad_get_pad_template_caps(pad_)};
    demand(gst_caps_is_fixed(caps) != FALSE, "the caps are not fixed");
    demand(gst_caps_is_subset(caps, possible.get()) != FALSE, "the caps are not of the template");
    demand(!stream_->caps || gst_caps_is_equal(caps, stream_->caps.get()) == FALSE,
           "the same caps came twice");
    demand(!stream_->ended, "caps came after EOS");
    stream_->caps.reset(gst_caps_ref(caps));
    stream_->raw.reset();
    GstVideoInfo info;
    if (gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw") != FALSE &&
        gst_video_info_from_caps(&info, caps) != FALSE)
      stream_->raw = info;
  }

  void see_segment(GstEvent* event) {
    const GstSegment* segment{};
    gst_event_parse_segment(event, &segment);
    demand(segment->format == GST_FORMAT_TIME, "the segment is not of times");
    demand(stream_ && stream_->caps, "the segment came before the caps");
    if (!stream_) return;
    stream_->segment = true;
    stream_->pts = GST_CLOCK_TIME_NONE;
  }

  GstPad* pad_;
  gulong probe_{};
  std::mutex mutex_;  // guards all below
  std::optional<StreamSoFar> stream_;
  std::vector<std::string> broken_;
  std::vector<std::string> all_caps_;
  int streams_{};
  int buffers_{};
  int eos_{};
};

}  // namespace rig
