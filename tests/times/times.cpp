// Plays a paced camera (fake/paced_camera.h) and compares each PTS with the running time at which
// the capture of the frame began. A frame has that time in its first eight bytes.
//
//   times SOURCE ROW
//
// SOURCE is a pipeline up to its sink, whose source has the name "source". A ROW is a name of
// `rows`, something that happens to the pipeline. The program prints "median=US max=US none=N
// frames=N" for the frames after it: the median and the largest error, and how many have no PTS.
// With the row "synced" it prints "synced=N unsynced=N", the frames at a sink that drops late ones
// and at one that waits for nothing.

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gst/gst.h>

#include "rigs/buffer_probe.h"

namespace {

/// So many frames pass before something happens, and after it before the frames are measured.
/// Sinks preroll meanwhile, and the pipeline distributes a new base time.
constexpr unsigned settling = 15;
constexpr unsigned measured = 40;
/// In the VM the clock leaps, so this must be generous.
constexpr auto patience = 600 * GST_SECOND;
/// Longer than v4l2src believes in a timestamp. The row is about this duration, which the guest's
/// virtual time makes exact.
constexpr auto long_block = 10'500 * GST_MSECOND;

GstClockTime time_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return GST_TIMESPEC_TO_TIME(time);
}

GstClock* wall_clock() {
  return GST_CLOCK(g_object_new(GST_TYPE_SYSTEM_CLOCK, "clock-type", GST_CLOCK_TYPE_REALTIME,
                                "name", "wall", nullptr));
}

/// Returns the difference of a clock from CLOCK_MONOTONIC.
GstClockTimeDiff ahead(GstClock* clock) {
  return GST_CLOCK_DIFF(time_of(CLOCK_MONOTONIC), gst_clock_get_time(clock));
}

/// Measures the frames that leave the source.
class Errors {
public:
  explicit Errors(GstElement* source) : source_{source} {}

  /// Waits until so many frames have been seen from now on. Returns false after ten minutes.
  bool wait(unsigned frames) {
    std::unique_lock lock{mutex_};
    const auto wanted = seen_ + frames;
    return changed_.wait_for(lock, std::chrono::minutes{10}, [&] { return seen_ >= wanted; });
  }

  /// Measures from the next frame on. `block` stops the stream in front of that frame.
  void begin(GstClockTime block) {
    const std::lock_guard lock{mutex_};
    measures_ = true;
    block_ = block;
  }

  void print() {
    const std::lock_guard lock{mutex_};
    if (errors_.empty()) errors_.push_back(0);
    std::ranges::sort(errors_);
    std::printf("median=%lld max=%lld none=%u frames=%u\n",
                static_cast<long long>(errors_[errors_.size() / 2] / 1000),
                static_cast<long long>(errors_.back() / 1000), none_, frames_);
  }

private:
  void see(GstBuffer* buffer) {
    GstClockTime block{};
    {
      const std::lock_guard lock{mutex_};
      std::swap(block, block_);
    }
    if (block != 0) g_usleep(GST_TIME_AS_USECONDS(block));
    const std::lock_guard lock{mutex_};
    ++seen_;
    if (measures_) measure(buffer);
    changed_.notify_all();
  }

  void measure(GstBuffer* buffer) {
    std::int64_t taken{};
    gst_buffer_extract(buffer, 0, &taken, sizeof taken);
    ++frames_;
    const auto pts = GST_BUFFER_PTS(buffer);
    if (!GST_CLOCK_TIME_IS_VALID(pts)) {
      ++none_;
      return;
    }
    auto* const clock = gst_element_get_clock(source_);
    if (clock != nullptr) {
      const auto base = static_cast<std::int64_t>(gst_element_get_base_time(source_));
      add(static_cast<std::int64_t>(pts) - (taken + ahead(clock) - base));
      gst_object_unref(clock);
      return;
    }
    // Without a clock there is no running time, but the intervals of the frames.
    if (frames_ - none_ == 1) first_ = static_cast<std::int64_t>(pts) - taken;
    add(static_cast<std::int64_t>(pts) - taken - first_);
  }

  void add(std::int64_t error) { errors_.push_back(std::abs(error)); }

  GstElement* source_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  unsigned seen_{};
  bool measures_{};
  GstClockTime block_{};
  unsigned frames_{};
  unsigned none_{};
  std::int64_t first_{};
  std::vector<std::int64_t> errors_;
  rig::BufferProbe probe_{source_, [this](GstBuffer* buffer) {
                            see(buffer);
                            return GST_PAD_PROBE_OK;
                          }};
};

bool set_state(GstElement* pipeline, GstState state) {
  gst_element_set_state(pipeline, state);
  return gst_element_get_state(pipeline, nullptr, nullptr, patience) != GST_STATE_CHANGE_FAILURE;
}

// ---- what happens to a pipeline -----------------------------------------------------------------

void play_on(GstElement*) {}

