// An application that pairs the frames of two cameras by their time of capture, and reports how far
// apart in time the two frames of a pair are. Stereo vision begins so.
//
//   two_cameras LEFT_DEVICE RIGHT_DEVICE PAIRS
//
// Both times are on CLOCK_MONOTONIC, as the drivers took them. So the result does not depend on how
// long a frame was on its way, nor on the pipeline's clock.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gst/app/gstappsink.h>
#include <gst/gst.h>

namespace {

struct Unref {
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }

  void operator()(GstElement* element) const { gst_object_unref(element); }

  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
};

template <class Object>
using Ptr = std::unique_ptr<Object, Unref>;

/// A frame, and when it was captured.
struct Frame {
  Ptr<GstSample> sample;
  GstClockTime captured{};  ///< in ns, on CLOCK_MONOTONIC

  [[nodiscard]] GstBuffer* buffer() const { return gst_sample_get_buffer(sample.get()); }
};

/// Returns when a frame was captured, on CLOCK_MONOTONIC. nullopt where its driver does not say.
std::optional<GstClockTime> captured_at(GstBuffer* buffer) {
  static const Ptr<GstCaps> monotonic{gst_caps_new_empty_simple("timestamp/x-system-monotonic")};
  const auto* const meta = gst_buffer_get_reference_timestamp_meta(buffer, monotonic.get());
  return meta != nullptr ? std::optional{meta->timestamp} : std::nullopt;
}

/// Returns the camera's next frame with a time. nullopt at the end of the stream.
std::optional<Frame> next_frame(GstElement* sink) {
  while (auto sample = Ptr<GstSample>{gst_app_sink_pull_sample(GST_APP_SINK(sink))})
    if (const auto captured = captured_at(gst_sample_get_buffer(sample.get())))
      return Frame{std::move(sample), *captured};
  return std::nullopt;
}

/// Returns by how many milliseconds the right frame was captured later.
double skew_of(const Frame& left, const Frame& right) {
  return static_cast<double>(GST_CLOCK_DIFF(left.captured, right.captured)) / GST_MSECOND;
}

/// The skews of all pairs, in ms.
struct Skews {
  void add(double skew) {
    sum += skew;
    most = std::max(most, std::abs(skew));
    ++pairs;
  }

  double sum{};
  double most{};
  int pairs{};
};

/// Pairs frames until there are enough pairs, or a stream ends. Of two frames that are more than
/// half an interval apart the older one has no partner.
Skews pair_frames(GstElement* left_sink, GstElement* right_sink, int pairs) {
  Skews skews;
  auto left = next_frame(left_sink);
  auto right = next_frame(right_sink);
  while (left && right && skews.pairs < pairs) {
    const auto skew = skew_of(*left, *right);
    const auto duration = GST_BUFFER_DURATION(left->buffer());
    const double interval = GST_CLOCK_TIME_IS_VALID(duration)
                                ? static_cast<double>(duration) / GST_MSECOND
                                : 1000.0 / 30;
    if (std::abs(skew) > interval / 2) {
      (skew > 0 ? left : right) = next_frame(skew > 0 ? left_sink : right_sink);
      continue;
    }
    skews.add(skew);
    std::printf("pair %d: left frame %" G_GUINT64_FORMAT ", right frame %" G_GUINT64_FORMAT
                ", the right one %+.3f ms later\n",
                skews.pairs, GST_BUFFER_OFFSET(left->buffer()), GST_BUFFER_OFFSET(right->buffer()),
                skew);
    left = next_frame(left_sink);
    right = next_frame(right_sink);
  }
  return skews;
}

/// Returns the text of the ERROR that the pipeline has posted, if any.
std::string error_of(GstElement* pipeline) {
  auto* const bus = gst_element_get_bus(pipeline);
  auto* const message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
  gst_object_unref(bus);
  if (message == nullptr) return "a stream has ended";
  GError* error{};
  gst_message_parse_error(message, &error, nullptr);
  gst_message_unref(message);
  std::string text = error->message;
  g_error_free(error);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  const int pairs = argc == 4 ? std::atoi(argv[3]) : 0;
  if (pairs < 1) {
    std::fprintf(stderr, "usage: two_cameras LEFT_DEVICE RIGHT_DEVICE PAIRS\n");
    return 2;
  }
  // A sink holds few frames, so that a camera does not run out of buffers while the other starts.
  const auto camera = [](const char* side, const char* device) {
    return std::string{"v4l2cppsrc device="} + device + " ! appsink sync=false drop=true " +
           "max-buffers=2 name=" + side + " ";
  };
  const Ptr<GstElement> pipeline{
      gst_parse_launch((camera("left", argv[1]) + camera("right", argv[2])).c_str(), nullptr)};
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const std::array sinks{Ptr<GstElement>{gst_bin_get_by_name(GST_BIN(pipeline.get()), "left")},
                         Ptr<GstElement>{gst_bin_get_by_name(GST_BIN(pipeline.get()), "right")}};
  const auto skews = pair_frames(sinks[0].get(), sinks[1].get(), pairs);
  const bool enough = skews.pairs == pairs;
  if (enough)
    std::printf(
        "%d pairs: the right camera is %+.3f ms later on average, a pair at most %.3f ms "
        "apart\n",
        pairs, skews.sum / pairs, skews.most);
  else
    std::fprintf(stderr, "two_cameras: %d pairs, then: %s\n", skews.pairs,
                 error_of(pipeline.get()).c_str());
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return enough ? 0 : 1;
}
