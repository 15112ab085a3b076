// Tests the rectangles of the device: crop, compose, the margins and the bounds.

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kernel/node.h"
#include "rigs/allocation_sink.h"
#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"
#include "settings/rectangle.h"
#include "settings/selection.h"

using rig::Bused;
using rig::camera;
using rig::fail_unless_has;

namespace {

constexpr auto any_yuyv = "video/x-raw,format=YUY2";

/// Returns a camera that crops from 640x480, composes and scales.
fake::Model scaler() {
  auto model = camera("1");
  model.crops = true;
  model.composes = true;
  return model;
}

/// Returns a camera whose frames are as large as what it crops.
fake::Model cropper() {
  auto model = camera("1");
  model.crops = true;
  model.scales = false;
  return model;
}

/// A rig with texts for what a user sees.
struct Cropping : Bused {
  explicit Cropping(const fake::Model& model = scaler(), const char* caps = rig::small_yuyv)
      : Bused{model, caps} {}

  [[nodiscard]] std::string get(const char* property) const {
    gchar* value{};
    g_object_get(rig.element, property, &value, nullptr);
    std::string text{value != nullptr ? value : "unset"};
    g_free(value);
    return text;
  }

  [[nodiscard]] std::string bounds() const {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_ARRAY);
    g_object_get_property(G_OBJECT(rig.element), "crop-bounds", &value);
    std::string text;
    for (guint i = 0; i < gst_value_array_get_size(&value); ++i)
      text += std::to_string(g_value_get_int(gst_value_array_get_value(&value, i))) + " ";
    g_value_unset(&value);
    return text;
  }

  [[nodiscard]] std::string caps() const {
    auto* const caps = gst_pad_get_current_caps(rig.harness->sinkpad);
    gchar* const written = gst_caps_to_string(caps);
    std::string text{written};
    g_free(written);
    gst_caps_unref(caps);
    return text;
  }

  [[nodiscard]] std::string crop() const { return v4l2::rectangle_text(rig.camera->crop()); }

  [[nodiscard]] std::string compose() const { return v4l2::rectangle_text(rig.camera->compose()); }

  /// Sets a property while the element plays, and returns once it is applied.
  void change(const char* property, const char* value) {
    rig::set(rig.element, property, value);
    rig.next();  // this frame may be on its way already
    rig.next();
  }

  void fail_unless_no_warning() {
    const auto texts = rig::texts_of(bus, GST_MESSAGE_WARNING);
    fail_unless(texts.empty(), "%s", texts.empty() ? "" : texts.front().c_str());
  }
};

void fail_unless_is(const std::string& text, const char* wanted) {
  fail_unless_equals_string(text.c_str(), wanted);
}

}  // namespace

// ---- at the start -------------------------------------------------------------------------------

GST_START_TEST(test_nothing_is_touched_that_nobody_named) {
  Cropping cropping;
  auto& rig = cropping.rig;
  const auto node = v4l2::Node::open(rig.kernel, rig::path);
  fail_unless(v4l2::select(**node, V4L2_SEL_TGT_CROP, {16, 8, 200, 100})->has_value());
  fail_unless(v4l2::select(**node, V4L2_SEL_TGT_COMPOSE, {8, 8, 100, 100})->has_value());
  const auto calls = rig.camera->calls(VIDIOC_S_SELECTION);
  rig.play();
  rig.next();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_SELECTION), calls);
  fail_unless_is(cropping.crop(), "16,8,200x100");
  fail_unless_is(cropping.compose(), "8,8,100x100");
  fail_unless_is(cropping.get("crop"), "16,8,200x100");
  cropping.fail_unless_no_warning();
}

GST_END_TEST

