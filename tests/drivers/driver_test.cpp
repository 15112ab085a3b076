// Plays the element on a real driver, with the promises that the fake is tested for. The variable
// V4L2CPP_DEVICE names the node, V4L2CPP_CAPS the caps, and V4L2CPP_OTHER_CAPS other caps that the
// device has.

#include <array>
#include <cstdlib>
#include <thread>
#include <vector>

#include "device/device.h"
#include "kernel/node.h"
#include "kernel/waker.h"
#include "rigs/rig.h"
#include "rigs/suite.h"
#include "stream/buffers.h"

using rig::Buffer;

namespace {

const char* setting(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) g_error("%s must be set", name);
  return value;
}

/// The element alone in a harness, in front of the real device.
class Real {
public:
  Real() {
    gst_v4l2_cpp_src_register(nullptr);
    element = gst_element_factory_make("v4l2cppsrc", nullptr);
    gst_object_ref_sink(element);
    bus = gst_bus_new();
    gst_element_set_bus(element, bus);
    g_object_set(element, "device", setting("V4L2CPP_DEVICE"), nullptr);
    harness = gst_harness_new_with_element(element, nullptr, "src");
    gst_harness_use_systemclock(harness);
    gst_harness_set_sink_caps_str(harness, setting("V4L2CPP_CAPS"));
  }

  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;

  ~Real() {
    gst_harness_teardown(harness);
    gst_object_unref(element);
  }

  void play() { gst_harness_play(harness); }

  void set_state(GstState state) {
    const bool failed = gst_element_set_state(element, state) == GST_STATE_CHANGE_FAILURE;
    tell_errors();
    fail_if(failed);
  }

  void tell_errors() {
    for (const auto& text : rig::texts_of(bus, GST_MESSAGE_ERROR))
      ck_abort_msg("%s", text.c_str());
  }

  Buffer next() {
    Buffer buffer{gst_harness_pull(harness)};
    tell_errors();
    fail_unless(buffer != nullptr);
    return buffer;
  }

  /// Frees the buffers that the harness has queued.
  void drain() {
    while (auto* const rest = gst_harness_try_pull(harness))
      gst_buffer_unref(rest);
  }

  GstElement* element;
  GstBus* bus;
  GstHarness* harness;
};

guint checksum(GstBuffer* buffer) {
  GstMapInfo map;
  fail_unless(gst_buffer_map(buffer, &map, GST_MAP_READ));
  guint sum = 2166136261U;
  for (gsize i = 0; i < map.size; i += 7)
    sum = (sum ^ map.data[i]) * 16777619U;
  gst_buffer_unmap(buffer, &map);
  return sum;
}

/// A held frame, and its bytes when it arrived.
struct Held {
  Buffer buffer;
  guint sum;

  explicit Held(Buffer taken) : buffer{std::move(taken)}, sum{checksum(buffer.get())} {}

  [[nodiscard]] bool unchanged() const { return checksum(buffer.get()) == sum; }
};

/// Returns whether another program could take the device now, with a format and buffers.
bool free_for_others() {
  const auto device = v4l2::Device::open(v4l2::system_kernel(), setting("V4L2CPP_DEVICE"));
  if (!device) return false;
  const auto format = device->format();
  if (!format || !device->set_format(*format)) return false;
  v4l2::Waker waker;
  return v4l2::Buffers::request(
             device->node(), waker,
             {.type = device->buffer_type(), .plane_count = format->plane_count, .count = 2})
      .has_value();
}

}  // namespace

GST_START_TEST(test_three_of_four_held_while_the_fourth_goes_round) {
  Real real;
  real.play();
  std::vector<Held> held;
  for (int i = 0; i < 3; ++i)
    held.emplace_back(real.next());
  // This is five seconds of frames, at 30 a second.
  GstClockTime last{};
  for (int frame = 0; frame < 150; ++frame) {
    const auto buffer = real.next();
    fail_unless(GST_BUFFER_PTS(buffer.get()) >= last);
    last = GST_BUFFER_PTS(buffer.get());
  }
  for (const auto& frame : held)
    fail_unless(frame.unchanged());
  std::array threads{std::thread{[&] {
                       held[2].buffer.reset();
                     }},
                     std::thread{[&] {
                       held[0].buffer.reset();
                     }},
                     std::thread{[&] {
                       held[1].buffer.reset();
                     }}};
  for (auto& thread : threads)
    thread.join();
  for (int frame = 0; frame < 10; ++frame)
    real.next();
}

