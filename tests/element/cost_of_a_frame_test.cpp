// Counts what a frame costs in calls and in allocations.

#include <atomic>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string_view>

#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rigs/allocation_sink.h"
#include "rigs/rig.h"
#include "rigs/suite.h"

namespace {

// Only the streaming thread counts. The application's threads may allocate.
thread_local bool counting{};
std::atomic<std::size_t> allocations{};
std::atomic<int> synchronised{};

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

// The fake camera counts its own calls. Only calls on dmabuf memory reach the system.
int ioctl(int descriptor, unsigned long request, ...) noexcept {
  if (counting && request == DMA_BUF_IOCTL_SYNC) ++synchronised;
  std::va_list arguments;
  va_start(arguments, request);
  auto* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return static_cast<int>(syscall(SYS_ioctl, descriptor, request, argument));
}
}

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

namespace {

constexpr int warm_up = 200;
constexpr int measured = 2000;
constexpr GstMapFlags unread{};

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt;
}

fake::Model camera_with_read() {
  auto model = fake::webcam();
  model.device_caps |= V4L2_CAP_READWRITE;
  model.cache_hints = true;
  return model;
}

/// A pipeline v4l2cppsrc ! fakesink on a camera that is always ready. The members hold what was
/// counted.
struct Measurement {
  fake::FakeKernel kernel;
  std::shared_ptr<fake::Camera> camera = kernel.plug("/dev/video0", camera_with_read());
  travel::Proposal proposal;
  const char* caps{rig::small_yuyv};
  const char* controls{};
  const char* hints{"off"};
  GstMapFlags map{};
  int frames{};
  unsigned polls{};
  unsigned dequeues{};
  unsigned queues{};
  unsigned reads{};
  unsigned all{};
  long faults{};

  /// Runs on the streaming thread for each buffer that reaches the sink.
  void see(GstBuffer* buffer) {
    if (map != GstMapFlags{}) {
      GstMapInfo info;
      // fail_unless() would allocate, so it is not used here.
      if (!gst_buffer_map(buffer, &info, map)) std::abort();
      gst_buffer_unmap(buffer, &info);
    }
    ++frames;
    if (frames == warm_up) {
      polls = kernel.poll_calls();
      dequeues = camera->calls(VIDIOC_DQBUF);
      queues = camera->calls(VIDIOC_QBUF);
      all = camera->all_calls();
      reads = kernel.read_calls();
      faults = page_faults();
      counting = true;
    }
    if (frames == warm_up + measured) {
      counting = false;
      polls = kernel.poll_calls() - polls;
      dequeues = camera->calls(VIDIOC_DQBUF) - dequeues;
      queues = camera->calls(VIDIOC_QBUF) - queues;
      all = camera->all_calls() - all;
      reads = kernel.read_calls() - reads;
      faults = page_faults() - faults;
    }
  }

  void run(const char* io_mode) {
    camera->always_ready();
    // On a clock that runs, so fast a camera would be told not to keep its rate.
    kernel.stop_clock();
    auto* const pipeline = gst_pipeline_new(nullptr);
    auto* const source = rig::new_element(kernel);
    auto* const sink = travel::new_consumer(proposal, [](GstBuffer*) {});
    rig::set(source, "io-mode", io_mode);
    rig::set(source, "cache-hints", hints);
    if (controls != nullptr) rig::set(source, "extra-controls", controls);
    g_object_set(source, "num-buffers", warm_up + measured + 10, nullptr);
    gst_bin_add_many(GST_BIN(pipeline), source, sink, nullptr);
    auto* const wanted = gst_caps_from_string(caps);
    fail_unless(gst_element_link_filtered(source, sink, wanted));
    gst_caps_unref(wanted);
    auto* const pad = gst_element_get_static_pad(sink, "sink");
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<Measurement*>(self)->see(GST_PAD_PROBE_INFO_BUFFER(info));
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    gst_object_unref(pad);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    auto* const bus = gst_element_get_bus(pipeline);
    gst_message_unref(gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS));
    gst_object_unref(bus);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    gst_object_unref(sink);
  }
};

/// `map` says how the consumer maps each frame. The consumer maps none if `map` has no flag.
void check(const char* io_mode, GstMapFlags map, travel::Proposal proposal = {},
           const char* caps = rig::small_yuyv, const char* controls = nullptr) {
  allocations = 0;
  synchronised = 0;
  Measurement measurement;
  measurement.map = map;
  measurement.proposal = proposal;
  measurement.caps = caps;
  measurement.controls = controls;
  measurement.run(io_mode);
  const bool reads = std::string_view{io_mode} == "rw";
  fail_unless_equals_int(measurement.frames, warm_up + measured + 10);
  // The camera is always ready, so most frames are dequeued without poll().
  fail_unless(measurement.polls <= (reads ? measured : measured / 60));
  fail_unless_equals_int(measurement.dequeues, reads ? 0 : measured);
  fail_unless_equals_int(measurement.queues, reads ? 0 : measured);
  fail_unless_equals_int(measurement.reads, reads ? measured : 0);
  fail_unless_equals_int(measurement.all, reads ? 0 : 2 * measured);
  const bool writes_dmabuf =
      (map & GST_MAP_WRITE) != 0 && std::string_view{io_mode}.starts_with("dmabuf");
  fail_unless_equals_int(synchronised, writes_dmabuf ? 2 * measured : 0);
  fail_unless_equals_uint64(allocations, 0);
  fail_unless_equals_int(measurement.faults, 0);
}

