// An application that saves frames and prints a CRC for each of their planes. It reads the planes
// where they are: nothing is copied.
//
//   save_planes DEVICE FRAMES OUTPUT_DIR [CAPS]
//
// The files are OUTPUT_DIR/frame-NUMBER-plane-NUMBER.raw. Their lines are without padding.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <span>
#include <string>

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

namespace {

struct Unref {
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }

  void operator()(GstElement* element) const { gst_object_unref(element); }
};

template <class Object>
using Ptr = std::unique_ptr<Object, Unref>;

/// A plane of a picture, as it is in memory.
struct Plane {
  std::span<const std::byte> bytes;  ///< from the first line to the last one, with padding
  std::size_t stride{};              ///< from the start of a line to that of the next one
  std::size_t line_size{};           ///< without padding
  std::size_t lines{};

  [[nodiscard]] std::span<const std::byte> line(std::size_t number) const {
    return bytes.subspan(number * stride, line_size);
  }
};

/// A picture that is mapped for reading as long as the object lives.
class Picture {
public:
  Picture(GstBuffer* buffer, const GstVideoInfo& info)
      : mapped_{gst_video_frame_map(&frame_, &info, buffer, GST_MAP_READ) != FALSE} {}

  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  ~Picture() {
    if (mapped_) gst_video_frame_unmap(&frame_);
  }

  explicit operator bool() const { return mapped_; }

  [[nodiscard]] unsigned planes() const { return GST_VIDEO_FRAME_N_PLANES(&frame_); }

  [[nodiscard]] Plane plane(unsigned number) const {
    // Planes have one component at least. The first component of a plane has its size.
    std::array<gint, GST_VIDEO_MAX_COMPONENTS> components{};
    gst_video_format_info_component(frame_.info.finfo, number, components.data());
    const auto lines =
        static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_HEIGHT(&frame_, components[0]));
    const auto stride = static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame_, number));
    const auto width = GST_VIDEO_FRAME_COMP_WIDTH(&frame_, components[0]) *
                       GST_VIDEO_FRAME_COMP_PSTRIDE(&frame_, components[0]);
    // Pixels that share bytes, as those of v210, have no size of their own.
    const auto line_size = width > 0 ? static_cast<std::size_t>(width) : stride;
    const auto* const data =
        static_cast<const std::byte*>(GST_VIDEO_FRAME_PLANE_DATA(&frame_, number));
    return {.bytes = {data, (lines - 1) * stride + line_size},
            .stride = stride,
            .line_size = line_size,
            .lines = lines};
  }

private:
  GstVideoFrame frame_{};
  bool mapped_{};
};

/// Returns the CRC-32 of zlib, PNG and Ethernet. `crc` is that of the bytes before.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t crc = 0) {
  crc = ~crc;
  for (const auto byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1U) ^ (0xedb88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

/// Saves the plane. Returns false if it can't be written.
bool save(const Plane& plane, const std::string& path) {
  std::ofstream file{path, std::ios::binary};
  for (std::size_t line = 0; line < plane.lines; ++line) {
    const auto bytes = plane.line(line);
    file.write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
  }
  return file.flush().good();
}

bool save_planes(GstSample* sample, const std::string& folder) {
  auto* const buffer = gst_sample_get_buffer(sample);
  GstVideoInfo info;
  if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) == FALSE) return false;
  const Picture picture{buffer, info};
  if (!picture) return false;
  const auto frame = std::to_string(GST_BUFFER_OFFSET(buffer));
  for (unsigned number = 0; number < picture.planes(); ++number) {
    const auto plane = picture.plane(number);
    std::uint32_t crc = 0;
    for (std::size_t line = 0; line < plane.lines; ++line)
      crc = crc32(plane.line(line), crc);
    std::printf("frame %s plane %u: %zu lines of %zu bytes, CRC %08x\n", frame.c_str(), number,
                plane.lines, plane.line_size, crc);
    auto path = folder;
    path += "/frame-" + frame;
    path += "-plane-" + std::to_string(number) + ".raw";
    if (!save(plane, path)) {
      std::fprintf(stderr, "save_planes: %s can't be written\n", path.c_str());
      return false;
    }
  }
  return true;
}

/// Prints the text of the ERROR that the pipeline has posted, if any.
void print_error(GstElement* pipeline) {
  auto* const bus = gst_element_get_bus(pipeline);
  if (auto* const message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR)) {
    GError* error{};
    gst_message_parse_error(message, &error, nullptr);
    std::fprintf(stderr, "save_planes: %s\n", error->message);
    g_error_free(error);
    gst_message_unref(message);
  }
  gst_object_unref(bus);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  const int frames = argc == 4 || argc == 5 ? std::atoi(argv[2]) : 0;
  if (frames < 1) {
    std::fprintf(stderr, "usage: save_planes DEVICE FRAMES OUTPUT_DIR [CAPS]\n");
    return 2;
  }
  const std::string caps = argc == 5 ? argv[4] : "video/x-raw";
  const auto description = std::string{"v4l2cppsrc device="} + argv[1] +
                           " num-buffers=" + std::to_string(frames) + " ! " + caps +
                           " ! appsink name=sink sync=false";
  const Ptr<GstElement> pipeline{gst_parse_launch(description.c_str(), nullptr)};
  const Ptr<GstElement> sink{gst_bin_get_by_name(GST_BIN(pipeline.get()), "sink")};
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  int saved = 0;
  while (const auto sample = Ptr<GstSample>{gst_app_sink_pull_sample(GST_APP_SINK(sink.get()))}) {
    if (!save_planes(sample.get(), argv[3])) break;
    ++saved;
  }
  print_error(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return saved == frames ? 0 : 1;
}
