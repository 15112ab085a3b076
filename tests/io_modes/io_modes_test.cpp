// Sends frames by every I/O method to every kind of consumer. Each cell ends in the driver's bytes,
// or in the refusal that the documents name. This runs on the fake over both APIs, and on real
// drivers:
//
//   io_modes_test --device PATH [--format FOURCC] [--exporter PATH] [--refuses MODE,...]
//               [--cache-hints HINTS]
//
// The device must show a picture that stands still. `--exporter` is a node whose exports serve as
// downstream's DMABufs. Without it no frame is imported. `--refuses` names the modes that the
// driver lacks. A format that only DRM has a name for goes to an importer of DRM formats only.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <gst/allocators/allocators.h>
#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "common/newer_gstreamer.h"
#include "device/device.h"
#include "element/gstv4l2cppsrc.h"
#include "fake/fake_kernel.h"
#include "formats/drm_caps.h"
#include "formats/format_table.h"
#include "rigs/allocation_sink.h"
#include "rigs/depends_on_speed.h"
#include "stream/stream.h"

namespace {

constexpr int frames_per_cell = 24;
constexpr int warm_up = 12;

/// The options of the command line, for real drivers.
struct Options {
  std::string device;
  std::uint32_t fourcc{V4L2_PIX_FMT_YUYV};
  std::string exporter;
  std::string refuses;
  std::string cache_hints{"off"};
};

Options options;

/// The source of the frames: a fake camera, or a real device whose picture stands still.
class Target {
public:
  virtual ~Target() = default;
  virtual v4l2::Kernel& kernel() = 0;
  virtual std::string path() = 0;
  /// Returns what byte `offset` of plane `plane` of frame `number` must be.
  virtual std::byte expected(std::uint64_t number, std::size_t plane, std::size_t offset) = 0;
  virtual travel::DmabufSource dmabufs() = 0;
  /// Returns the number of system calls for frames so far.
  virtual std::optional<unsigned> calls() = 0;
  v4l2::Format format;
};

class FakeTarget final : public Target {
public:
  explicit FakeTarget(bool multiplanar, bool reads) {
    auto model = multiplanar ? fake::multiplanar_camera() : fake::webcam();
    if (reads) model.device_caps |= V4L2_CAP_READWRITE;
    camera_ = kernel_.plug("/dev/video0", model);
    camera_->always_ready(true);
  }

  v4l2::Kernel& kernel() override { return kernel_; }

  std::string path() override { return "/dev/video0"; }

  std::byte expected(std::uint64_t number, std::size_t plane, std::size_t offset) override {
    return fake::Camera::expected_byte(static_cast<std::uint32_t>(number), plane, offset);
  }

  travel::DmabufSource dmabufs() override {
    return [](std::size_t size) {
      const int descriptor = memfd_create("fake-plane", MFD_CLOEXEC);
      if (ftruncate(descriptor, static_cast<off_t>(size)) != 0) std::abort();
      return descriptor;
    };
  }

  std::optional<unsigned> calls() override {
    return kernel_.poll_calls() + kernel_.read_calls() + camera_->all_calls();
  }

private:
  fake::FakeKernel kernel_;
  std::shared_ptr<fake::Camera> camera_;
};

/// Another device. Its exports are downstream's DMABufs.
class Exporter {
public:
  explicit Exporter(const std::string& path) {
    auto device = v4l2::Device::open(v4l2::system_kernel(), path);
    if (!device) return;
    v4l2::Format wanted;
    wanted.fourcc = {V4L2_PIX_FMT_YUYV};
    wanted.size = {640, 360};
    const auto format = device->set_format(wanted);
    if (!format) return;
    auto buffers = v4l2::Buffers::request(
        device->node(), waker_, {.type = device->buffer_type(), .plane_count = 1, .count = 32});
    if (buffers) buffers_.emplace(std::move(*buffers));
  }

