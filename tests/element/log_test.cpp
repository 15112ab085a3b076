// Tests log lines: their category, their level, and what a user's log contains.

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Rig;

namespace {

constexpr auto category_name = "v4l2cppsrc";

struct Line {
  std::string category;
  GstDebugLevel level;
  std::string file;
  std::string text;
};

bool ours(std::string_view file) {
  return file.contains("gst/v4l2cppsrc/");
}

/// Keeps the log lines of our files, from any thread, instead of printing them.
class Log {
public:
  /// `level` is the threshold of the category `name`, by default the element's.
  explicit Log(GstDebugLevel level, const char* name = category_name) {
    // The parentheses avoid macros of these names, whose comparison is no C++.
    (gst_debug_remove_log_function)(nullptr);  // removes the default function
    (gst_debug_add_log_function)(&Log::keep, this, nullptr);
    gst_debug_set_threshold_for_name(name, level);
  }

  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  ~Log() {
    gst_debug_set_threshold_for_name("*", GST_LEVEL_NONE);
    gst_debug_remove_log_function_by_data(this);
  }

  [[nodiscard]] std::vector<Line> lines() const {
    const std::lock_guard lock{mutex_};
    return lines_;
  }

  /// Returns the number of the category's lines that begin with `beginning`.
  [[nodiscard]] int count(std::string_view beginning) const {
    const auto all = lines();
    return static_cast<int>(std::ranges::count_if(all, [beginning](const Line& line) {
      return line.category == category_name && line.text.starts_with(beginning);
    }));
  }

  /// Fails unless one line of the category at `level` has all of the `parts`.
  void fail_unless_one_has(GstDebugLevel level, std::vector<std::string_view> parts) const {
    const auto all = lines();
    const bool found = std::ranges::any_of(all, [&](const Line& line) {
      return line.category == category_name && line.level == level &&
             std::ranges::all_of(parts, [&](std::string_view part) {
               return line.text.find(part) != std::string::npos;
             });
    });
    if (found) return;
    for (const auto& line : all)
      std::fprintf(stderr, "%s\n", line.text.c_str());
    ck_abort_msg("no line has '%s' and all that goes with it", std::string{parts.front()}.c_str());
  }

private:
  static void keep(GstDebugCategory* category, GstDebugLevel level, const gchar* file,
                   const gchar* /*function*/, gint /*line*/, GObject* /*object*/,
                   GstDebugMessage* message, gpointer self) {
    // GStreamer 1.26 warns on 32 bits while it makes the text of its own lines about an ALLOCATION
    // query.
    if (!ours(file)) return;
    auto& log = *static_cast<Log*>(self);
    // Making the text may call functions that log, so the lock is taken after it.
    Line line{.category = gst_debug_category_get_name(category),
              .level = level,
              .file = file,
              .text = gst_debug_message_get(message)};
    const std::lock_guard lock{log.mutex_};
    log.lines_.push_back(std::move(line));
  }

  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

/// Runs an element through actions of each kind that is logged.
void live(const fake::Model& model = fake::webcam()) {
  Rig rig{model};
  rig.play();
  rig.next();
  rig.camera->fill_when_queued({.bytes_used = 100});  // too short
  auto* const structure = gst_structure_new_empty("GstForceKeyUnit");
  gst_pad_push_event(rig.harness->sinkpad,
                     gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, structure));
  std::vector<rig::Buffer> held;
  for (int i = 0; i < 6; ++i)
    held.push_back(rig.next());
  rig.set_state(GST_STATE_PAUSED);
  held.clear();
  rig.set_state(GST_STATE_NULL);
}

}  // namespace

/// All categories are enabled, so a line of another category would be seen.
GST_START_TEST(test_every_line_is_of_the_elements_category) {
  const Log log{GST_LEVEL_LOG, "*"};
  live();
  live(fake::multiplanar_camera());
  std::ptrdiff_t seen{};
  for (const auto& line : log.lines()) {
    ++seen;
    fail_unless(line.category == category_name, "in the category '%s': %s", line.category.c_str(),
                line.text.c_str());
  }
  fail_unless(seen > 20);
}

GST_END_TEST

GST_START_TEST(test_info_tells_what_was_chosen_and_each_state) {
  const Log log{GST_LEVEL_INFO};
  live();
  log.fail_unless_one_has(GST_LEVEL_INFO, {"opened '/dev/video0'", "Fake", "driver"});
  log.fail_unless_one_has(GST_LEVEL_INFO, {"chose YUYV 320x240 at 30/1", "video/x-raw"});
  log.fail_unless_one_has(GST_LEVEL_INFO, {"buffers as DMABuf", "4 buffers"});
  log.fail_unless_one_has(GST_LEVEL_INFO, {"streaming began"});
  log.fail_unless_one_has(GST_LEVEL_INFO, {"streaming ended"});
  log.fail_unless_one_has(GST_LEVEL_INFO, {"closed '/dev/video0'"});
  // Lines about single frames are below INFO.
  for (const auto& line : log.lines())
    fail_if(line.category == category_name && line.level > GST_LEVEL_INFO);
  fail_unless(log.count("") < 20);
}

GST_END_TEST

