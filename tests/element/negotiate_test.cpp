// Tests what is negotiated: rates, pixel aspects, fields and colours as the driver has them, with
// few calls. The element negotiates again when the source or downstream changes.

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>

#include <gst/video/video.h>

#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Rig;

namespace {

/// Returns the caps of the stream. A frame must have come.
std::string caps_of(Rig& rig) {
  auto* const pad = gst_element_get_static_pad(rig.element, "src");
  auto* const caps = gst_pad_get_current_caps(pad);
  gst_object_unref(pad);
  fail_unless(caps != nullptr);
  gchar* const text = gst_caps_to_string(caps);
  std::string result{text};
  g_free(text);
  gst_caps_unref(caps);
  return result;
}

void fail_unless_has(const std::string& text, const char* part) {
  fail_unless(text.find(part) != std::string::npos, "'%s' lacks '%s'", text.c_str(), part);
}

void fail_if_has(const std::string& text, const char* part) {
  fail_if(text.find(part) != std::string::npos, "'%s' has '%s'", text.c_str(), part);
}

/// Plays, and returns the text of the ERROR that comes instead of a frame.
std::string error_of(Rig& rig) {
  auto* const bus = gst_bus_new();
  gst_element_set_bus(rig.element, bus);
  rig.play();
  auto* const message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR);
  GError* error{};
  gst_message_parse_error(message, &error, nullptr);
  std::string text{error->message};
  g_error_free(error);
  gst_message_unref(message);
  gst_element_set_bus(rig.element, nullptr);
  gst_object_unref(bus);
  return text;
}

v4l2_dv_timings timings(std::uint32_t width, std::uint32_t height) {
  v4l2_dv_timings made{};
  made.type = V4L2_DV_BT_656_1120;
  made.bt.width = width;
  made.bt.height = height;
  made.bt.hfrontporch = 280;
  made.bt.vfrontporch = 45;
  made.bt.pixelclock = std::uint64_t{width + 280} * (height + 45) * 60;
  return made;
}

fake::Model capture_card() {
  auto model = fake::webcam();
  model.input_capabilities = V4L2_IN_CAP_DV_TIMINGS;
  return model;
}

fake::Model tv_card() {
  auto model = fake::webcam();
  model.standards = V4L2_STD_ALL;
  model.pixel_aspect = {54, 59};
  model.field = V4L2_FIELD_INTERLACED;
  return model;
}

}  // namespace

// ---- how much is asked --------------------------------------------------------------------------

GST_START_TEST(test_a_fixed_filter_goes_straight_to_the_format) {
  Rig rig;
  rig.play();
  rig.next();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FMT), 0);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FRAMESIZES), 0);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FRAMEINTERVALS), 0);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_FMT), 1);
  // One of them asks for crop-bounds, another one how the camera is mounted.
  fail_unless(rig.camera->all_calls() <= 32, "%u calls", rig.camera->all_calls());
}

GST_END_TEST

GST_START_TEST(test_a_filter_without_a_rate_asks_for_the_rates_of_its_size) {
  Rig rig{fake::webcam(), "video/x-raw,format=YUY2,width=320,height=240"};
  rig.play();
  rig.next();
  fail_unless_has(caps_of(rig), "framerate=(fraction)30/1");
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FMT), 0);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FRAMEINTERVALS), 4);
}

GST_END_TEST

/// GStreamer itself finds nothing in common between a list of rates and a list of ranges. The
/// camera has 30, 15 and 10 frames per second.
GST_START_TEST(test_a_list_of_ranges_is_met) {
  const std::string size{"video/x-raw,format=YUY2,width=640,height=480,framerate="};
  for (const auto& [ranges, rate] :
       {std::pair{"{[40/1,60/1],[1/1,20/1]}", "framerate=(fraction)15/1"},
        std::pair{"{[12/1,20/1],[25/1,60/1]}", "framerate=(fraction)30/1"},
        std::pair{"{[1/1,12/1],60/1}", "framerate=(fraction)10/1"}}) {
    const auto filter = size + ranges;
    Rig rig{fake::webcam(), filter.c_str()};
    rig.set_state(GST_STATE_READY);
    auto* const asked = gst_caps_from_string(filter.c_str());
    auto* const pad = gst_element_get_static_pad(rig.element, "src");
    auto* const caps = gst_pad_query_caps(pad, asked);
    fail_unless(gst_caps_can_intersect(caps, asked));
    gst_caps_unref(caps);
    gst_caps_unref(asked);
    gst_object_unref(pad);
    rig.play();
    rig.next();
    fail_unless_has(caps_of(rig), rate);
  }
  Rig rig{fake::webcam(), (size + "{[100/1,120/1],[200/1,240/1]}").c_str()};
  fail_unless_has(error_of(rig), "none has that framerate; it has 30, 15, 10 frames per second");
}