GST_START_TEST(test_the_rectangles_are_set_and_read_back) {
  Cropping cropping;
  auto& rig = cropping.rig;
  rig::set(rig.element, "crop", "(160, 120)/320x240");
  rig::set(rig.element, "compose", "80,60,160x120");
  rig.play();
  rig.next();
  fail_unless_is(cropping.crop(), "160,120,320x240");
  fail_unless_is(cropping.compose(), "80,60,160x120");
  fail_unless_is(cropping.get("crop"), "160,120,320x240");
  fail_unless_is(cropping.get("compose"), "80,60,160x120");
  cropping.fail_unless_no_warning();
  rig.set_state(GST_STATE_NULL);
  fail_unless_is(cropping.get("crop"), "(160, 120)/320x240");
}

GST_END_TEST

GST_START_TEST(test_margins_are_cut_from_the_bounds) {
  auto model = scaler();
  model.bounds = {.left = 4, .top = 2, .width = 640, .height = 480};
  Cropping cropping{model};
  auto& rig = cropping.rig;
  rig.set_state(GST_STATE_READY);
  fail_unless_is(cropping.bounds(), "4 2 640 480 ");
  g_object_set(rig.element, "crop-left", 20, "crop-top", 10, "crop-right", 30, "crop-bottom", 40,
               nullptr);
  rig.play();
  rig.next();
  fail_unless_is(cropping.crop(), "24,12,590x430");
  cropping.change("crop-left", "0");
  fail_unless_is(cropping.crop(), "4,12,610x430");
  // The rectangle beats the margins.
  cropping.change("crop", "100,100,320x240");
  fail_unless_is(cropping.crop(), "100,100,320x240");
  cropping.fail_unless_no_warning();
}

GST_END_TEST

GST_START_TEST(test_frames_have_the_size_of_the_crop) {
  // Without a scaler they can't have another one. With a scaler that size is preferred.
  for (const auto& model : {cropper(), scaler()}) {
    Cropping cropping{model, any_yuyv};
    auto& rig = cropping.rig;
    rig::set(rig.element, "crop", "100,50,320x240");
    rig.play();
    const auto buffer = rig.next();
    fail_unless_equals_int(gst_buffer_get_size(buffer.get()), rig::small_yuyv_size);
    fail_unless_has(cropping.caps(), "width=(int)320, height=(int)240");
    fail_unless_is(cropping.crop(), "100,50,320x240");
    cropping.fail_unless_no_warning();
  }
}

GST_END_TEST

GST_START_TEST(test_caps_are_those_that_the_crop_leads_to) {
  Cropping cropping{cropper(), any_yuyv};
  auto& rig = cropping.rig;
  rig::set(rig.element, "crop", "100,50,200x100");  // no mode of the camera has that size
  rig.play();
  const auto buffer = rig.next();
  fail_unless_equals_int(gst_buffer_get_size(buffer.get()), 200 * 100 * 2);
  fail_unless_has(cropping.caps(), "width=(int)200, height=(int)100");
  fail_unless_is(cropping.get("crop"), "100,50,200x100");
  cropping.fail_unless_no_warning();
}

GST_END_TEST

GST_START_TEST(test_the_crop_yields_to_the_size_that_downstream_takes) {
  Cropping cropping{cropper(), "video/x-raw,format=YUY2,width=640,height=480"};
  auto& rig = cropping.rig;
  rig::set(rig.element, "crop", "100,50,320x240");
  rig.play();
  rig.next();
  fail_unless_is(cropping.wait_for(GST_MESSAGE_WARNING),
                 "The device at '/dev/video0' does not take crop=100,50,320x240: its frames would "
                 "become 320x240, which downstream does not take. Its crop rectangle is "
                 "0,0,640x480, within 0,0,640x480.");
  cropping.fail_unless_no_warning();
}

GST_END_TEST

GST_START_TEST(test_pixels_are_shaped_as_they_are_scaled) {
  Cropping cropping{scaler(), "video/x-raw,format=YUY2,width=640,height=480"};
  auto& rig = cropping.rig;
  rig::set(rig.element, "crop", "0,0,320x480");
  rig.play();
  rig.next();
  fail_unless_has(cropping.caps(), "pixel-aspect-ratio=(fraction)1/2");
  cropping.fail_unless_no_warning();
}

