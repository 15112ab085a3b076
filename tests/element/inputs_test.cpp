// Tests that the element sets the input as its user says: the input, its standard or timings, its
// EDID, its audio and its tuner.

#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

#include <sys/stat.h>

#include <gst/video/video.h>

#include "rigs/rig.h"
#include "rigs/rig_with_bus.h"
#include "rigs/suite.h"
#include "settings/edid.h"

using fake::timings_of;
using rig::Bused;
using rig::fail_unless_has;

namespace {

constexpr auto yuyv = "video/x-raw,format=YUY2";
constexpr unsigned hdmi = 3;

fake::Model card() {
  auto model = fake::many_inputs();
  model.vendor_id = "046d";
  model.product_id = "0825";
  model.serial = "1";
  model.port = "1-1";
  return model;
}

/// A camera with many inputs, and the element's settings.
struct Many : Bused {
  Many() : Bused{card(), yuyv} {
    rig.camera->change_timings(timings_of(1280, 720, 60));
    rig.camera->change_standard(V4L2_STD_PAL);
  }

  void set(const char* property, const std::string& value) const {
    rig::set(rig.element, property, value);
  }

  /// Waits for a frame, and returns its size as the caps have it. A change of the mode drops the
  /// frames that the camera has filled, so it fills others until one arrives.
  [[nodiscard]] std::string next_size() const {
    v4l2gst::BufferPtr frame{gst_harness_try_pull(rig.harness)};
    while (!frame) {
      rig.camera->fill();
      std::this_thread::yield();
      frame.reset(gst_harness_try_pull(rig.harness));
    }
    const v4l2gst::CapsPtr caps{gst_pad_get_current_caps(rig.harness->sinkpad)};
    gint width{};
    gint height{};
    const auto* const fields = gst_caps_get_structure(caps.get(), 0);
    gst_structure_get_int(fields, "width", &width);
    gst_structure_get_int(fields, "height", &height);
    return std::to_string(width) + "x" + std::to_string(height);
  }

  /// Waits for a frame of this size. Frames of the former mode may have been on their way.
  void fail_unless_sends(const std::string& size) const {
    while (next_size() != size) {
    }
  }

  /// Lets frames flow until this is true.
  template <class Fact>
  void fail_unless_comes_true(Fact fact) const {
    while (!fact())
      static_cast<void>(next_size());
  }

  /// Fails unless there is one WARNING, with all these parts.
  void fail_unless_warned(std::initializer_list<const char*> parts) {
    const auto texts = rig::texts_of(bus, GST_MESSAGE_WARNING);
    fail_unless_equals_uint64(texts.size(), 1);
    for (const auto* const part : parts)
      fail_unless_has(texts[0], part);
  }
};

}  // namespace

GST_START_TEST(test_an_input_is_chosen_by_name_or_number) {
  for (const char* const name : {"HDMI 0", "hdmi", "3", "HDMI-0"}) {
    Many many;
    many.set("input", name);
    many.rig.play();
    many.fail_unless_sends("1280x720");
    fail_unless_equals_int(many.rig.camera->input(), hdmi);
    fail_unless(rig::texts_of(many.bus, GST_MESSAGE_WARNING).empty());
  }
}

GST_END_TEST

GST_START_TEST(test_an_unknown_input_is_told_with_those_there_are) {
  Many many;
  many.set("input", "Composite");
  many.rig.play();
  many.fail_unless_sends("640x480");
  many.fail_unless_warned(
      {"input='Composite' is not one of its inputs", "'Webcam 0', 'TV 0', 'S-Video 0', 'HDMI 0'"});
  fail_unless_equals_int(many.rig.camera->calls(VIDIOC_S_INPUT), 0);
}

GST_END_TEST

GST_START_TEST(test_what_is_not_named_is_not_touched) {
  Many many;
  many.rig.play();
  many.fail_unless_sends("640x480");
  for (const unsigned long call : {VIDIOC_S_INPUT, VIDIOC_S_STD, VIDIOC_S_DV_TIMINGS, VIDIOC_S_EDID,
                                   VIDIOC_S_AUDIO, VIDIOC_S_FREQUENCY})
    fail_unless_equals_int(many.rig.camera->calls(call), 0);
}

GST_END_TEST