GST_END_TEST

GST_START_TEST(test_without_a_filter_each_question_is_asked_once) {
  Rig rig{fake::webcam(), nullptr};
  rig.play();
  rig.next();
  // The webcam has 11 formats of 2 or 3 sizes, with 3 intervals each. Each list takes one more call
  // for its end.
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FMT), 12);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FRAMESIZES), (9 * 3) + (2 * 4));
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FRAMEINTERVALS), ((9 * 2) + (2 * 3)) * 4);
}

GST_END_TEST

GST_START_TEST(test_what_downstream_cannot_take_is_not_asked_for) {
  Rig rig{fake::webcam(), "image/jpeg"};
  rig.play();
  rig.next();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FRAMESIZES), 4);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FRAMEINTERVALS), 3 * 4);
}

GST_END_TEST

GST_START_TEST(test_the_first_frame_of_a_slow_camera_comes_soon) {
  using namespace std::chrono_literals;
  Rig rig;
  rig.kernel.set_latency(80ms);
  rig.play();
  rig.next({.timestamp = 1s});
  fail_unless(rig.kernel.monotonic_time() < 3s);
}

GST_END_TEST

// ---- rates --------------------------------------------------------------------------------------

GST_START_TEST(test_caps_say_the_rate_that_the_driver_settled_on) {
  Rig rig{fake::webcam(), "video/x-raw,format=YUY2,width=320,height=240"};
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_streamparm>(VIDIOC_S_PARM, [](v4l2_streamparm& answer) {
      answer.parm.capture.timeperframe = {.numerator = 1, .denominator = 25};
    });
  });
  rig.play();
  const auto buffer = rig.next();
  fail_unless_has(caps_of(rig), "framerate=(fraction)25/1");
  fail_unless_equals_uint64(GST_BUFFER_DURATION(buffer.get()), 40 * GST_MSECOND);
}

GST_END_TEST

GST_START_TEST(test_no_rate_is_invented) {
  auto model = fake::webcam();
  model.has_rates = false;
  Rig any{model, "video/x-raw,format=YUY2,width=320,height=240"};
  any.play();
  const auto buffer = any.next();
  fail_unless_has(caps_of(any), "framerate=(fraction)0/1");
  fail_unless(GST_BUFFER_DURATION(buffer.get()) == GST_CLOCK_TIME_NONE);
  Rig asked{model, "video/x-raw,format=YUY2,width=320,height=240,framerate=25/1"};
  asked.play();
  asked.next();
  fail_unless_has(caps_of(asked), "framerate=(fraction)25/1");
}

GST_END_TEST

GST_START_TEST(test_a_driver_that_lists_nothing_keeps_what_it_is_set_to) {
  auto model = fake::webcam();
  model.lists_formats = false;
  model.lists_sizes = false;
  Rig rig{model, nullptr};
  rig.play();
  rig.next();
  const auto caps = caps_of(rig);
  fail_unless_has(caps, "format=(string)YUY2");
  fail_unless_has(caps, "width=(int)640");
}

GST_END_TEST

GST_START_TEST(test_a_range_of_sizes_is_asked_about_once) {
  auto model = fake::webcam();
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{.size = {16, 16}, .intervals = {}},
                              {.size = {4096, 2160}, .intervals = {{1, 60}, {1, 30}}}},
                    .step = {2, 2}}};
  Rig rig{model, nullptr};
  rig.play();
  rig.next();
  const auto caps = caps_of(rig);
  fail_unless_has(caps, "width=(int)1920");
  fail_unless_has(caps, "framerate=(fraction)60/1");
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FRAMESIZES), 1);
  fail_unless_equals_int(rig.camera->calls(VIDIOC_ENUM_FRAMEINTERVALS), 3);
}

GST_END_TEST