  int next(std::size_t size) {
    if (!buffers_ || next_ >= buffers_->count() || buffers_->planes(next_)[0].length < size)
      return -1;
    auto exported = buffers_->export_planes(next_++);
    return exported ? exported->front().release() : -1;
  }

private:
  v4l2::Waker waker_;
  std::optional<v4l2::Buffers> buffers_;
  std::uint32_t next_{};
};

class RealTarget final : public Target {
public:
  RealTarget() {
    const auto device = v4l2::Device::open(kernel(), path());
    v4l2::Format wanted;
    wanted.fourcc = {options.fourcc};
    wanted.size = {320, 180};
    format = *device->set_format(wanted);
    v4l2::Waker waker;
    auto buffers = *v4l2::Buffers::request(
        device->node(), waker, {.type = device->buffer_type(), .plane_count = format.plane_count});
    std::vector<std::vector<v4l2::Mapping>> mapped;
    for (std::uint32_t index = 0; index < buffers.count(); ++index)
      mapped.push_back(*buffers.map_node(index));
    auto stream = *v4l2::Stream::start(buffers);
    // The first frames of a device may still show another picture.
    for (int i = 0; i < 4; ++i) {
      const auto arrival = stream.next();
      const auto& frame = std::get<v4l2::Frame>(*arrival);
      picture_.clear();
      for (std::size_t plane = 0; plane < frame.payloads().size(); ++plane) {
        const auto& payload = frame.payloads()[plane];
        const auto bytes =
            mapped[frame.index()][plane].bytes().subspan(payload.offset, payload.length);
        picture_.emplace_back(bytes.begin(), bytes.end());
      }
    }
  }

  v4l2::Kernel& kernel() override { return v4l2::system_kernel(); }

  std::string path() override { return options.device; }

  std::byte expected(std::uint64_t, std::size_t plane, std::size_t offset) override {
    return picture_[plane][offset];
  }

  travel::DmabufSource dmabufs() override {
    if (options.exporter.empty())
      return [](std::size_t) {
        return -1;
      };
    exporter_ = std::make_unique<Exporter>(options.exporter);
    return [this](std::size_t size) {
      return exporter_->next(size);
    };
  }

  std::optional<unsigned> calls() override { return std::nullopt; }

private:
  std::vector<std::vector<std::byte>> picture_;
  std::unique_ptr<Exporter> exporter_;
};

enum class Api { single, multi, device };

/// The kinds of elements that receive the frames.
enum class Consumer {
  fakesink,
  cpu_reader,
  importer,
  plain_pool,
  dmabuf_pool,
  dmabuf_allocator,
  drm_importer,  ///< takes only DMABuf memory with a DRM format
};

struct Cell {
  Api api;
  const char* mode;
  Consumer consumer;
};

const char* name_of(Consumer consumer) {
  switch (consumer) {
    case Consumer::fakesink:
      return "fakesink";
    case Consumer::cpu_reader:
      return "cpu_reader";
    case Consumer::importer:
      return "importer";
    case Consumer::plain_pool:
      return "plain_pool";
    case Consumer::dmabuf_pool:
      return "dmabuf_pool";
    case Consumer::dmabuf_allocator:
      return "dmabuf_allocator";
    case Consumer::drm_importer:
      break;
  }
  return "drm_importer";
}

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const Cell& cell, std::ostream* out) {
  *out << cell.mode << " to " << name_of(cell.consumer);
}

/// The outcomes of a cell.
enum class Outcome {
  dmabuf,   ///< DMABuf memory
  plain,    ///< plain memory
  theirs,   ///< downstream's own buffers
  refused,  ///< one ERROR, unsupported
  unmet,    ///< one ERROR, not-negotiated
};

/// Returns the row of the device's format if only DRM has a name for it, else null.
const v4l2gst::FormatRow* drm_only_row() {
  const auto* const row = v4l2gst::row_of(options.fourcc);
  return !options.device.empty() && row != nullptr && !row->has_system_caps() ? row : nullptr;
}

/// Returns a format of raw video whose lines are as long as those of `row`. For formats that only
/// DRM has a name for, SetUp() takes the driver's size instead.
GstVideoFormat lines_of(const v4l2gst::FormatRow& row) {
  if (row.raw()) return row.video;
  return row.bits_per_pixel == 8 ? GST_VIDEO_FORMAT_GRAY8 : GST_VIDEO_FORMAT_YUY2;
}

