// Tests handlers of signals and of the bus that wait for a thread which pauses the element.
// Applications do that in signal handlers and in a bus's sync handler.

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>

#include "rigs/emulated.h"
#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Rig;

namespace {

/// A time limit that only ends a test which hangs.
constexpr std::chrono::minutes for_ever{1};

/// A handler's work: its first call runs `what` on another thread, and waits for that thread.
class Waiter {
public:
  explicit Waiter(std::function<void()> what) : what_{std::move(what)} {}

  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() = default;

  /// The handler calls it, on any thread.
  void handle() {
    if (armed_.exchange(false)) {
      called_ = true;
      std::packaged_task<void()> task{what_};
      auto done = task.get_future();
      std::thread thread{std::move(task)};
      const bool ended = done.wait_for(rig::limit_of(for_ever)) == std::future_status::ready;
      if (ended)
        thread.join();
      else
        thread.detach();  // the test fails, and then its process ends
      result_.set_value(ended);
    }
  }

  /// The next call of handle() counts.
  void arm() { armed_ = true; }

  [[nodiscard]] bool called() const { return called_; }

  /// Waits until the handler was called and its thread has ended.
  void fail_unless_handled() {
    auto result = result_.get_future();
    // This limit is longer than the handler's own.
    fail_unless(result.wait_for(2 * rig::limit_of(for_ever)) == std::future_status::ready,
                "no handler was called");
    fail_unless(result.get(), "the handler waits for ever");
  }

private:
  std::function<void()> what_;
  std::atomic<bool> armed_{};
  std::atomic<bool> called_{};
  std::promise<bool> result_;
};

constexpr auto small = "video/x-raw,format=YUY2,width=320,height=240,framerate=30/1";
constexpr auto large = "video/x-raw,width=1280,height=720";

/// The camera's large raw video has a low rate.
fake::Model slow_camera() {
  auto model = fake::webcam();
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{.size = {320, 240}, .intervals = {{1, 30}}},
                              {.size = {1280, 720}, .intervals = {{1, 5}}}},
                    .step = {}},
                   {.fourcc = V4L2_PIX_FMT_MJPEG,
                    .modes = {{.size = {1280, 720}, .intervals = {{1, 30}}}},
                    .step = {}}};
  return model;
}

/// A rig that plays, and a Waiter that pauses the rig.
struct Playing {
  explicit Playing(const char* io_mode = "auto") {
    rig::set(rig.element, "io-mode", io_mode);
    gst_element_set_bus(rig.element, bus);
    rig.play();
    rig.next();
  }

  Playing(const Playing&) = delete;
  Playing& operator=(const Playing&) = delete;

  ~Playing() {
    gst_element_set_state(rig.element, GST_STATE_NULL);
    gst_element_set_bus(rig.element, nullptr);
    gst_object_unref(bus);
  }

  /// Makes `waiter` the bus's sync handler for WARNINGs.
  void handle_warnings() {
    gst_bus_set_sync_handler(
        bus,
        [](GstBus*, GstMessage* message, gpointer self) {
          if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
            static_cast<Waiter*>(self)->handle();
          return GST_BUS_PASS;
        },
        &waiter, nullptr);
  }

  void handle_prepare_format(Waiter& called) {
    g_signal_connect(rig.element, "prepare-format",
                     G_CALLBACK(+[](GstElement*, gint, GstCaps*, gpointer self) {
                       static_cast<Waiter*>(self)->handle();
                     }),
                     &called);
  }

  /// Downstream takes other caps. The element sees them before or with its next frame.
  void change_caps(Waiter& called) {
    called.arm();
    gst_harness_set_sink_caps_str(rig.harness, large);
    while (!called.called()) {
      rig.camera->fill();
      std::this_thread::yield();
    }
  }

  /// The stream is stopped as in any pause, and plays on afterwards.
  void fail_unless_paused_and_well() {
    fail_if(rig.camera->streaming());
    fail_unless_plays_on();
  }

  /// The element plays on with the new caps.
  void fail_unless_plays_on() {
    while (auto* const earlier = gst_harness_try_pull(rig.harness))
      gst_buffer_unref(earlier);
    rig.play();
    fail_unless_equals_uint64(gst_buffer_get_size(rig.next().get()), 1280 * 720 * 2);
  }

  Rig rig{slow_camera(), small};
  GstBus* bus{gst_bus_new()};
  Waiter waiter{[this] {
    gst_element_set_state(rig.element, GST_STATE_PAUSED);
  }};
};

}  // namespace

GST_START_TEST(test_the_warning_of_a_slow_mode_may_pause) {
  Playing playing;
  playing.handle_warnings();
  playing.change_caps(playing.waiter);
  playing.waiter.fail_unless_handled();
  playing.fail_unless_paused_and_well();
}

GST_END_TEST

GST_START_TEST(test_the_warning_of_a_fallback_may_pause) {
  Playing playing{"dmabuf-import"};
  // Neither the warning of the first allocation nor that of the slow mode counts.
  gst_bus_set_sync_handler(
      playing.bus,
      [](GstBus*, GstMessage* message, gpointer self) {
        if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_WARNING) return GST_BUS_PASS;
        GError* error{};
        gst_message_parse_warning(message, &error, nullptr);
        const bool fallback = std::string{error->message}.starts_with("io-mode=dmabuf-import");
        g_error_free(error);
        if (fallback) static_cast<Waiter*>(self)->handle();
        return GST_BUS_PASS;
      },
      &playing.waiter, nullptr);
  playing.change_caps(playing.waiter);
  playing.waiter.fail_unless_handled();
  playing.fail_unless_paused_and_well();
}

GST_END_TEST

GST_START_TEST(test_prepare_format_may_pause) {
  Playing playing;
  playing.handle_prepare_format(playing.waiter);
  playing.change_caps(playing.waiter);
  playing.waiter.fail_unless_handled();
  playing.fail_unless_paused_and_well();
}

GST_END_TEST

/// The element must not rely on what it knew before the handler ran.
GST_START_TEST(test_prepare_format_may_lose_the_device) {
  Playing playing;

  Waiter unplugger{[&] {
    playing.rig.kernel.unplug(rig::path);
  }};
  playing.handle_prepare_format(unplugger);
  playing.change_caps(unplugger);
  auto* const message =
      gst_bus_timed_pop_filtered(playing.bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR);
  GError* error{};
  gst_message_parse_error(message, &error, nullptr);
  fail_unless(std::string{error->message}.find("went away") != std::string::npos, "%s",
              error->message);
  g_error_free(error);
  gst_message_unref(message);
}

GST_END_TEST

/// A flush in the handler must end the negotiation. The element must not negotiate for ever.
GST_START_TEST(test_prepare_format_may_flush) {
  Playing playing;
  Waiter flusher{[&] {
    fail_unless(gst_element_send_event(playing.rig.element, gst_event_new_flush_start()));
  }};
  playing.handle_prepare_format(flusher);
  playing.change_caps(flusher);
  flusher.fail_unless_handled();
  fail_unless(gst_element_send_event(playing.rig.element, gst_event_new_flush_stop(TRUE)));
  playing.fail_unless_plays_on();
}

GST_END_TEST

static Suite* handler_suite() {
  return suite_of("handler", {
                                 TEST(test_the_warning_of_a_slow_mode_may_pause),
                                 TEST(test_the_warning_of_a_fallback_may_pause),
                                 TEST(test_prepare_format_may_pause),
                                 TEST(test_prepare_format_may_lose_the_device),
                                 TEST(test_prepare_format_may_flush),
                             });
}

SUITE_MAIN(handler_suite)