GST_START_TEST(test_what_is_preferred) {
  const auto best = [](const char* prefer, const char* peer) {
    auto model = fake::webcam();
    model.formats = {
        {.fourcc = V4L2_PIX_FMT_YUYV,
         .modes = {{.size = {320, 240}, .intervals = {{1, 60}}},
                   {.size = {640, 480}, .intervals = {{1, 30}}}},
         .step = {}},
        {.fourcc = V4L2_PIX_FMT_MJPEG,
         .modes = {{.size = {160, 120}, .intervals = {{1, 120}}},
                   {.size = {1280, 720}, .intervals = {{1, 30}}},
                   {.size = {2560, 1440}, .intervals = {{1, 10}}}},
         .step = {}},
    };
    Rig rig{model, peer};
    rig::set(rig.element, "prefer", prefer);
    rig.play();
    rig.next();
    const auto caps = caps_of(rig);
    const auto width = caps.find(", width");
    return caps.substr(0, caps.find(',')) + caps.substr(width, caps.find(',', width + 1) - width);
  };
  fail_unless_has(best("balanced", nullptr), "image/jpeg, width=(int)1280");
  fail_unless_has(best("framerate", nullptr), "width=(int)160");
  fail_unless_has(best("resolution", nullptr), "width=(int)2560");
  fail_unless_has(best("raw", nullptr), "video/x-raw, width=(int)640");
  fail_unless_has(best("compressed", "video/x-raw; image/jpeg"), "video/x-raw, width=(int)640");
}

GST_END_TEST

// ---- the shape of pixels ------------------------------------------------------------------------

GST_START_TEST(test_the_pixel_aspect_is_turned_over) {
  auto model = fake::webcam();
  model.pixel_aspect = {54, 59};
  Rig rig{model};
  rig.play();
  rig.next();
  fail_unless_has(caps_of(rig), "pixel-aspect-ratio=(fraction)59/54");
}

GST_END_TEST

GST_START_TEST(test_the_user_knows_the_pixel_aspect_better) {
  auto model = fake::webcam();
  model.pixel_aspect = {54, 59};
  Rig rig{model};
  g_object_set(rig.element, "pixel-aspect-ratio", "16/15", nullptr);
  for (int life = 0; life < 2; ++life) {
    rig.play();
    rig.next();
    fail_unless_has(caps_of(rig), "pixel-aspect-ratio=(fraction)16/15");
    rig.set_state(GST_STATE_NULL);
  }
  g_object_set(rig.element, "pixel-aspect-ratio", nullptr, "force-aspect-ratio", FALSE, nullptr);
  rig.play();
  rig.next();
  fail_if_has(caps_of(rig), "pixel-aspect-ratio");
}

GST_END_TEST

GST_START_TEST(test_settings_that_mean_nothing) {
  Rig shape;
  g_object_set(shape.element, "pixel-aspect-ratio", "wide", nullptr);
  fail_unless_has(error_of(shape), "'pixel-aspect-ratio' is 'wide', which is not a ratio");
  Rig colours;
  g_object_set(colours.element, "colorimetry", "colourful", nullptr);
  fail_unless_has(error_of(colours), "'colorimetry' is 'colourful', which is not a name");
}

GST_END_TEST

// ---- fields -------------------------------------------------------------------------------------

static void check_field(std::uint32_t field, v4l2_std_id standard, const char* mode, guint flags) {
  auto model = fake::webcam();
  model.field = field;
  model.standards = V4L2_STD_ALL;
  Rig rig{model, "video/x-raw,format=YUY2"};
  rig.camera->change_standard(standard);
  rig.play();
  const auto buffer = rig.next();
  fail_unless_has(caps_of(rig), mode);
  constexpr guint all = GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TFF;
  fail_unless_equals_int(GST_BUFFER_FLAGS(buffer.get()) & all, flags);
}

GST_START_TEST(test_fields_of_a_frame) {
  constexpr guint woven = GST_VIDEO_BUFFER_FLAG_INTERLACED;
  constexpr guint top_first = GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TFF;
  check_field(V4L2_FIELD_NONE, V4L2_STD_PAL, "interlace-mode=(string)progressive", 0);
  check_field(V4L2_FIELD_ANY, V4L2_STD_PAL, "interlace-mode=(string)progressive", 0);
  check_field(V4L2_FIELD_INTERLACED, V4L2_STD_PAL, "field-order=(string)top-field-first",
              top_first);
  check_field(V4L2_FIELD_INTERLACED, V4L2_STD_NTSC, "field-order=(string)bottom-field-first",
              woven);
  check_field(V4L2_FIELD_INTERLACED_TB, V4L2_STD_NTSC, "field-order=(string)top-field-first",
              top_first);
  check_field(V4L2_FIELD_INTERLACED_BT, V4L2_STD_PAL, "field-order=(string)bottom-field-first",
              woven);
}