GST_END_TEST

// ---- what can't be ------------------------------------------------------------------------------

GST_START_TEST(test_what_the_driver_made_of_it_is_told) {
  auto model = scaler();
  model.crop_step = 16;
  Cropping cropping{model};
  auto& rig = cropping.rig;
  rig::set(rig.element, "crop", "100,50,320x240");
  rig.play();
  rig.next();
  fail_unless_is(cropping.wait_for(GST_MESSAGE_WARNING),
                 "The device at '/dev/video0' does not take crop=100,50,320x240: its driver has "
                 "set the nearest rectangle that it can. Its crop rectangle is 96,48,320x240, "
                 "within 0,0,640x480.");
  fail_unless_is(cropping.get("crop"), "96,48,320x240");
  cropping.change("crop", "100,50,320x240");  // the same wish, the same answer
  cropping.fail_unless_no_warning();
}

GST_END_TEST

GST_START_TEST(test_a_text_that_is_no_rectangle_is_told) {
  Cropping cropping;
  auto& rig = cropping.rig;
  rig::set(rig.element, "compose", "320x240");
  rig.play();
  rig.next();
  fail_unless_is(cropping.wait_for(GST_MESSAGE_WARNING),
                 "The device at '/dev/video0' does not take compose=320x240: a rectangle is "
                 "written left,top,widthxheight, such as 320,0,640x480. Its compose rectangle is "
                 "0,0,320x240, within 0,0,320x240.");
  rig::set(rig.element, "crop", "everything");
  fail_unless_has(cropping.wait_for(GST_MESSAGE_WARNING), "does not take crop=everything:");
}

GST_END_TEST

GST_START_TEST(test_margins_that_leave_nothing_are_told) {
  Cropping cropping;
  auto& rig = cropping.rig;
  rig.set_state(GST_STATE_READY);
  g_object_set(rig.element, "crop-left", 320, "crop-right", 320, nullptr);
  fail_unless_is(cropping.wait_for(GST_MESSAGE_WARNING),
                 "The device at '/dev/video0' does not take crop-left=320 crop-right=320: that "
                 "leaves nothing of the picture. Its crop rectangle is 320,0,320x480, within "
                 "0,0,640x480.");
}

GST_END_TEST

GST_START_TEST(test_a_device_that_cannot_crop_says_so) {
  Cropping cropping{camera("1")};
  auto& rig = cropping.rig;
  rig.set_state(GST_STATE_READY);
  rig::set(rig.element, "crop", "0,0,320x240");
  fail_unless_is(cropping.wait_for(GST_MESSAGE_WARNING),
                 "The device at '/dev/video0' does not take crop=0,0,320x240: it has no crop "
                 "rectangle.");
  fail_unless_is(cropping.get("crop"), "unset");
  fail_unless_is(cropping.bounds(), "0 0 0 0 ");
  rig::set(rig.element, "crop", "");
  g_object_set(rig.element, "crop-left", 1, nullptr);
  fail_unless_has(cropping.wait_for(GST_MESSAGE_WARNING),
                  "does not take crop-left=1: it has no crop rectangle.");
  rig.play();
  rig.next();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_SELECTION), 0);
  cropping.fail_unless_no_warning();  // it was told already
}

GST_END_TEST

GST_START_TEST(test_the_cause_is_geometry) {
  Cropping cropping{camera("1")};
  cropping.rig.set_state(GST_STATE_READY);
  rig::set(cropping.rig.element, "crop", "0,0,320x240");
  fail_unless_is(cropping.cause_of_warning(), "geometry");
}

GST_END_TEST

// ---- while it plays -----------------------------------------------------------------------------