GST_START_TEST(test_debug_tells_negotiation_allocation_and_refusals) {
  const Log log{GST_LEVEL_DEBUG};
  live();
  log.fail_unless_one_has(GST_LEVEL_DEBUG, {"downstream takes", "video/x-raw"});
  log.fail_unless_one_has(GST_LEVEL_DEBUG, {"ALLOCATION", "GstVideoMeta"});
  log.fail_unless_one_has(GST_LEVEL_DEBUG, {"is damaged", "left out"});
}

GST_END_TEST

GST_START_TEST(test_debug_tells_why_a_kind_of_memory_was_refused) {
  const Log log{GST_LEVEL_DEBUG};
  auto model = fake::webcam();
  model.exports = false;
  live(model);
  log.fail_unless_one_has(GST_LEVEL_INFO, {"exports no DMABuf"});
  log.fail_unless_one_has(GST_LEVEL_INFO, {"as plain memory", "4 buffers"});
}

GST_END_TEST

/// Each ERROR and each WARNING is in the log of the element's category, too.
GST_START_TEST(test_an_error_is_in_the_log) {
  const Log log{GST_LEVEL_ERROR};
  Rig rig;
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_STREAMON, ENOSPC); });
  rig.play();
  while (log.count("The device at") == 0)
    std::this_thread::yield();
  log.fail_unless_one_has(GST_LEVEL_ERROR, {"VIDIOC_STREAMON"});
}

GST_END_TEST

/// There must be one line with a name for each call that the camera saw.
GST_START_TEST(test_log_tells_each_call_and_its_answer) {
  const Log log{GST_LEVEL_LOG};
  Rig rig;
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_G_INPUT, ENOTTY); });
  rig.play();
  for (int i = 0; i < 3; ++i)
    rig.next();
  // Without poll() the element dequeues frames that are there already. So this waits for a poll().
  while (rig.kernel.poll_calls() == 0)
    std::this_thread::yield();
  rig.set_state(GST_STATE_NULL);
  fail_unless_equals_int(log.count("VIDIOC_"), static_cast<int>(rig.camera->all_calls()));
  fail_unless_equals_int(log.count("ioctl 0x"), 0);
  fail_unless_equals_int(log.count("VIDIOC_DQBUF("),
                         static_cast<int>(rig.camera->calls(VIDIOC_DQBUF)));
  fail_unless(log.count("poll(") > 0);
  log.fail_unless_one_has(GST_LEVEL_LOG, {"open /dev/video0: descriptor "});
  log.fail_unless_one_has(GST_LEVEL_DEBUG, {"VIDIOC_G_INPUT(", "Inappropriate ioctl for device"});
  log.fail_unless_one_has(GST_LEVEL_LOG, {"VIDIOC_S_FMT(", "YUYV 320x240", "153600 bytes"});
  log.fail_unless_one_has(GST_LEVEL_LOG, {"VIDIOC_DQBUF(", "sequence 2", "153600 of "});
}

GST_END_TEST

GST_START_TEST(test_log_tells_each_frame) {
  const Log log{GST_LEVEL_LOG};
  Rig rig;
  rig.play();
  for (int i = 0; i < 3; ++i)
    rig.next();
  for (const char* const frame : {"sequence 0", "sequence 1", "sequence 2"})
    log.fail_unless_one_has(GST_LEVEL_LOG, {"delivers", frame, "buffer ", "ms old", "PTS "});
  fail_unless_equals_int(log.count("delivers"), 3);
}

GST_END_TEST

/// read() is logged too, though it has a descriptor of its own.
GST_START_TEST(test_log_tells_each_read) {
  const Log log{GST_LEVEL_LOG};
  auto model = fake::webcam();
  model.device_caps |= V4L2_CAP_READWRITE;
  Rig rig{model};
  rig::set(rig.element, "io-mode", "rw");
  rig.play();
  for (int i = 0; i < 3; ++i)
    rig.next();
  rig.set_state(GST_STATE_NULL);
  fail_unless_equals_int(log.count("read("), static_cast<int>(rig.kernel.read_calls()));
  log.fail_unless_one_has(GST_LEVEL_LOG, {"read(", ": 153600 bytes"});
}

GST_END_TEST

/// Calls are logged if the category's threshold was LOG at NULL→READY.
GST_START_TEST(test_no_call_is_told_below_log) {
  const Log log{GST_LEVEL_DEBUG};
  live();
  fail_unless_equals_int(log.count("VIDIOC_QUERYCAP("), 0);
  fail_unless_equals_int(log.count("delivers"), 0);
}

GST_END_TEST

static Suite* log_suite() {
  return suite_of("log", {
                             TEST(test_every_line_is_of_the_elements_category),
                             TEST(test_info_tells_what_was_chosen_and_each_state),
                             TEST(test_debug_tells_negotiation_allocation_and_refusals),
                             TEST(test_debug_tells_why_a_kind_of_memory_was_refused),
                             TEST(test_an_error_is_in_the_log),
                             TEST(test_log_tells_each_call_and_its_answer),
                             TEST(test_log_tells_each_frame),
                             TEST(test_log_tells_each_read),
                             TEST(test_no_call_is_told_below_log),
                         });
}

SUITE_MAIN(log_suite)