GST_END_TEST

GST_START_TEST(test_a_single_field_has_flat_pixels) {
  auto model = fake::webcam();
  model.field = V4L2_FIELD_TOP;
  Rig rig{model};
  rig.play();
  rig.next();
  const auto caps = caps_of(rig);
  fail_unless_has(caps, "interlace-mode=(string)progressive");
  fail_unless_has(caps, "pixel-aspect-ratio=(fraction)1/2");
}

GST_END_TEST

GST_START_TEST(test_fields_in_sequence_are_refused_or_woven) {
  auto model = fake::webcam();
  model.field = V4L2_FIELD_SEQ_TB;
  Rig stubborn{model};
  const auto text = error_of(stubborn);
  fail_unless_has(text, "interlace-mode");
  fail_unless_has(text, "one after the other");
  model.fields = {V4L2_FIELD_INTERLACED};
  Rig willing{model};
  willing.play();
  willing.next();
  fail_unless_has(caps_of(willing), "interlace-mode=(string)interleaved");
}

GST_END_TEST

GST_START_TEST(test_another_kind_of_format_is_named_as_such) {
  Rig rig{fake::webcam(), "video/x-vp8,width=320,height=240,framerate=30/1"};
  fail_unless_has(error_of(rig), "media type");
}

GST_END_TEST

GST_START_TEST(test_fields_in_turn) {
  auto model = tv_card();
  model.fields = {V4L2_FIELD_ALTERNATE};
  model.pixel_aspect = {};
  model.formats.front().modes.push_back({.size = {720, 288}, .intervals = {{1, 25}}});
  model.formats.front().modes.push_back({.size = {720, 576}, .intervals = {{1, 25}}});
  Rig rig{model,
          "video/x-raw(format:Interlaced),format=YUY2,width=720,height=576,interlace-mode="
          "alternate"};
  rig.play();
  const auto field = rig.next();
  const auto caps = caps_of(rig);
  fail_unless_has(caps, "video/x-raw(format:Interlaced)");
  fail_unless_has(caps, "height=(int)576");
  fail_unless_has(caps, "interlace-mode=(string)alternate");
  fail_unless_equals_uint64(gst_buffer_get_size(field.get()), 720 * 288 * 2);
  fail_unless_equals_uint64(GST_BUFFER_DURATION(field.get()), GST_SECOND / 50);
  fail_unless(GST_BUFFER_FLAG_IS_SET(field.get(), GST_VIDEO_BUFFER_FLAG_INTERLACED));
  fail_unless(GST_BUFFER_FLAG_IS_SET(field.get(), GST_VIDEO_BUFFER_FLAG_ONEFIELD));
  GstVideoInfo info;
  auto* const parsed = gst_caps_from_string(caps.c_str());
  fail_unless(gst_video_info_from_caps(&info, parsed));
  gst_caps_unref(parsed);
  GstVideoFrame frame;
  fail_unless(gst_video_frame_map(&frame, &info, field.get(), GST_MAP_READ));
  gst_video_frame_unmap(&frame);
}

GST_END_TEST

GST_START_TEST(test_who_has_nothing_but_fields_is_asked_for_their_height) {
  auto model = tv_card();
  model.field = V4L2_FIELD_ALTERNATE;
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{.size = {16, 16}, .intervals = {}},
                              {.size = {1920, 1200}, .intervals = {{1, 25}}}},
                    .step = {2, 2}}};
  Rig rig{model, "video/x-raw(ANY),format=YUY2,width=720,height=576"};
  rig.play();
  const auto field = rig.next();
  fail_unless_has(caps_of(rig), "interlace-mode=(string)alternate");
  fail_unless_has(caps_of(rig), "height=(int)576");
  fail_unless_equals_uint64(gst_buffer_get_size(field.get()), 720 * 288 * 2);
  fail_unless_equals_uint64(GST_BUFFER_DURATION(field.get()), 20 * GST_MSECOND);
}

GST_END_TEST

// ---- colours ------------------------------------------------------------------------------------