GST_START_TEST(test_a_live_pan_keeps_the_stream) {
  for (const auto& model : {scaler(), cropper()}) {
    Cropping cropping{model};
    auto& rig = cropping.rig;
    rig::set(rig.element, "crop", "0,0,320x240");
    rig.play();
    rig.next();
    for (int left = 1; left <= 100; ++left) {
      const auto wish = std::to_string(left) + ",10,320x240";
      cropping.change("crop", wish.c_str());
      fail_unless_is(cropping.crop(), wish.c_str());
    }
    fail_unless_equals_int(rig.camera->calls(VIDIOC_STREAMON), 1);
    fail_unless_equals_int(rig.camera->calls(VIDIOC_STREAMOFF), 0);
    cropping.fail_unless_no_warning();
  }
}

GST_END_TEST

GST_START_TEST(test_a_live_change_of_size_is_refused_without_a_scaler) {
  Cropping cropping{cropper()};
  auto& rig = cropping.rig;
  rig::set(rig.element, "crop", "0,0,320x240");
  rig.play();
  rig.next();
  rig::set(rig.element, "crop", "0,0,200x100");
  fail_unless_is(cropping.wait_for(GST_MESSAGE_WARNING),
                 "The device at '/dev/video0' does not take crop=0,0,200x100: not while it streams "
                 "(VIDIOC_S_SELECTION: Device or resource busy). Its crop rectangle is "
                 "0,0,320x240, within 0,0,640x480. It is set when the element negotiates again, "
                 "for example from READY.");
  rig.next();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_STREAMOFF), 0);
  fail_unless_is(cropping.get("crop"), "0,0,320x240");
  cropping.fail_unless_no_warning();
}

GST_END_TEST

GST_START_TEST(test_a_driver_that_pans_only_before_it_streams_says_so) {
  auto model = scaler();
  model.pans = false;
  Cropping cropping{model};
  auto& rig = cropping.rig;
  rig::set(rig.element, "crop", "0,0,320x240");
  rig.play();
  rig.next();
  rig::set(rig.element, "crop", "8,0,320x240");
  fail_unless_has(cropping.wait_for(GST_MESSAGE_WARNING), "not while it streams");
  rig.next();
  rig.set_state(GST_STATE_READY);
  rig.play();
  rig.next();
  fail_unless_is(cropping.crop(), "8,0,320x240");
  cropping.fail_unless_no_warning();
}

GST_END_TEST

GST_START_TEST(test_a_driver_that_changes_the_frames_of_a_stream_is_put_right) {
  Cropping cropping{scaler()};
  auto& rig = cropping.rig;
  rig.play();
  rig.next();
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_format>(VIDIOC_G_FMT, [](auto& answer) { answer.fmt.pix.width = 200; });
  });
  rig::set(rig.element, "crop", "8,8,200x240");
  fail_unless_has(cropping.wait_for(GST_MESSAGE_WARNING),
                  "does not take crop=8,8,200x240: its frames would become 200x240, which is not "
                  "possible while it streams. Its crop rectangle is 0,0,640x480");
  rig.next();
}

GST_END_TEST

GST_START_TEST(test_a_live_zoom_renews_the_shape_of_the_pixels) {
  Cropping cropping{scaler()};
  auto& rig = cropping.rig;
  rig::set(rig.element, "crop", "0,0,640x480");
  rig.play();
  rig.next();
  fail_unless_has(cropping.caps(), "pixel-aspect-ratio=(fraction)1/1");
  cropping.change("crop", "0,0,320x480");
  fail_unless_has(cropping.caps(), "pixel-aspect-ratio=(fraction)1/2");
  cropping.change("crop", "0,0,320x240");
  fail_unless_has(cropping.caps(), "pixel-aspect-ratio=(fraction)1/1");
  fail_unless_equals_int(rig.camera->calls(VIDIOC_STREAMOFF), 0);
  cropping.fail_unless_no_warning();
}

GST_END_TEST