GST_START_TEST(test_the_input_changes_while_frames_flow) {
  Many many;
  many.rig.play();
  many.fail_unless_sends("640x480");
  for (int turn = 0; turn < 5; ++turn) {
    many.set("input", "hdmi");
    many.fail_unless_sends("1280x720");
    many.set("input", "tv");
    many.fail_unless_sends("720x576");
    many.set("input", "webcam");
    many.fail_unless_sends("640x480");
  }
}

GST_END_TEST

GST_START_TEST(test_a_norm_outweighs_the_source) {
  Many many;
  many.set("input", "S-Video");
  many.set("norm", "NTSC");
  many.rig.play();
  many.fail_unless_sends("720x480");
  many.rig.camera->change_standard(V4L2_STD_PAL_B);
  many.rig.camera->wait_events_fetched();
  many.fail_unless_sends("720x480");
  fail_unless_equals_uint64(many.rig.camera->standard(), V4L2_STD_NTSC);
  many.set("norm", "none");
  many.fail_unless_sends("720x576");
  many.set("norm", "NTSC-M");
  many.fail_unless_sends("720x480");
}

GST_END_TEST

GST_START_TEST(test_a_norm_that_cannot_be_is_told) {
  Many many;
  many.set("input", "S-Video");
  many.set("norm", "SECAM-L");
  many.rig.play();
  many.fail_unless_sends("720x576");
  many.fail_unless_warned(
      {"'S-Video 0'", "norm='SECAM-L' is none of its TV standards", "'PAL-BG'"});
  many.set("input", "Webcam");
  many.fail_unless_sends("640x480");
  many.fail_unless_warned({"norm='SECAM-L' can't be set: it has no TV standards"});
}

GST_END_TEST

GST_START_TEST(test_timings_are_named) {
  Many many;
  many.set("input", "HDMI");
  many.set("dv-timings", "720x576i50");
  many.rig.play();
  many.fail_unless_sends("720x576");
  many.set("dv-timings", "640x480p59.94");
  many.fail_unless_sends("640x480");
  many.set("dv-timings", "auto");
  many.fail_unless_sends("1280x720");
  fail_unless(rig::texts_of(many.bus, GST_MESSAGE_WARNING).empty());
  many.set("dv-timings", "1x1p1");
  many.fail_unless_sends("1280x720");
  fail_unless_has(many.wait_for(GST_MESSAGE_WARNING),
                  "is none of its timings. Possible: "
                  "'1920x1080p60', '1280x720p60'");
}

GST_END_TEST

GST_START_TEST(test_an_edid_is_set_from_a_name_or_a_file) {
  const std::string path = std::string{g_get_tmp_dir()} + "/edid-" + std::to_string(getpid());
  const auto dvi = *v4l2::default_edid("dvi");
  std::ofstream{path, std::ios::binary} << std::string{dvi.begin(), dvi.end()};
  Many many;
  many.set("input", "HDMI");
  many.set("edid", "hdmi");
  many.rig.play();
  many.fail_unless_sends("1280x720");
  fail_unless(many.rig.camera->edid(hdmi) == *v4l2::default_edid("hdmi"));
  many.set("edid", path);
  many.fail_unless_comes_true([&] { return many.rig.camera->edid(hdmi) == dvi; });
  std::ofstream{path} << "no EDID";
  many.set("edid", path + ".none");
  fail_unless_has(many.wait_for(GST_MESSAGE_WARNING), "can't be read: No such file");
  many.set("edid", path);
  fail_unless_has(many.wait_for(GST_MESSAGE_WARNING), "is no EDID");
  fail_unless(many.rig.camera->edid(hdmi) == dvi);
  std::remove(path.c_str());
  // Nobody writes into this FIFO.
  const auto fifo = path + ".fifo";
  fail_unless_equals_int(mkfifo(fifo.c_str(), 0600), 0);
  many.set("edid", fifo);
  fail_unless_has(many.wait_for(GST_MESSAGE_WARNING), "is no file");
  std::remove(fifo.c_str());
}

GST_END_TEST