GST_START_TEST(test_colours_are_the_drivers) {
  auto model = fake::webcam();
  model.colorimetry = {.colorspace = V4L2_COLORSPACE_REC709};
  Rig rig{model};
  rig.play();
  rig.next();
  fail_unless_has(caps_of(rig), "colorimetry=(string)bt709");
  fail_unless_equals_int(rig.camera->calls(VIDIOC_S_FMT), 1);
  model.colorimetry = {};
  Rig silent{model};
  silent.play();
  silent.next();
  fail_if_has(caps_of(silent), "colorimetry");
}

GST_END_TEST

GST_START_TEST(test_colours_are_converted_where_the_driver_can) {
  auto model = fake::webcam();
  model.csc = true;
  constexpr auto wanted =
      "video/x-raw,format=YUY2,width=320,height=240,framerate=30/1,colorimetry=bt709";
  Rig rig{model, wanted};
  rig.play();
  rig.next();
  fail_unless_has(caps_of(rig), "colorimetry=(string)bt709");
  fail_unless_equals_int(rig.camera->format().colorimetry.colorspace, V4L2_COLORSPACE_REC709);
  model.csc = false;
  Rig other{model, wanted};
  const auto text = error_of(other);
  fail_unless_has(text, "none has that colorimetry; it has 2:4:7:1");
  fail_unless_has(text, "property 'colorimetry'");
}

GST_END_TEST

GST_START_TEST(test_the_user_knows_the_colours_better) {
  Rig rig{fake::webcam(),
          "video/x-raw,format=YUY2,width=320,height=240,framerate=30/1,colorimetry=bt709"};
  g_object_set(rig.element, "colorimetry", "bt709", nullptr);
  rig.play();
  rig.next();
  fail_unless_has(caps_of(rig), "colorimetry=(string)bt709");
}

GST_END_TEST

GST_START_TEST(test_compressed_caps_have_no_colours) {
  Rig rig{fake::webcam(), "image/jpeg"};
  rig.play();
  rig.next();
  fail_if_has(caps_of(rig), "colorimetry");
}

GST_END_TEST

GST_START_TEST(test_hdr10_metadata) {
  auto model = fake::webcam();
  model.colorimetry = {.colorspace = V4L2_COLORSPACE_BT2020,
                       .transfer = V4L2_XFER_FUNC_SMPTE2084,
                       .encoding = {},
                       .quantization = {}};
  model.light_level =
      v4l2_ctrl_hdr10_cll_info{.max_content_light_level = 1000, .max_pic_average_light_level = 400};
  Rig rig{model};
  rig.play();
  rig.next();
  const auto caps = caps_of(rig);
  fail_unless_has(caps, "content-light-level=(string)1000:400");
  fail_unless_has(caps, "colorimetry=(string)bt2100-pq");
}

GST_END_TEST

// ---- refusals -----------------------------------------------------------------------------------

GST_START_TEST(test_a_refusal_is_one_error_with_details) {
  Rig rig{fake::webcam(), "video/x-raw,format=YUY2,width=1280,height=720"};
  auto* const bus = gst_bus_new();
  gst_element_set_bus(rig.element, bus);
  rig.play();
  auto* const message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR);
  const GstStructure* details{};
  gst_message_parse_error_details(message, &details);
  fail_unless_equals_string(gst_structure_get_string(details, "cause"), "not-negotiated");
  fail_unless_equals_string(gst_structure_get_string(details, "field"), "size");
  fail_unless_equals_string(gst_structure_get_string(details, "has"), "640x480, 320x240");
  fail_unless(gst_structure_get_string(details, "asked") != nullptr);
  fail_unless(strstr(gst_structure_get_string(details, "advice"), "jpegdec") != nullptr);
  const auto* const nearest = gst_structure_get_value(details, "nearest");
  fail_unless_equals_int(gst_value_list_get_size(nearest), 3);
  // The text can be copied into a pipeline.
  auto* const caps = gst_caps_from_string(g_value_get_string(gst_value_list_get_value(nearest, 0)));
  fail_unless(gst_caps_is_fixed(caps));
  gst_caps_unref(caps);
  gst_message_unref(message);
  rig.set_state(GST_STATE_NULL);
  fail_unless(rig::texts_of(bus, GST_MESSAGE_ERROR).empty());
  gst_element_set_bus(rig.element, nullptr);
  gst_object_unref(bus);
}

GST_END_TEST