void flush(GstElement* pipeline) {
  auto* const source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
  gst_element_send_event(source, gst_event_new_flush_start());
  gst_element_send_event(source, gst_event_new_flush_stop(TRUE));
  gst_object_unref(source);
}

void set_start_time(GstElement* pipeline) {
  set_state(pipeline, GST_STATE_PAUSED);
  gst_element_set_start_time(pipeline, 100 * GST_SECOND);
  set_state(pipeline, GST_STATE_PLAYING);
}

void pause_and_change_clock(GstElement* pipeline) {
  set_state(pipeline, GST_STATE_PAUSED);
  auto* const clock = wall_clock();
  gst_pipeline_use_clock(GST_PIPELINE(pipeline), clock);
  gst_object_unref(clock);
  set_state(pipeline, GST_STATE_PLAYING);
}

void change_clock(GstElement* pipeline) {
  auto* const clock = wall_clock();
  const auto base = static_cast<std::int64_t>(gst_element_get_base_time(pipeline)) + ahead(clock);
  gst_element_set_clock(pipeline, clock);
  gst_element_set_base_time(pipeline, static_cast<GstClockTime>(base));
  gst_object_unref(clock);
}

struct Row {
  std::string_view name;
  void (*happen)(GstElement*);
  GstClockTime block{};  // in front of the first frame that is measured
};

constexpr std::array rows{Row{"play", &play_on},
                          Row{"flush", &flush},
                          Row{"start-time", &set_start_time},
                          Row{"no-clock", &play_on},
                          Row{"pause-and-change-clock", &pause_and_change_clock},
                          Row{"change-clock", &change_clock},
                          Row{"blocked", &play_on, long_block}};

// ---- the program --------------------------------------------------------------------------------

class Pipeline {
public:
  explicit Pipeline(const std::string& description) {
    GError* error{};
    pipeline_ = gst_parse_launch(description.c_str(), &error);
    if (error != nullptr) {
      std::fprintf(stderr, "times: %s\n", error->message);
      std::exit(2);
    }
    gst_object_ref_sink(pipeline_);
  }

  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  ~Pipeline() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pipeline_);
  }

  [[nodiscard]] GstElement* get() const { return pipeline_; }

  /// The element of that name. The pipeline owns it.
  [[nodiscard]] GstElement* child(const char* name) const {
    auto* const found = gst_bin_get_by_name(GST_BIN(pipeline_), name);
    gst_object_unref(found);
    return found;
  }

  /// Waits for EOS or an ERROR. Returns false if EOS does not come.
  [[nodiscard]] bool wait_for_end() const {
    auto* const bus = gst_element_get_bus(pipeline_);
    auto* const message = gst_bus_timed_pop_filtered(
        bus, patience, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    gst_object_unref(bus);
    const bool ended = message != nullptr && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    if (message != nullptr) gst_message_unref(message);
    return ended;
  }

private:
  GstElement* pipeline_{};
};

int measure(const std::string& source, const Row& row) {
  const Pipeline pipeline{source + " ! fakesink sync=false"};
  if (row.name == "no-clock") gst_pipeline_use_clock(GST_PIPELINE(pipeline.get()), nullptr);
  Errors errors{pipeline.child("source")};
  set_state(pipeline.get(), GST_STATE_PLAYING);
  if (!errors.wait(settling)) return 1;
  row.happen(pipeline.get());
  if (!errors.wait(settling)) return 1;
  errors.begin(row.block);
  if (!errors.wait(measured)) return 1;
  set_state(pipeline.get(), GST_STATE_NULL);
  errors.print();
  return 0;
}

/// Counts the frames that sinks of both kinds take. A sink that shows pictures drops late ones, as
/// GstVideoSink does by default: more than 5 ms, and by its own count of QoS.
int compare_sinks(const std::string& source) {
  const Pipeline pipeline{source +
                          " ! identity eos-after=151 ! tee name=tee tee. ! queue ! fakesink "
                          "name=unsynced sync=false tee. ! queue ! fakesink name=synced sync=true "
                          "qos=true max-lateness=5000000"};
  set_state(pipeline.get(), GST_STATE_PLAYING);
  if (!pipeline.wait_for_end()) return 1;
  const auto rendered = [&](const char* sink) {
    GstStructure* stats{};
    guint64 count{};
    g_object_get(pipeline.child(sink), "stats", &stats, nullptr);
    gst_structure_get_uint64(stats, "rendered", &count);
    gst_structure_free(stats);
    return static_cast<unsigned long long>(count);
  };
  std::printf("synced=%llu unsynced=%llu\n", rendered("synced"), rendered("unsynced"));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc != 3) return 2;
  const std::string_view name{argv[2]};
  if (name == "synced") return compare_sinks(argv[1]);
  const auto* const row = std::ranges::find(rows, name, &Row::name);
  return row == rows.end() ? 2 : measure(argv[1], *row);
}
