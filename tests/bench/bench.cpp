// Measures what a frame costs the streaming thread, from one source to one consumer. The process
// itself takes the readings between two frames. So neither the start nor the end counts.
//
//   bench SOURCE CONSUMER WARM_UP FRAMES
//
// SOURCE is
//   v4l2cppsrc or v4l2src, of /dev/video-fake;
//   raw: no pipeline, but the bare loop of poll(), VIDIOC_DQBUF and VIDIOC_QBUF that every capture
//     program contains;
//   fakesrc: no camera;
//   raw+fakesrc: the two in one thread, a frame of each in turn. A source element that waits and
//     calls the driver cannot cost less. This costs more than the sum of both, since code is slower
//     between system calls.
//
// CONSUMER is discard or read; the latter maps each frame and reads a byte of it. All sources run
// in this program, under the same preload library. So only the source differs.
//
// The program prints "NANOSECONDS ALLOCATIONS PAGE_FAULTS". The first is the CPU time per frame,
// the others are sums of all FRAMES. A write() to no descriptor marks the first and the last
// moment, for a program that counts system calls from outside (strace).

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gst/gst.h>

namespace {

thread_local bool counting{};
thread_local std::uint64_t allocations{};

void count() {
  if (counting) ++allocations;
}

}  // namespace

// Every allocation of the process passes here. GLib's slices do so with G_SLICE=always-malloc.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming): the C library's names
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
  count();
  return __libc_calloc(number, size);
}

void* realloc(void* old, std::size_t size) {
  count();
  return __libc_realloc(old, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** place, std::size_t alignment, std::size_t size) {
  count();
  *place = __libc_memalign(alignment, size);
  return *place != nullptr ? 0 : ENOMEM;
}
}

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

namespace {

constexpr auto node = "/dev/video-fake";
constexpr std::uint32_t width = 640;
constexpr std::uint32_t height = 480;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(2);
}

/// The costs of this thread.
struct Spent {
  std::int64_t nanoseconds{};
  std::uint64_t allocations{};
  long page_faults{};

  static Spent so_far() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    timespec cpu{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    return {.nanoseconds = std::int64_t{cpu.tv_sec} * 1'000'000'000 + cpu.tv_nsec,
            .allocations = ::allocations,
            .page_faults = usage.ru_minflt + usage.ru_majflt};
  }
};

/// Counts the frames and takes the two readings.
class Meter {
public:
  Meter(std::uint64_t warm_up, std::uint64_t frames) : first_{warm_up}, last_{warm_up + frames} {}

  /// Runs on the streaming thread for each frame. Most frames cost one comparison.
  void see() {
    if (++seen_ != next_) return;
    if (seen_ == first_)
      begin();
    else
      end();
  }

  /// Returns the number of frames that the source must send.
  [[nodiscard]] std::uint64_t wanted() const { return last_; }

  void print() const {
    if (seen_ != last_) give_up("the source ended early");
    const auto frames = static_cast<double>(last_ - first_);
    std::printf("%.1f %llu %ld\n",
                static_cast<double>(after_.nanoseconds - before_.nanoseconds) / frames,
                static_cast<unsigned long long>(after_.allocations - before_.allocations),
                after_.page_faults - before_.page_faults);
  }

private:
  static void mark(std::string_view moment) {
    // This write() fails on purpose.
    static_cast<void>(!write(-1, moment.data(), moment.size()));
  }

  void begin() {
    next_ = last_;
    counting = true;
    before_ = Spent::so_far();
    mark("bench: begin");
  }

  void end() {
    mark("bench: end");
    after_ = Spent::so_far();
    counting = false;
  }

  std::uint64_t first_;
  std::uint64_t last_;
  std::uint64_t next_{first_};
  std::uint64_t seen_{};
  Spent before_;
  Spent after_;
};

/// The consumer's byte is stored here, so the compiler cannot remove the reading.
volatile std::uint8_t sight;

// ---- the bare loop ------------------------------------------------------------------------------

/// A minimal capture program.
class RawLoop {
public:
  void start() {
    device_ = open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (device_ < 0) give_up(std::string{node} + ": " + std::strerror(errno));
    v4l2_format format{};
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    format.fmt.pix.width = width;
    format.fmt.pix.height = height;
    format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
    call(VIDIOC_S_FMT, &format);
    v4l2_requestbuffers wanted{};
    wanted.count = static_cast<std::uint32_t>(bytes_.size());
    wanted.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    wanted.memory = V4L2_MEMORY_MMAP;
    call(VIDIOC_REQBUFS, &wanted);
    if (wanted.count != bytes_.size()) give_up("another number of buffers than was asked for");
    for (std::uint32_t index = 0; index < wanted.count; ++index) {
      v4l2_buffer buffer{};
      buffer.index = index;
      buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
      buffer.memory = V4L2_MEMORY_MMAP;
      call(VIDIOC_QUERYBUF, &buffer);
      void* const mapped = mmap(nullptr, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, device_,
                                buffer.m.offset);
      if (mapped == MAP_FAILED) give_up(std::strerror(errno));
      bytes_[index] = static_cast<std::uint8_t*>(mapped);
      call(VIDIOC_QBUF, &buffer);
    }
    auto type = int{V4L2_BUF_TYPE_VIDEO_CAPTURE};
    call(VIDIOC_STREAMON, &type);
  }

  [[nodiscard]] v4l2_buffer take() const {
    pollfd wait{.fd = device_, .events = POLLIN, .revents = 0};
    if (poll(&wait, 1, -1) != 1) give_up("poll() failed");
    v4l2_buffer buffer{};
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    call(VIDIOC_DQBUF, &buffer);
    return buffer;
  }