GST_START_TEST(test_a_shape_that_downstream_does_not_take_is_put_back) {
  Cropping cropping{scaler(),
                    "video/x-raw,format=YUY2,width=320,height=240,pixel-aspect-ratio=1/1"};
  auto& rig = cropping.rig;
  rig::set(rig.element, "crop", "0,0,640x480");
  rig.play();
  rig.next();
  rig::set(rig.element, "crop", "0,0,320x480");
  fail_unless_has(cropping.wait_for(GST_MESSAGE_WARNING),
                  "does not take crop=0,0,320x480: its pixels would get another shape, which "
                  "downstream does not take. Its crop rectangle is 0,0,640x480");
  rig.next();
}

GST_END_TEST

GST_START_TEST(test_a_wish_in_ready_and_in_a_pause_acts_at_once) {
  Cropping cropping;
  auto& rig = cropping.rig;
  rig.set_state(GST_STATE_READY);
  rig::set(rig.element, "crop", "1,1,320x240");
  fail_unless_is(cropping.crop(), "1,1,320x240");
  rig.play();
  rig.next();
  rig.set_state(GST_STATE_PAUSED);
  rig::set(rig.element, "crop", "2,2,320x240");
  fail_unless_is(cropping.crop(), "2,2,320x240");
  rig.play();
  rig.next();
  fail_unless_is(cropping.crop(), "2,2,320x240");
  cropping.fail_unless_no_warning();
}

GST_END_TEST

GST_START_TEST(test_a_camera_that_is_back_is_cropped_as_wished) {
  Cropping cropping;
  auto& rig = cropping.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  rig::set(rig.element, "crop", "1,1,320x240");
  rig.play();
  rig.next();
  rig.kernel.unplug(rig::path);
  cropping.fail_unless_notices({"lost", "waiting"});
  rig::set(rig.element, "crop", "3,3,320x240");  // beats what the camera had
  rig.camera = rig.kernel.plug("/dev/video5", scaler());
  cropping.fail_unless_notices({"back"});
  rig.next();
  fail_unless_is(cropping.crop(), "3,3,320x240");
  cropping.fail_unless_no_warning();
  // The next one can't crop.
  rig.kernel.unplug("/dev/video5");
  cropping.fail_unless_notices({"lost", "waiting"});
  rig.camera = rig.kernel.plug("/dev/video6", camera("1"));
  cropping.fail_unless_notices({"back"});
  rig.next();
  fail_unless_has(cropping.wait_for(GST_MESSAGE_WARNING), "'/dev/video6' does not take crop=");
}

GST_END_TEST

GST_START_TEST(test_a_loss_that_a_wish_finds_is_a_loss) {
  Cropping cropping;
  auto& rig = cropping.rig;
  rig::set(rig.element, "on-disconnect", "wait");
  rig.set_state(GST_STATE_READY);
  const auto lose = [&rig] {
    rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_S_SELECTION, ENODEV); });
  };
  lose();
  rig::set(rig.element, "crop", "1,1,320x240");  // nothing streams, so nothing is told yet
  rig.play();
  rig.next();
  fail_unless_is(cropping.crop(), "1,1,320x240");
  lose();
  rig::set(rig.element, "crop", "2,2,320x240");
  cropping.fail_unless_notices({"lost", "waiting", "back"});
  rig.next();
  fail_unless_is(cropping.crop(), "2,2,320x240");
  fail_unless(rig::texts_of(cropping.bus, GST_MESSAGE_ERROR).empty());
}

GST_END_TEST

GST_START_TEST(test_a_renegotiation_keeps_the_crop) {
  Cropping cropping{cropper()};
  auto& rig = cropping.rig;
  rig::set(rig.element, "crop", "16,16,320x240");
  rig.play();
  rig.next();
  gst_harness_set_sink_caps_str(rig.harness,
                                "video/x-raw,format=NV12,width=320,height=240,framerate=30/1");
  // A frame that is filled while the old buffers are freed is lost.
  while (cropping.caps().find("NV12") == std::string::npos) {
    rig.camera->fill();
    const rig::Buffer old{gst_harness_try_pull(rig.harness)};
    std::this_thread::yield();
  }
  fail_unless_is(cropping.crop(), "16,16,320x240");
  cropping.fail_unless_no_warning();
}