GST_START_TEST(test_what_caps_cannot_express_is_named) {
  auto model = fake::webcam();
  model.formats = {{.fourcc = V4L2_PIX_FMT_HSV24,
                    .modes = {{.size = {640, 480}, .intervals = {{1, 30}}}},
                    .step = {}}};
  Rig rig{model, nullptr};
  const auto text = error_of(rig);
  fail_unless_has(text, "HSV3");
  fail_unless_has(text, "GStreamer has no caps for");
}

GST_END_TEST

GST_START_TEST(test_a_format_without_caps_instead_of_the_one_asked_for) {
  Rig rig;
  rig.camera->fault([](fake::Faults& faults) {
    // Only DRM has a name for this format.
    faults.alter<v4l2_format>(
        VIDIOC_S_FMT, [](v4l2_format& answer) { answer.fmt.pix.pixelformat = V4L2_PIX_FMT_NV42; },
        100);
  });
  fail_unless_has(error_of(rig), "none has that format; it has NV42.");
}

GST_END_TEST

/// These calls only make the caps more precise, or help to find the camera again. Their errors must
/// not end a negotiation.
GST_START_TEST(test_no_optional_question_ends_a_negotiation) {
  auto model = fake::webcam();
  model.input_capabilities = V4L2_IN_CAP_DV_TIMINGS;
  model.composes = true;
  model.crops = true;
  model.pixel_aspect = {1, 2};
  model.colorimetry.transfer = V4L2_XFER_FUNC_SMPTE2084;
  auto analog = model;
  analog.input_capabilities = 0;
  analog.standards = V4L2_STD_ALL;
  const std::vector<unsigned long> questions{
      VIDIOC_G_INPUT,          VIDIOC_ENUMINPUT,    VIDIOC_CROPCAP,     VIDIOC_G_SELECTION,
      VIDIOC_SUBSCRIBE_EVENT,  VIDIOC_G_EXT_CTRLS,  VIDIOC_G_STD,       VIDIOC_QUERYSTD,
      VIDIOC_QUERY_DV_TIMINGS, VIDIOC_G_DV_TIMINGS, VIDIOC_S_SELECTION, VIDIOC_DQEVENT};
  for (const auto& kind : {model, analog})
    for (const bool keeps_setup : {false, true})
      for (const auto question : questions) {
        Rig rig{kind};
        v4l2_dv_timings timings{};
        timings.bt.width = 320;
        timings.bt.height = 240;
        timings.bt.pixelclock = std::uint64_t{320} * 240 * 30;
        if (kind.input_capabilities != 0) rig.camera->change_timings(timings);
        rig::set(rig.element, "on-disconnect", keeps_setup ? "wait" : "error");
        rig.camera->fault([question](fake::Faults& faults) { faults.fail(question, EIO, 10'000); });
        rig.play();
        rig.next();
      }
}

GST_END_TEST

GST_START_TEST(test_raw_video_at_a_crawl_is_warned_of) {
  auto model = fake::webcam();
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{.size = {1280, 720}, .intervals = {{1, 5}}}},
                    .step = {}},
                   {.fourcc = V4L2_PIX_FMT_MJPEG,
                    .modes = {{.size = {1280, 720}, .intervals = {{1, 30}}}},
                    .step = {}}};
  const auto warnings = [&](const char* wanted) {
    Rig rig{model, wanted};
    auto* const bus = gst_bus_new();
    gst_element_set_bus(rig.element, bus);
    rig.play();
    rig.next();
    auto texts = rig::texts_of(bus, GST_MESSAGE_WARNING);
    gst_element_set_bus(rig.element, nullptr);
    gst_object_unref(bus);
    return texts;
  };
  const auto texts = warnings("video/x-raw,width=1280,height=720");
  fail_unless_equals_int(texts.size(), 1);
  fail_unless_has(texts.front(), "YUYV 1280x720 at 5/1");
  fail_unless_has(texts.front(), "image/jpeg, width=1280, height=720, framerate=30/1");
  // Downstream that names the rate, or takes another format as well, has chosen.
  fail_unless(warnings("video/x-raw,width=1280,height=720,framerate=5/1").empty());
  fail_unless(warnings("video/x-raw,width=1280,height=720;image/jpeg,width=1").empty());
  fail_unless(warnings("image/jpeg").empty());
}

GST_END_TEST

// ---- while it plays -----------------------------------------------------------------------------