/// Checks how many calls for the CPU's caches a frame costs, and that it costs nothing else.
void check_caches(const char* hints, const char* io_mode, GstMapFlags map, int calls) {
  allocations = 0;
  synchronised = 0;
  Measurement measurement;
  measurement.map = map;
  measurement.hints = hints;
  measurement.run(io_mode);
  fail_unless_equals_int(measurement.all, 2 * measured);
  fail_unless_equals_int(synchronised, calls * measured);
  fail_unless_equals_uint64(allocations, 0);
}

}  // namespace

GST_START_TEST(test_dmabuf_costs_two_calls_and_no_allocation) {
  check("dmabuf", unread);
}

GST_END_TEST

GST_START_TEST(test_dmabuf_costs_a_reader_no_more) {
  check("dmabuf", GST_MAP_READ);
}

GST_END_TEST

/// The kernel synchronises caches before and after each access. The memory stays mapped.
GST_START_TEST(test_dmabuf_costs_a_writer_two_calls_more) {
  check("dmabuf", GST_MAP_WRITE);
  check("dmabuf", GST_MAP_READWRITE);
}

GST_END_TEST

/// Memory that is not coherent is synchronised by one of two: by the kernel when a buffer is queued
/// and dequeued, or by DMA_BUF_IOCTL_SYNC when it is mapped and unmapped.
GST_START_TEST(test_caches_are_synchronised_where_a_cpu_looks) {
  for (const char* const hints : {"off", "cached"}) {
    check_caches(hints, "dmabuf", unread, 0);
    check_caches(hints, "dmabuf", GST_MAP_READ, 0);
    check_caches(hints, "dmabuf", GST_MAP_WRITE, 2);
  }
  check_caches("lazy", "dmabuf", unread, 0);
  for (const auto map : {GST_MAP_READ, GST_MAP_WRITE, GST_MAP_READWRITE})
    check_caches("lazy", "dmabuf", map, 2);
  check_caches("lazy", "mmap", GST_MAP_READWRITE, 0);  // the kernel's task: see cache-hints
}

GST_END_TEST

GST_START_TEST(test_mmap_costs_two_calls_and_no_allocation) {
  check("mmap", GST_MAP_READ);
}

GST_END_TEST

GST_START_TEST(test_mmap_costs_a_writer_no_more) {
  check("mmap", GST_MAP_READWRITE);
}

GST_END_TEST

GST_START_TEST(test_memory_of_our_own_costs_no_more) {
  check("userptr", GST_MAP_READ);
}

GST_END_TEST

GST_START_TEST(test_a_look_at_jpegs_costs_no_more) {
  for (const char* const mode : {"dmabuf", "mmap", "userptr"})
    check(mode, unread, {}, "image/jpeg,width=640,height=480");
}

GST_END_TEST

GST_START_TEST(test_read_costs_two_calls_and_no_allocation) {
  check("rw", GST_MAP_READ);
}

GST_END_TEST

/// `dmabufs` is null for plain memory.
static void check_pool(const char* io_mode, travel::DmabufSource dmabufs) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_YUY2, 320, 240);
  auto* const pool = travel::new_pool(info, {info.size}, std::move(dmabufs));
  check(io_mode, unread,
        {.video_meta = true, .pool = pool, .size = static_cast<guint>(info.size), .least = 8});
  gst_object_unref(pool);
}

GST_START_TEST(test_downstreams_pool_costs_no_more) {
  check_pool("userptr", {});
  check_pool("dmabuf-import", [](std::size_t size) {
    const int descriptor = memfd_create("fake-plane", MFD_CLOEXEC);
    return ftruncate(descriptor, static_cast<off_t>(size)) == 0 ? descriptor : -1;
  });
}

GST_END_TEST

/// A disabled log level must cost the same, whatever categories are logged elsewhere.
GST_START_TEST(test_a_log_of_others_costs_no_more) {
  (gst_debug_remove_log_function)(nullptr);  // the default one; not the macro
  gst_debug_set_threshold_for_name("another", GST_LEVEL_LOG);
  check("dmabuf", unread);
  check("rw", GST_MAP_READ);
}

GST_END_TEST

/// Wishes for controls are applied at the start, and when they change.
GST_START_TEST(test_wishes_that_do_not_change_cost_no_more) {
  for (const char* const mode : {"dmabuf", "rw"})
    check(mode, mode[0] == 'r' ? GST_MAP_READ : unread, {}, rig::small_yuyv,
          "c,brightness=5,contrast=6,nothing=7");
}

GST_END_TEST

GST_START_TEST(test_the_counter_counts) {
  allocations = 0;
  counting = true;
  auto* volatile kept = malloc(1);
  counting = false;
  free(kept);
  fail_unless_equals_uint64(allocations, 1);
}

GST_END_TEST

static Suite* cost_of_a_frame_suite() {
  return suite_of("cost_of_a_frame", {
                                         TEST(test_the_counter_counts),
                                         TEST(test_dmabuf_costs_two_calls_and_no_allocation),
                                         TEST(test_dmabuf_costs_a_reader_no_more),
                                         TEST(test_dmabuf_costs_a_writer_two_calls_more),
                                         TEST(test_caches_are_synchronised_where_a_cpu_looks),
                                         TEST(test_mmap_costs_two_calls_and_no_allocation),
                                         TEST(test_mmap_costs_a_writer_no_more),
                                         TEST(test_memory_of_our_own_costs_no_more),
                                         TEST(test_a_look_at_jpegs_costs_no_more),
                                         TEST(test_read_costs_two_calls_and_no_allocation),
                                         TEST(test_downstreams_pool_costs_no_more),
                                         TEST(test_a_log_of_others_costs_no_more),
                                         TEST(test_wishes_that_do_not_change_cost_no_more),
                                     });
}

SUITE_MAIN(cost_of_a_frame_suite)