GST_END_TEST

// ---- v4l2src's examples -------------------------------------------------------------------------

/// The steps of v4l2src-crop.c: a handler crops a region of the bottom right quadrant.
static void on_crop_bounds(GstElement* element, GParamSpec*, gpointer seen) {
  GValue bounds = G_VALUE_INIT;
  g_value_init(&bounds, GST_TYPE_ARRAY);
  g_object_get_property(G_OBJECT(element), "crop-bounds", &bounds);
  fail_unless_equals_int(gst_value_array_get_size(&bounds), 4);
  const auto number = [&bounds](guint at) {
    const auto* const value = gst_value_array_get_value(&bounds, at);
    fail_unless(G_VALUE_HOLDS_INT(value));
    return static_cast<guint>(g_value_get_int(value));
  };
  const auto left = (number(2) - number(0)) / 2;
  const auto top = (number(3) - number(1)) / 2;
  const auto size = left / 2;
  g_object_set(element, "crop-left", left, "crop-top", top, "crop-right", number(2) - left - size,
               "crop-bottom", number(3) - top - size, nullptr);
  g_value_unset(&bounds);
  ++*static_cast<int*>(seen);
}

GST_START_TEST(test_a_handler_of_crop_bounds_chooses_the_crop) {
  for (const auto& model : {scaler(), cropper()}) {
    Cropping cropping{model, any_yuyv};
    auto& rig = cropping.rig;
    rig.set_state(GST_STATE_NULL);
    int seen{};
    g_signal_connect(rig.element, "notify::crop-bounds", G_CALLBACK(on_crop_bounds), &seen);
    rig.play();
    rig.next();
    fail_unless_equals_int(seen, 1);
    fail_unless_is(cropping.crop(), "320,240,160x160");
    cropping.fail_unless_no_warning();
  }
}

GST_END_TEST

GST_START_TEST(test_bounds_that_change_while_it_negotiates_choose_the_crop_too) {
  Cropping cropping{scaler(), any_yuyv};
  auto& rig = cropping.rig;
  int seen{};
  g_signal_connect(rig.element, "notify::crop-bounds", G_CALLBACK(on_crop_bounds), &seen);
  // The next answer but one differs: that at the end of the negotiation.
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_selection>(
        VIDIOC_G_SELECTION,
        [](auto& answer) {
          if (answer.target == V4L2_SEL_TGT_CROP_BOUNDS)
            answer.r = {.left = 0, .top = 0, .width = 400, .height = 200};
        },
        1000);
  });
  rig.play();
  rig.next();
  fail_unless_equals_int(seen, 1);
  fail_unless_is(cropping.crop(), "200,100,100x100");
  fail_unless_equals_int(rig.camera->calls(VIDIOC_STREAMON), 1);
}

GST_END_TEST

/// The steps of v4l2src-renegotiate.c: a capsfilter names one size after the other, again and
/// again.
GST_START_TEST(test_a_capsfilter_that_names_other_sizes_gets_them) {
  fake::FakeKernel kernel;
  auto model = camera("1");
  for (auto& format : model.formats)
    if (format.fourcc == V4L2_PIX_FMT_YUYV)
      format.modes.push_back({.size = {1280, 720}, .intervals = {{1, 30}}});
  const auto camera = kernel.plug(rig::path, model);
  std::mutex guard;
  std::condition_variable arrived;
  std::size_t size{};
  auto* const pipeline = gst_pipeline_new(nullptr);
  auto* const source = rig::new_element(kernel);
  auto* const filter = gst_element_factory_make("capsfilter", nullptr);
  auto* const sink = travel::new_consumer({}, [&](GstBuffer* buffer) {
    const std::lock_guard lock{guard};
    size = gst_buffer_get_size(buffer);
    arrived.notify_all();
  });
  gst_bin_add_many(GST_BIN(pipeline), source, filter, sink, nullptr);
  gst_element_link_many(source, filter, sink, nullptr);
  const auto name_size = [filter](v4l2::Size wanted) {
    auto* const caps = gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "YUY2", "width",
                                           G_TYPE_INT, static_cast<gint>(wanted.width), "height",
                                           G_TYPE_INT, static_cast<gint>(wanted.height), nullptr);
    g_object_set(filter, "caps", caps, nullptr);
    gst_caps_unref(caps);
  };
  {
    const rig::FreeRun runs{camera};
    for (int round = 0; round < 5; ++round)
      for (const v4l2::Size wanted : {v4l2::Size{320, 240}, {1280, 720}, {640, 480}}) {
        name_size(wanted);
        gst_element_set_state(pipeline, GST_STATE_PLAYING);
        std::unique_lock lock{guard};
        arrived.wait(lock, [&] { return size == std::size_t{2} * wanted.width * wanted.height; });
      }
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(source);
  gst_object_unref(sink);
  gst_object_unref(pipeline);
}