  void look_at(const v4l2_buffer& buffer) const { sight = *bytes_[buffer.index]; }

  void put_back(v4l2_buffer& buffer) const { call(VIDIOC_QBUF, &buffer); }

private:
  void call(unsigned long request, void* argument) const {
    if (ioctl(device_, request, argument) < 0) give_up(std::strerror(errno));
  }

  int device_{-1};
  std::array<std::uint8_t*, 4> bytes_{};
};

void run_raw(Meter& meter, bool read) {
  RawLoop loop;
  loop.start();
  for (std::uint64_t frame = 0; frame < meter.wanted(); ++frame) {
    auto buffer = loop.take();
    if (read) loop.look_at(buffer);
    meter.see();
    loop.put_back(buffer);
  }
}

// ---- the pipelines ------------------------------------------------------------------------------

/// The pipeline SOURCE ! fakesink. The consumer runs before the sink's own chain function. A pad
/// probe there would cost more than all that the pipeline does for a frame. For the same reason the
/// sink answers the caps query, and there is no capsfilter.
class Pipeline {
public:
  Pipeline(Meter& meter, bool read, const char* caps, const RawLoop* loop = nullptr)
      : meter_{meter}, read_{read}, caps_{gst_caps_from_string(caps)}, loop_{loop} {}

  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  ~Pipeline() { gst_caps_unref(caps_); }

  void run(const std::string& source) {
    GError* error{};
    auto* const pipeline = gst_parse_launch((source + " ! fakesink name=sink").c_str(), &error);
    if (error != nullptr) give_up(error->message);
    auto* const sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    auto* const pad = gst_element_get_static_pad(sink, "sink");
    into_sink_ = GST_PAD_CHAINFUNC(pad);
    ask_sink_ = GST_PAD_QUERYFUNC(pad);
    gst_pad_set_chain_function_full(pad, chain, this, nullptr);
    gst_pad_set_query_function_full(pad, query, this, nullptr);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    auto* const bus = gst_element_get_bus(pipeline);
    auto* const message = gst_bus_timed_pop_filtered(
        bus, GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
      gst_message_parse_error(message, &error, nullptr);
      give_up(error->message);
    }
    gst_message_unref(message);
    gst_object_unref(bus);
    gst_object_unref(pad);
    gst_object_unref(sink);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
  }

private:
  static GstFlowReturn chain(GstPad* pad, GstObject* parent, GstBuffer* buffer) noexcept {
    auto* const self = static_cast<Pipeline*>(pad->chaindata);
    if (self->loop_ != nullptr) return self->chain_with_loop(pad, parent, buffer);
    if (self->read_) look_at(buffer);
    self->meter_.see();
    return self->into_sink_(pad, parent, buffer);
  }

  GstFlowReturn chain_with_loop(GstPad* pad, GstObject* parent, GstBuffer* buffer) {
    auto captured = loop_->take();
    if (read_) loop_->look_at(captured);
    meter_.see();
    const auto flow = into_sink_(pad, parent, buffer);
    loop_->put_back(captured);
    return flow;
  }

  static void look_at(GstBuffer* buffer) {
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) give_up("a frame can't be mapped");
    if (map.size > 0) sight = map.data[0];
    gst_buffer_unmap(buffer, &map);
  }

  static gboolean query(GstPad* pad, GstObject* parent, GstQuery* query) noexcept {
    const auto* const self = static_cast<Pipeline*>(pad->querydata);
    if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS) return self->ask_sink_(pad, parent, query);
    GstCaps* filter{};
    gst_query_parse_caps(query, &filter);
    auto* const taken =
        filter != nullptr ? gst_caps_intersect(filter, self->caps_) : gst_caps_ref(self->caps_);
    gst_query_set_caps_result(query, taken);
    gst_caps_unref(taken);
    return TRUE;
  }

  Meter& meter_;
  bool read_;
  GstCaps* caps_;
  const RawLoop* loop_;
  GstPadChainFunction into_sink_{};
  GstPadQueryFunction ask_sink_{};
};

void run_element(const std::string& element, Meter& meter, bool read) {
  const auto caps = "video/x-raw,format=YUY2,width=" + std::to_string(width) +
                    ",height=" + std::to_string(height);
  Pipeline{meter, read, caps.c_str()}.run(element + " device=" + node +
                                          " num-buffers=" + std::to_string(meter.wanted()));
}

/// Measures the least that a source needs: live, on the pipeline's clock, a GstBuffer for each
/// frame. The buffers are empty. With sizetype=fixed fakesrc would allocate a picture for each
/// frame, and v4l2cppsrc would look better than it is.
void run_fakesrc(const RawLoop* loop, Meter& meter, bool read) {
  Pipeline{meter, read, "ANY", loop}.run(
      "fakesrc sizetype=empty is-live=true format=time do-timestamp=true num-buffers=" +
      std::to_string(meter.wanted()));
}

void run(const std::string& source, Meter& meter, bool read) {
  if (source == "raw") return run_raw(meter, read);
  if (source == "fakesrc") return run_fakesrc(nullptr, meter, read);
  if (source != "raw+fakesrc") return run_element(source, meter, read);
  RawLoop loop;
  loop.start();
  run_fakesrc(&loop, meter, read);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) give_up("usage: bench SOURCE CONSUMER WARM_UP FRAMES");
  const std::string source{argv[1]};
  const bool read = std::string_view{argv[2]} == "read";
  Meter meter{std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10)};
  // The raw loop calls this too, so that its process is the same.
  gst_init(nullptr, nullptr);
  run(source, meter, read);
  meter.print();
}