GST_START_TEST(test_prepare_format_comes_before_the_format) {
  Rig rig;

  struct Seen {
    Rig* rig;
    int descriptor{-1};
    std::string caps{};
    unsigned formats_set{1};
  } seen{.rig = &rig};

  g_signal_connect(rig.element, "prepare-format",
                   G_CALLBACK(+[](GstElement*, gint descriptor, GstCaps* caps, gpointer data) {
                     auto* const into = static_cast<Seen*>(data);
                     into->descriptor = descriptor;
                     gchar* const text = gst_caps_to_string(caps);
                     into->caps = text;
                     g_free(text);
                     into->formats_set = into->rig->camera->calls(VIDIOC_S_FMT);
                   }),
                   &seen);
  rig.play();
  rig.next();
  gint descriptor{};
  g_object_get(rig.element, "device-fd", &descriptor, nullptr);
  fail_unless_equals_int(seen.descriptor, descriptor);
  fail_unless_equals_int(seen.formats_set, 0);
  fail_unless_has(seen.caps, "format=(string)YUY2, width=(int)320");
}

GST_END_TEST

namespace {

/// Watches what leaves the element. Each buffer must fit the CAPS before it.
class Watch {
public:
  explicit Watch(GstElement* element) : pad_{gst_element_get_static_pad(element, "src")} {
    // A frame may come before the next CAPS event. The frame must then fit the current caps.
    const std::lock_guard lock{mutex_};
    probe_ = gst_pad_add_probe(
        pad_,
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER |
                                     GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
        [](GstPad*, GstPadProbeInfo* info, gpointer data) {
          static_cast<Watch*>(data)->see(info);
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    if (const v4l2gst::CapsPtr now{gst_pad_get_current_caps(pad_)}) promise(now.get());
  }

  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  ~Watch() {
    gst_pad_remove_probe(pad_, probe_);
    gst_object_unref(pad_);
  }

  /// Waits for a YUY2 frame of that size. All frames until then must fit their caps.
  void wait_for(guint width, guint height) {
    std::unique_lock lock{mutex_};
    seen_.wait(lock, [&] { return frame_ == std::pair{width, height}; });
    fail_unless(misfits_ == 0);
  }

  [[nodiscard]] unsigned caps_count() {
    const std::lock_guard lock{mutex_};
    return caps_count_;
  }

private:
  void see(GstPadProbeInfo* info) {
    const std::lock_guard lock{mutex_};
    if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
      const auto size = gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info));
      if (size != std::size_t{promised_.first} * promised_.second * 2) ++misfits_;
      frame_ = promised_;
      seen_.notify_all();
      return;
    }
    auto* const event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return;
    GstCaps* caps{};
    gst_event_parse_caps(event, &caps);
    promise(caps);
    ++caps_count_;
  }

  void promise(const GstCaps* caps) {
    gint width{};
    gint height{};
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width);
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "height", &height);
    promised_ = {static_cast<guint>(width), static_cast<guint>(height)};
  }

  GstPad* pad_;
  gulong probe_{};
  std::mutex mutex_;
  std::condition_variable seen_;
  std::pair<guint, guint> promised_;
  std::pair<guint, guint> frame_;
  unsigned caps_count_{};
  unsigned misfits_{};
};

/// A camera in free run, and a watch on the element's frames.
struct Live {
  explicit Live(const fake::Model& model) : rig{model, "video/x-raw,format=YUY2"} {
    gst_harness_set_drop_buffers(rig.harness, TRUE);
  }

  Rig rig;
  Watch watch{rig.element};
  rig::FreeRun run{rig.camera};
};

}  // namespace

GST_START_TEST(test_the_source_decides_on_the_size) {
  Live live{capture_card()};
  live.rig.camera->change_timings(timings(1280, 720));
  live.rig.play();
  live.watch.wait_for(1280, 720);
  for (int change = 0; change < 100; ++change) {
    live.rig.camera->change_timings(timings(640, 480));
    live.watch.wait_for(640, 480);
    live.rig.camera->change_timings(timings(1280, 720));
    live.watch.wait_for(1280, 720);
  }
  fail_unless_has(caps_of(live.rig), "framerate=(fraction)60/1");
}

GST_END_TEST

GST_START_TEST(test_a_signal_that_comes_back_the_same) {
  Live live{capture_card()};
  live.rig.camera->change_timings(timings(1280, 720));
  live.rig.play();
  live.watch.wait_for(1280, 720);
  for (int change = 0; change < 20; ++change) {
    live.rig.camera->lose_signal(ENOLINK);
    live.rig.camera->change_timings(timings(1280, 720));
  }
  live.rig.camera->change_timings(timings(640, 480));
  live.watch.wait_for(640, 480);
  // Caps that do not change are not sent again.
  fail_unless_equals_int(live.watch.caps_count(), 2);
}