class Travel : public testing::TestWithParam<Cell> {
protected:
  void SetUp() override {
    const auto& cell = GetParam();
    const bool reads = std::string_view{cell.mode} == "rw";
    if (cell.api == Api::device)
      target_ = std::make_unique<RealTarget>();
    else
      target_ = std::make_unique<FakeTarget>(cell.api == Api::multi, reads);
    // The frame has two memories in modes that can have them.
    const bool separate = cell.api == Api::multi && !reads;
    const auto* const row = v4l2gst::row_of(cell.api == Api::device ? options.fourcc
                                            : separate              ? V4L2_PIX_FMT_NV12M
                                                                    : V4L2_PIX_FMT_YUYV);
    const auto size = cell.api == Api::device ? target_->format.size : v4l2::Size{320, 240};
    gst_video_info_set_format(&info_, lines_of(*row), size.width, size.height);
    if (row->raw())
      caps_ = std::string{"video/x-raw,format="} + gst_video_format_to_string(row->video);
    else if (row->media != nullptr)
      caps_ = row->media;
    const auto drm_format = v4l2gst::drm_format_of(*row);
    if (cell.consumer == Consumer::drm_importer)
      caps_ = std::string{"video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=(string)\""} +
              drm_format.get() + "\"";
    caps_ += ",width=" + std::to_string(size.width) + ",height=" + std::to_string(size.height);
    if (row->separate_planes)
      plane_sizes_ = {info_.offset[1], info_.size - info_.offset[1]};
    else
      plane_sizes_ = {info_.size};
    if (drm_only_row() != nullptr) plane_sizes_ = {target_->format.planes[0].size_image};
  }

  [[nodiscard]] Outcome expected() const {
    const auto& cell = GetParam();
    const std::string mode{cell.mode};
    if (cell.consumer == Consumer::drm_importer)
      return exports() && (mode == "auto" || mode.starts_with("dmabuf")) ? Outcome::dmabuf
                                                                         : Outcome::unmet;
    if (("," + options.refuses + ",").find("," + mode + ",") != std::string::npos &&
        cell.api == Api::device)
      return Outcome::refused;
    if (mode == "mmap" || mode == "rw") return Outcome::plain;
    if (mode == "userptr")
      return cell.consumer == Consumer::plain_pool ? Outcome::theirs : Outcome::plain;
    if (mode == "dmabuf-import" && cell.consumer == Consumer::dmabuf_pool && imports())
      return Outcome::theirs;
    return exports() ? Outcome::dmabuf : Outcome::plain;
  }

  [[nodiscard]] bool exports() const {
    return GetParam().api != Api::device || options.refuses.find("exports") == std::string::npos;
  }

  [[nodiscard]] bool imports() const {
    return GetParam().api != Api::device ||
           (!options.exporter.empty() && options.refuses.find("imports") == std::string::npos);
  }

  /// Returns whether the mode falls back to another one, which one WARNING says.
  [[nodiscard]] bool falls_back() const {
    const auto& cell = GetParam();
    const bool willing =
        cell.consumer == Consumer::dmabuf_pool || cell.consumer == Consumer::dmabuf_allocator;
    return std::string_view{cell.mode} == "dmabuf-import" && !(willing && imports());
  }

  travel::Proposal proposal() {
    travel::Proposal proposal{.video_meta = true};
    switch (GetParam().consumer) {
      case Consumer::fakesink:
        return {};
      case Consumer::cpu_reader:
      case Consumer::importer:
      case Consumer::drm_importer:
        break;
      case Consumer::plain_pool:
        pool_ = travel::new_pool(info_, plane_sizes_, {});
        break;
      case Consumer::dmabuf_pool:
        pool_ = travel::new_pool(info_, plane_sizes_, target_->dmabufs());
        break;
      case Consumer::dmabuf_allocator:
        allocator_ = travel::new_allocator(target_->dmabufs());
        break;
    }
    proposal.pool = pool_;
    proposal.size = static_cast<guint>(info_.size);
    proposal.least = 2;
    proposal.allocator = allocator_;
    return proposal;
  }