GST_END_TEST

GST_START_TEST(test_all_held_starves_and_recovers) {
  Real real;
  real.play();
  std::vector<Held> held;
  for (int i = 0; i < 4; ++i)
    held.emplace_back(real.next());
  held.erase(held.begin());
  for (int frame = 0; frame < 10; ++frame)
    real.next();
  for (const auto& frame : held)
    fail_unless(frame.unchanged());
}

GST_END_TEST

GST_START_TEST(test_held_beyond_null_and_beyond_death) {
  std::vector<Held> held;
  {
    Real real;
    real.play();
    for (int i = 0; i < 3; ++i)
      held.emplace_back(real.next());
    real.set_state(GST_STATE_NULL);
    fail_unless(free_for_others());
    for (const auto& frame : held)
      fail_unless(frame.unchanged());
    // The frames of the first life are still held during a second one.
    real.play();
    for (int i = 0; i < 20; ++i)
      real.next();
  }
  fail_unless(free_for_others());
  for (const auto& frame : held)
    fail_unless(frame.unchanged());
  held.clear();
  fail_unless_equals_uint64(rig::holdings().plane_mappings, 0);
}

GST_END_TEST

GST_START_TEST(test_a_held_frame_over_a_pause) {
  Real real;
  real.play();
  const Held held{real.next()};
  const auto before = GST_BUFFER_PTS(held.buffer.get());
  for (int turn = 0; turn < 5; ++turn) {
    real.set_state(GST_STATE_PAUSED);
    real.drain();
    const auto paused = gst_clock_get_time(gst_system_clock_obtain());
    real.play();
    const auto buffer = real.next();
    // The frame was captured after the pause, not before it or in it.
    const auto captured = GST_BUFFER_PTS(buffer.get()) + gst_element_get_base_time(real.element);
    fail_unless(captured >= paused);
    fail_unless(GST_BUFFER_PTS(buffer.get()) >= before);
  }
  fail_unless(held.unchanged());
}

GST_END_TEST

GST_START_TEST(test_caps_changes_while_playing) {
  Real real;
  g_object_set(real.element, "max-buffers", 4, nullptr);
  real.play();
  real.next();
  const auto size_of = [&] {
    return gst_buffer_get_size(real.next().get());
  };
  const auto small = size_of();
  rig::Holdings before;
  for (int turn = 0; turn < 50; ++turn) {
    if (turn == 2) before = rig::holdings();
    const bool change = turn % 2 == 0;
    gst_harness_set_sink_caps_str(real.harness,
                                  setting(change ? "V4L2CPP_OTHER_CAPS" : "V4L2CPP_CAPS"));
    while ((size_of() == small) == change) {
    }
  }
  real.drain();
  fail_unless_equals_uint64(rig::holdings().descriptors, before.descriptors);
}

GST_END_TEST

GST_START_TEST(test_lives) {
  Real real;
  const auto live = [&] {
    real.play();
    const auto held = real.next();
    real.set_state(GST_STATE_NULL);
  };
  live();
  const auto before = rig::holdings();
  for (int life = 0; life < 50; ++life)
    live();
  rig::fail_unless_same(before, rig::holdings());
  fail_unless(free_for_others());
}

GST_END_TEST

static Suite* real_suite() {
  return suite_of("real", {
                              TEST(test_three_of_four_held_while_the_fourth_goes_round),
                              TEST(test_all_held_starves_and_recovers),
                              TEST(test_held_beyond_null_and_beyond_death),
                              TEST(test_a_held_frame_over_a_pause),
                              TEST(test_caps_changes_while_playing),
                              TEST(test_lives),
                          });
}

SUITE_MAIN(real_suite)