GST_END_TEST

GST_START_TEST(test_a_standard_is_followed) {
  Live live{tv_card()};
  live.rig.camera->change_standard(V4L2_STD_PAL);
  live.rig.play();
  live.watch.wait_for(720, 576);
  live.rig.camera->change_standard(V4L2_STD_NTSC);
  live.watch.wait_for(720, 480);
  fail_unless_has(caps_of(live.rig), "field-order=(string)bottom-field-first");
}

GST_END_TEST

GST_START_TEST(test_a_change_of_modes_is_asked_about_anew) {
  auto model = fake::webcam();
  model.tells_changes = true;
  Live live{model};
  live.rig.play();
  live.watch.wait_for(640, 480);
  live.rig.camera->change_source({{.fourcc = V4L2_PIX_FMT_YUYV,
                                   .modes = {{.size = {352, 288}, .intervals = {{1, 25}}}},
                                   .step = {}}});
  live.watch.wait_for(352, 288);
}

GST_END_TEST

GST_START_TEST(test_the_source_changes_while_frames_are_held) {
  Rig rig{capture_card(), "video/x-raw,format=YUY2"};
  rig.camera->change_timings(timings(1280, 720));
  rig.play();
  const auto held = rig.next();
  gst_harness_set_drop_buffers(rig.harness, TRUE);
  Watch watch{rig.element};
  const rig::FreeRun run{rig.camera};
  for (int change = 0; change < 20; ++change) {
    rig.camera->change_timings(timings(640, 480));
    watch.wait_for(640, 480);
    rig.camera->change_timings(timings(1280, 720));
    watch.wait_for(1280, 720);
  }
  fail_unless(rig::shows(held.get(), 0));
}

GST_END_TEST

static Suite* negotiate_suite() {
  return suite_of("negotiate",
                  {
                      TEST(test_a_fixed_filter_goes_straight_to_the_format),
                      TEST(test_a_filter_without_a_rate_asks_for_the_rates_of_its_size),
                      TEST(test_a_list_of_ranges_is_met),
                      TEST(test_without_a_filter_each_question_is_asked_once),
                      TEST(test_what_downstream_cannot_take_is_not_asked_for),
                      TEST(test_the_first_frame_of_a_slow_camera_comes_soon),
                      TEST(test_caps_say_the_rate_that_the_driver_settled_on),
                      TEST(test_no_rate_is_invented),
                      TEST(test_a_driver_that_lists_nothing_keeps_what_it_is_set_to),
                      TEST(test_a_range_of_sizes_is_asked_about_once),
                      TEST(test_what_is_preferred),
                      TEST(test_the_pixel_aspect_is_turned_over),
                      TEST(test_the_user_knows_the_pixel_aspect_better),
                      TEST(test_settings_that_mean_nothing),
                      TEST(test_fields_of_a_frame),
                      TEST(test_a_single_field_has_flat_pixels),
                      TEST(test_fields_in_sequence_are_refused_or_woven),
                      TEST(test_another_kind_of_format_is_named_as_such),
                      TEST(test_fields_in_turn),
                      TEST(test_who_has_nothing_but_fields_is_asked_for_their_height),
                      TEST(test_colours_are_the_drivers),
                      TEST(test_colours_are_converted_where_the_driver_can),
                      TEST(test_the_user_knows_the_colours_better),
                      TEST(test_compressed_caps_have_no_colours),
                      TEST(test_hdr10_metadata),
                      TEST(test_a_refusal_is_one_error_with_details),
                      TEST(test_what_caps_cannot_express_is_named),
                      TEST(test_a_format_without_caps_instead_of_the_one_asked_for),
                      TEST(test_no_optional_question_ends_a_negotiation),
                      TEST(test_raw_video_at_a_crawl_is_warned_of),
                      TEST(test_prepare_format_comes_before_the_format),
                      TEST(test_the_source_decides_on_the_size),
                      TEST(test_a_signal_that_comes_back_the_same),
                      TEST(test_a_standard_is_followed),
                      TEST(test_a_change_of_modes_is_asked_about_anew),
                      TEST(test_the_source_changes_while_frames_are_held),
                  });
}

SUITE_MAIN(negotiate_suite)