  void see(GstBuffer* buffer) {
    ++seen_;
    if (seen_ == warm_up) calls_ = target_->calls();
    if (seen_ == frames_per_cell && calls_) calls_ = *target_->calls() - *calls_;
    if (pool_ != nullptr && buffer->pool == pool_) ++theirs_;
    const auto number = GST_BUFFER_OFFSET(buffer);
    if (GetParam().consumer == Consumer::drm_importer) check_drm_meta(buffer);
    ASSERT_EQ(gst_buffer_n_memory(buffer), plane_sizes_.size());
    for (guint plane = 0; plane < gst_buffer_n_memory(buffer); ++plane) {
      auto* const memory = gst_buffer_peek_memory(buffer, plane);
      if (gst_is_dmabuf_memory(memory) != FALSE) ++dmabufs_;
      const bool imports = (GetParam().consumer == Consumer::importer ||
                            GetParam().consumer == Consumer::drm_importer) &&
                           gst_is_dmabuf_memory(memory) != FALSE;
      if (imports)
        check_as_importer(memory, number, plane);
      else
        check_as_reader(memory, number, plane);
    }
  }

  /// With a DRM format only GstVideoMeta says where the planes are.
  void check_drm_meta(GstBuffer* buffer) {
    const auto* const meta = gst_buffer_get_video_meta(buffer);
    ASSERT_NE(meta, nullptr);
    EXPECT_EQ(meta->format, v4l2gst::drm_video_format());
    const auto stride = target_->format.planes[0].bytes_per_line;
    const auto by_default = static_cast<guint>(info_.stride[0]);
    EXPECT_EQ(static_cast<guint>(meta->stride[0]), stride != 0 ? stride : by_default);
  }

  void check_bytes(const std::byte* bytes, std::uint64_t number, guint plane) {
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < plane_sizes_[plane]; ++i)
      if (bytes[i] != target_->expected(number, plane, i)) ++wrong;
    EXPECT_EQ(wrong, 0U) << "frame " << number << ", plane " << plane;
  }

  void check_as_reader(GstMemory* memory, std::uint64_t number, guint plane) {
    GstMapInfo map;
    ASSERT_TRUE(gst_memory_map(memory, &map, GST_MAP_READ));
    ASSERT_GE(map.size, plane_sizes_[plane]);
    check_bytes(reinterpret_cast<const std::byte*>(map.data), number, plane);
    gst_memory_unmap(memory, &map);
  }

  /// Reads the memory by its descriptor, as a device would.
  void check_as_importer(GstMemory* memory, std::uint64_t number, guint plane) {
    const int descriptor = gst_dmabuf_memory_get_fd(memory);
    void* const address = mmap(nullptr, plane_sizes_[plane], PROT_READ, MAP_SHARED, descriptor, 0);
    ASSERT_NE(address, MAP_FAILED);
    check_bytes(static_cast<const std::byte*>(address), number, plane);
    munmap(address, plane_sizes_[plane]);
  }

  void run() {
    gst_v4l2_cpp_src_register(nullptr);
    auto* const pipeline = gst_pipeline_new(nullptr);
    auto* const source = gst_element_factory_make("v4l2cppsrc", nullptr);
    gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(source)).set_kernel(target_->kernel());
    g_object_set(source, "device", target_->path().c_str(), "num-buffers", frames_per_cell,
                 nullptr);
    gst_util_set_object_arg(G_OBJECT(source), "io-mode", GetParam().mode);
    gst_util_set_object_arg(G_OBJECT(source), "cache-hints", options.cache_hints.c_str());
    auto* const sink = travel::new_consumer(proposal(), [this](GstBuffer* buffer) { see(buffer); });
    gst_bin_add_many(GST_BIN(pipeline), source, sink, nullptr);
    auto* const caps = gst_caps_from_string(caps_.c_str());
    ASSERT_TRUE(gst_element_link_filtered(source, sink, caps));
    gst_caps_unref(caps);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    auto* const bus = gst_element_get_bus(pipeline);
    for (bool running = true; running;) {
      auto* const message = gst_bus_timed_pop_filtered(
          bus, GST_CLOCK_TIME_NONE,
          static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING));
      running = GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING;
      if (running && !rig::depends_on_speed(message)) ++warnings_;
      if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError* error{};
        const GstStructure* details{};
        gst_message_parse_error(message, &error, nullptr);
        gst_message_parse_error_details(message, &details);
        error_ = error->message;
        cause_ = details != nullptr ? gst_structure_get_string(details, "cause") : "none";
        g_error_free(error);
      }
      gst_message_unref(message);
    }
    gst_object_unref(bus);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    gst_object_unref(sink);
  }

  void TearDown() override {
    if (pool_ != nullptr) gst_object_unref(pool_);
    if (allocator_ != nullptr) gst_object_unref(allocator_);
  }

  std::unique_ptr<Target> target_;
  GstVideoInfo info_{};
  std::string caps_;
  std::vector<std::size_t> plane_sizes_;
  GstBufferPool* pool_{};
  GstAllocator* allocator_{};
  int seen_{};
  int dmabufs_{};
  int theirs_{};
  int warnings_{};
  std::optional<unsigned> calls_;
  std::string error_;
  std::string cause_;
};