GST_END_TEST

GST_START_TEST(test_io_mode_has_the_names_of_v4l2src) {
  Cropping cropping;
  for (const auto* const name :
       {"GST_V4L2_IO_AUTO", "GST_V4L2_IO_RW", "GST_V4L2_IO_MMAP", "GST_V4L2_IO_USERPTR",
        "GST_V4L2_IO_DMABUF", "GST_V4L2_IO_DMABUF_IMPORT"}) {
    gint before{};
    rig::set(cropping.rig.element, "io-mode", name);
    g_object_get(cropping.rig.element, "io-mode", &before, nullptr);
    auto* const type =
        static_cast<GEnumClass*>(g_type_class_ref(g_type_from_name("GstV4l2CppIOMode")));
    fail_unless_equals_string(g_enum_get_value(type, before)->value_name, name);
    g_type_class_unref(type);
  }
}

GST_END_TEST

static Suite* geometry_suite() {
  return suite_of("geometry",
                  {
                      TEST(test_nothing_is_touched_that_nobody_named),
                      TEST(test_the_rectangles_are_set_and_read_back),
                      TEST(test_margins_are_cut_from_the_bounds),
                      TEST(test_frames_have_the_size_of_the_crop),
                      TEST(test_caps_are_those_that_the_crop_leads_to),
                      TEST(test_the_crop_yields_to_the_size_that_downstream_takes),
                      TEST(test_pixels_are_shaped_as_they_are_scaled),
                      TEST(test_what_the_driver_made_of_it_is_told),
                      TEST(test_a_text_that_is_no_rectangle_is_told),
                      TEST(test_margins_that_leave_nothing_are_told),
                      TEST(test_a_device_that_cannot_crop_says_so),
                      TEST(test_the_cause_is_geometry),
                      TEST(test_a_live_pan_keeps_the_stream),
                      TEST(test_a_live_change_of_size_is_refused_without_a_scaler),
                      TEST(test_a_driver_that_pans_only_before_it_streams_says_so),
                      TEST(test_a_driver_that_changes_the_frames_of_a_stream_is_put_right),
                      TEST(test_a_live_zoom_renews_the_shape_of_the_pixels),
                      TEST(test_a_shape_that_downstream_does_not_take_is_put_back),
                      TEST(test_a_wish_in_ready_and_in_a_pause_acts_at_once),
                      TEST(test_a_camera_that_is_back_is_cropped_as_wished),
                      TEST(test_a_loss_that_a_wish_finds_is_a_loss),
                      TEST(test_a_renegotiation_keeps_the_crop),
                      TEST(test_a_handler_of_crop_bounds_chooses_the_crop),
                      TEST(test_bounds_that_change_while_it_negotiates_choose_the_crop_too),
                      TEST(test_a_capsfilter_that_names_other_sizes_gets_them),
                      TEST(test_io_mode_has_the_names_of_v4l2src),
                  });
}

SUITE_MAIN(geometry_suite)