GST_START_TEST(test_sound_and_tuner_are_set_while_frames_flow) {
  Many many;
  many.set("input", "TV");
  many.set("audio-input", "line");
  many.set("frequency", "471250000");
  many.rig.play();
  many.fail_unless_sends("720x576");
  auto& camera = *many.rig.camera;
  fail_unless_equals_int(camera.audio_input(), 1);
  fail_unless_equals_int(camera.frequency(), 7540);
  const auto starts = camera.calls(VIDIOC_STREAMON);
  many.set("frequency", "487250000");
  many.set("audio-input", "0");
  many.fail_unless_comes_true(
      [&] { return camera.audio_input() == 0 && camera.frequency() == 7796; });
  many.fail_unless_sends("720x576");
  fail_unless_equals_int(camera.calls(VIDIOC_STREAMON), starts);
  many.set("frequency", "1000000");
  fail_unless_has(many.wait_for(GST_MESSAGE_WARNING),
                  "frequency='1000000 Hz' is refused by the driver. Possible: '44000000 Hz to "
                  "958000000 Hz'");
  many.set("audio-input", "optical");
  fail_unless_has(many.wait_for(GST_MESSAGE_WARNING),
                  "is none of its audio inputs. Possible: 'TV', 'Line-In'");
}

GST_END_TEST

GST_START_TEST(test_an_input_without_sound_or_tuner_is_told) {
  Many many;
  many.set("audio-input", "TV");
  many.set("frequency", "471250000");
  many.set("edid", "hdmi");
  many.set("dv-timings", "1280x720p60");
  many.rig.play();
  many.fail_unless_sends("640x480");
  const auto texts = rig::texts_of(many.bus, GST_MESSAGE_WARNING);
  fail_unless_equals_uint64(texts.size(), 4);
  fail_unless_has(texts[0], "edid='hdmi' is refused by the driver");
  fail_unless_has(texts[1], "it has no timings");
  fail_unless_has(texts[2], "it has no audio inputs");
  fail_unless_has(texts[3], "it has no tuner");
}

GST_END_TEST

GST_START_TEST(test_the_input_is_chosen_in_ready) {
  Many many;
  many.rig.set_state(GST_STATE_READY);
  fail_unless_equals_int(many.rig.camera->input(), 0);
  many.set("input", "HDMI");
  fail_unless_equals_int(many.rig.camera->input(), hdmi);
  many.rig.play();
  many.fail_unless_sends("1280x720");
}

GST_END_TEST

GST_START_TEST(test_the_input_comes_back_with_the_camera) {
  for (const char* const wished_meanwhile : {"HDMI 0", "S-Video 0"}) {
    Many many;
    auto& rig = many.rig;
    many.set("on-disconnect", "wait");
    many.set("input", "HDMI 0");
    many.set("edid", "dvi");
    rig.play();
    many.fail_unless_sends("1280x720");
    rig.kernel.unplug(rig::path);
    many.fail_unless_notices({"lost", "waiting"});
    many.set("input", wished_meanwhile);
    rig.camera = rig.kernel.plug(rig::path, card());
    rig.camera->change_timings(timings_of(1280, 720, 60));
    rig.camera->change_standard(V4L2_STD_PAL);
    const bool same = std::string{wished_meanwhile} == "HDMI 0";
    many.fail_unless_comes_true([&] { return rig.camera->input() == (same ? 3U : 2U); });
    many.fail_unless_sends(same ? "1280x720" : "720x576");
    if (same) fail_unless(rig.camera->edid(hdmi) == *v4l2::default_edid("dvi"));
  }
}

GST_END_TEST

static Suite* inputs_suite() {
  return suite_of("inputs", {
                                TEST(test_an_input_is_chosen_by_name_or_number),
                                TEST(test_an_unknown_input_is_told_with_those_there_are),
                                TEST(test_what_is_not_named_is_not_touched),
                                TEST(test_the_input_changes_while_frames_flow),
                                TEST(test_a_norm_outweighs_the_source),
                                TEST(test_a_norm_that_cannot_be_is_told),
                                TEST(test_timings_are_named),
                                TEST(test_an_edid_is_set_from_a_name_or_a_file),
                                TEST(test_sound_and_tuner_are_set_while_frames_flow),
                                TEST(test_an_input_without_sound_or_tuner_is_told),
                                TEST(test_the_input_is_chosen_in_ready),
                                TEST(test_the_input_comes_back_with_the_camera),
                            });
}

SUITE_MAIN(inputs_suite)