TEST_P(Travel, BringsWhatTheDriverWrote) {
  run();
  const auto planes = static_cast<int>(plane_sizes_.size());
  switch (expected()) {
    case Outcome::refused:
      EXPECT_EQ(cause_, "unsupported") << error_;
      EXPECT_NE(error_.find(GetParam().mode), std::string::npos) << error_;
      EXPECT_EQ(seen_, 0);
      return;
    case Outcome::unmet:
      EXPECT_EQ(cause_, "not-negotiated") << error_;
      EXPECT_EQ(seen_, 0);
      return;
    case Outcome::dmabuf:
      EXPECT_EQ(dmabufs_, frames_per_cell * planes);
      EXPECT_EQ(theirs_, 0);
      break;
    case Outcome::plain:
      EXPECT_EQ(dmabufs_, 0);
      EXPECT_EQ(theirs_, 0);
      break;
    case Outcome::theirs:
      EXPECT_EQ(theirs_, frames_per_cell);
      break;
  }
  EXPECT_EQ(error_, "");
  EXPECT_EQ(seen_, frames_per_cell);
  EXPECT_EQ(warnings_, falls_back() ? 1 : 0);
  // VIDIOC_DQBUF and VIDIOC_QBUF, or read(), and at most one poll() for each frame.
  const unsigned least = std::string_view{GetParam().mode} == "rw" ? 1 : 2;
  constexpr unsigned frames = frames_per_cell - warm_up;
  if (calls_) {
    EXPECT_GE(*calls_, least * frames);
    EXPECT_LE(*calls_, (least + 1) * frames);
  }
}

std::vector<Consumer> consumers() {
  std::vector<Consumer> all;
  if (drm_only_row() == nullptr)
    all = {Consumer::fakesink,   Consumer::cpu_reader,  Consumer::importer,
           Consumer::plain_pool, Consumer::dmabuf_pool, Consumer::dmabuf_allocator};
#if GSTREAMER_HAS_DMA_DRM
  const auto* const row = v4l2gst::row_of(options.fourcc);
  if (row != nullptr && v4l2gst::drm_format_of(*row)) all.push_back(Consumer::drm_importer);
#endif
  return all;
}

std::vector<Cell> cells() {
  std::vector<Cell> all;
  const auto apis =
      options.device.empty() ? std::vector{Api::single, Api::multi} : std::vector{Api::device};
  for (const auto api : apis)
    for (const char* const mode : {"auto", "mmap", "dmabuf", "userptr", "dmabuf-import", "rw"})
      for (const auto consumer : consumers())
        all.push_back({.api = api, .mode = mode, .consumer = consumer});
  return all;
}

std::string name_of(const testing::TestParamInfo<Cell>& instance) {
  const auto& cell = instance.param;
  const char* const api = cell.api == Api::single  ? "single_"
                          : cell.api == Api::multi ? "multi_"
                                                   : "device_";
  auto name = std::string{api} + cell.mode + "_" + name_of(cell.consumer);
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cells, Travel, testing::ValuesIn(cells()),
                         [](const auto& instance) { return name_of(instance); });

}  // namespace

int main(int argc, char** argv) {
  gst_init(nullptr, nullptr);
  // A critical message of GStreamer about our use of it is a failure.
  g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK));
  for (int i = 1; i + 1 < argc; ++i) {
    const std::string_view option{argv[i]};
    const std::string value{argv[i + 1]};
    if (option == "--device") options.device = value;
    if (option == "--exporter") options.exporter = value;
    if (option == "--refuses") options.refuses = value;
    if (option == "--cache-hints") options.cache_hints = value;
    if (option == "--format" && value.size() == 4)
      options.fourcc = v4l2_fourcc(value[0], value[1], value[2], value[3]);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
