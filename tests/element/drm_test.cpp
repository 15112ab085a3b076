// Tests DMABuf memory with a DRM format: which peers get it, its content, and frames that are held.

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/mman.h>

#include <gst/allocators/allocators.h>
#include <gst/video/video.h>

#include "fake/stopwatch.h"
#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Buffer;
using rig::Rig;

static constexpr auto drm_yuyv =
    "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=YUYV,width=320,height=240";

static fake::Model camera_of(std::uint32_t fourcc) {
  auto model = fake::webcam();
  model.formats = {{.fourcc = fourcc, .modes = {{.size = {320, 240}, .intervals = {{1, 30}}}}}};
  return model;
}

/// Returns the negotiated caps as text.
static std::string caps_of(const Rig& rig) {
  auto* const pad = gst_element_get_static_pad(rig.element, "src");
  auto* const caps = gst_pad_get_current_caps(pad);
  gst_object_unref(pad);
  if (caps == nullptr) return "none";
  gchar* const text = gst_caps_to_string(caps);
  std::string copy{text};
  g_free(text);
  gst_caps_unref(caps);
  return copy;
}

/// Compares caps, not texts, since GStreamer may reorder the fields.
static void fail_unless_equals_caps(const Rig& rig, const char* expected) {
  auto* const pad = gst_element_get_static_pad(rig.element, "src");
  auto* const caps = gst_pad_get_current_caps(pad);
  auto* const wanted = gst_caps_from_string(expected);
  fail_unless(gst_caps_is_equal(caps, wanted) != FALSE, "%s instead of %s", caps_of(rig).c_str(),
              expected);
  gst_caps_unref(wanted);
  gst_caps_unref(caps);
  gst_object_unref(pad);
}

static bool is_drm(const Rig& rig) {
  return caps_of(rig).starts_with("video/x-raw(memory:DMABuf), format=(string)DMA_DRM");
}

/// Reads the frame by its descriptor, as a device would.
static void check_by_descriptor(GstBuffer* buffer, std::uint32_t sequence) {
  for (guint plane = 0; plane < gst_buffer_n_memory(buffer); ++plane) {
    auto* const memory = gst_buffer_peek_memory(buffer, plane);
    fail_unless(gst_is_dmabuf_memory(memory));
    const auto size = gst_memory_get_sizes(memory, nullptr, nullptr);
    void* const address =
        mmap(nullptr, size, PROT_READ, MAP_SHARED, gst_dmabuf_memory_get_fd(memory), 0);
    fail_unless(address != MAP_FAILED);
    const auto* const bytes = static_cast<const std::byte*>(address);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < size; ++i)
      if (bytes[i] != fake::Camera::expected_byte(sequence, plane, i)) ++wrong;
    munmap(address, size);
    fail_unless_equals_uint64(wrong, 0);
  }
}

static void check_meta(GstBuffer* buffer, std::vector<int> strides, std::vector<gsize> offsets) {
  const auto* const meta = gst_buffer_get_video_meta(buffer);
  fail_unless(meta != nullptr);
  fail_unless_equals_int(meta->format, GST_VIDEO_FORMAT_DMA_DRM);
  fail_unless_equals_int(meta->width, 320);
  fail_unless_equals_int(meta->height, 240);
  fail_unless_equals_int(meta->n_planes, strides.size());
  for (std::size_t plane = 0; plane < strides.size(); ++plane) {
    fail_unless_equals_int(meta->stride[plane], strides[plane]);
    fail_unless_equals_uint64(meta->offset[plane], offsets[plane]);
  }
}

// ---- who gets it --------------------------------------------------------------------------------

GST_START_TEST(test_an_importer_reads_by_descriptor) {
  for (const char* const mode : {"auto", "dmabuf", "dmabuf-import"}) {
    auto model = fake::webcam();
    model.line_padding = 64;
    Rig rig{model, drm_yuyv};
    rig::set(rig.element, "io-mode", mode);
    rig.play();
    for (std::uint32_t sequence = 0; sequence < 8; ++sequence) {
      const auto buffer = rig.next();
      check_by_descriptor(buffer.get(), sequence);
      check_meta(buffer.get(), {704}, {0});
    }
    fail_unless_equals_caps(
        rig,
        "video/x-raw(memory:DMABuf), format=DMA_DRM, drm-format=YUYV, width=320, height=240, "
        "framerate=30/1, interlace-mode=progressive, pixel-aspect-ratio=1/1, colorimetry=2:4:7:1");
  }
}

GST_END_TEST

GST_START_TEST(test_separate_planes_are_descriptors_of_their_own) {
  Rig rig{fake::multiplanar_camera(),
          "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=NV12,width=320,height=240"};
  rig.play();
  const auto buffer = rig.next();
  fail_unless_equals_int(gst_buffer_n_memory(buffer.get()), 2);
  check_by_descriptor(buffer.get(), 0);
  check_meta(buffer.get(), {320, 320}, {0, 320 * 240});
}

GST_END_TEST

GST_START_TEST(test_downstreams_order_decides) {
  struct Case {
    std::string wanted;
    bool drm;
  };

  const std::string drm{drm_yuyv};
  const std::string system{"video/x-raw,format=YUY2,width=320,height=240"};
  for (const auto& [wanted, expected] :
       {Case{drm + ";" + system, true}, Case{system + ";" + drm, false}, Case{"ANY", false},
        Case{"video/x-raw", false}, Case{"video/x-raw(ANY)", false},
        Case{"video/x-raw(memory:DMABuf)", true}}) {
    Rig rig{camera_of(V4L2_PIX_FMT_YUYV), wanted.c_str()};
    rig.play();
    const auto buffer = rig.next();
    fail_unless(is_drm(rig) == expected, "%s: %s", wanted.c_str(), caps_of(rig).c_str());
    fail_unless(rig::shows(buffer.get(), 0));
  }
}

GST_END_TEST

GST_START_TEST(test_other_modes_have_no_such_caps) {
  for (const char* const mode : {"mmap", "userptr", "rw"}) {
    auto model = fake::webcam();
    model.device_caps |= V4L2_CAP_READWRITE;
    Rig rig{model, (std::string{drm_yuyv} + "; video/x-raw").c_str()};
    rig::set(rig.element, "io-mode", mode);
    rig.play();
    const auto buffer = rig.next();
    fail_if(is_drm(rig));
  }
}

GST_END_TEST

// ---- fields ------------------------------------------------------------------------------------

/// A grabber whose frames are two fields. The fields come in one buffer or in two.
static fake::Model tv_card(std::uint32_t field) {
  auto model = fake::webcam();
  model.standards = V4L2_STD_ALL;
  model.field = field;
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV,
                    .modes = {{.size = {720, 288}, .intervals = {{1, 25}}},
                              {.size = {720, 576}, .intervals = {{1, 25}}}}}};
  return model;
}

static constexpr auto drm_fields =
    "video/x-raw(memory:DMABuf, format:Interlaced),format=DMA_DRM,drm-format=YUYV,width=720,"
    "height=576,interlace-mode=alternate";

static void check_fields(Rig& rig) {
  rig.play();
  for (std::uint32_t sequence = 0; sequence < 4; ++sequence) {
    const auto field = rig.next();
    check_by_descriptor(field.get(), sequence);
    fail_unless_equals_uint64(gst_buffer_get_size(field.get()), 720 * 288 * 2);
    fail_unless(GST_BUFFER_FLAG_IS_SET(field.get(), GST_VIDEO_BUFFER_FLAG_INTERLACED));
    fail_unless(GST_BUFFER_FLAG_IS_SET(field.get(), GST_VIDEO_BUFFER_FLAG_ONEFIELD));
  }
  const auto text = caps_of(rig);
  fail_unless(
      text.starts_with("video/x-raw(memory:DMABuf, format:Interlaced), format=(string)DMA_DRM"),
      "%s", text.c_str());
  auto* const caps = gst_caps_from_string(text.c_str());
  GstVideoInfoDmaDrm info;
  fail_unless(gst_video_info_dma_drm_from_caps(&info, caps));
  gst_caps_unref(caps);
  fail_unless_equals_int(info.vinfo.height, 576);
  fail_unless_equals_int(info.vinfo.interlace_mode, GST_VIDEO_INTERLACE_MODE_ALTERNATE);
}

GST_START_TEST(test_fields_in_turn_have_both_features) {
  auto both = tv_card(V4L2_FIELD_INTERLACED);
  both.fields = {V4L2_FIELD_ALTERNATE};
  Rig asked{both, drm_fields};
  check_fields(asked);
  Rig only{tv_card(V4L2_FIELD_ALTERNATE), drm_fields};
  check_fields(only);
  Rig loose{both, "video/x-raw(memory:DMABuf, format:Interlaced)"};
  check_fields(loose);
}

GST_END_TEST

GST_START_TEST(test_who_does_not_name_fields_gets_none) {
  // The device has only fields, and downstream takes whole frames in DMABuf memory. The element
  // falls back to fields in system memory.
  for (const char* const whole :
       {"video/x-raw(memory:DMABuf),drm-format=YUYV,height=576", "video/x-raw(memory:DMABuf)"}) {
    Rig rig{tv_card(V4L2_FIELD_ALTERNATE),
            (std::string{whole} + "; video/x-raw(format:Interlaced),height=576").c_str()};
    rig.play();
    const auto field = rig.next();
    fail_unless(caps_of(rig).starts_with("video/x-raw(format:Interlaced), format=(string)YUY2"),
                "%s", caps_of(rig).c_str());
  }
  Rig anything{tv_card(V4L2_FIELD_INTERLACED), "ANY"};
  anything.play();
  const auto frame = anything.next();
  fail_if(is_drm(anything));
}

GST_END_TEST

// ---- what only DRM knows ------------------------------------------------------------------------

static void check_drm_only(std::uint32_t fourcc, const char* wanted, std::vector<int> strides,
                           std::vector<gsize> offsets) {
  auto model = camera_of(fourcc);
  model.line_padding = 32;
  Rig rig{model, wanted};
  rig.play();
  for (std::uint32_t sequence = 0; sequence < 6; ++sequence) {
    const auto buffer = rig.next();
    check_by_descriptor(buffer.get(), sequence);
    check_meta(buffer.get(), strides, offsets);
  }
}

GST_START_TEST(test_formats_that_only_drm_knows) {
  check_drm_only(V4L2_PIX_FMT_Y10, "video/x-raw(memory:DMABuf),drm-format=\"R10\\ \"", {672}, {0});
  check_drm_only(V4L2_PIX_FMT_XRGB444, "ANY", {672}, {0});
  check_drm_only(V4L2_PIX_FMT_XRGB444, "video/x-raw(memory:DMABuf),drm-format=XR12", {672}, {0});
  check_drm_only(V4L2_PIX_FMT_NV42, "video/x-raw(memory:DMABuf),drm-format=NV42", {352, 704},
                 {0, 352 * 240});
}

GST_END_TEST

// ---- drivers that export nothing ----------------------------------------------------------------

static void check_falls_back(Rig& rig) {
  rig.play();
  const auto buffer = rig.next();
  fail_if(is_drm(rig));
  fail_unless(rig::shows(buffer.get(), 0));
  // From now on the caps do not offer DMABuf memory.
  auto* const pad = gst_element_get_static_pad(rig.element, "src");
  auto* const caps = gst_pad_query_caps(pad, nullptr);
  for (guint i = 0; i < gst_caps_get_size(caps); ++i)
    fail_if(gst_caps_features_contains(gst_caps_get_features(caps, i), "memory:DMABuf"));
  gst_caps_unref(caps);
  gst_object_unref(pad);
}

GST_START_TEST(test_a_driver_without_exports_offers_none) {
  auto model = fake::webcam();
  model.exports = false;
  Rig rig{model, (std::string{drm_yuyv} + ";" + rig::small_yuyv).c_str()};
  check_falls_back(rig);
}

GST_END_TEST

GST_START_TEST(test_a_driver_that_can_not_after_all_gets_system_caps) {
  Rig rig{fake::webcam(), (std::string{drm_yuyv} + ";" + rig::small_yuyv).c_str()};
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_EXPBUF, EINVAL, 1000); });
  check_falls_back(rig);
}

GST_END_TEST

/// Checks that the element posts one ERROR, and that its details have these fields.
static void check_refusal(Rig& rig,
                          const std::vector<std::pair<const char*, const char*>>& expected) {
  auto* const bus = gst_bus_new();
  gst_element_set_bus(rig.element, bus);
  rig.play();
  auto* const message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR);
  const GstStructure* details{};
  gst_message_parse_error_details(message, &details);
  for (const auto& [field, text] : expected)
    fail_unless_equals_string(gst_structure_get_string(details, field), text);
  gst_message_unref(message);
  rig.set_state(GST_STATE_NULL);
  fail_unless(rig::texts_of(bus, GST_MESSAGE_ERROR).empty());
  gst_element_set_bus(rig.element, nullptr);
  gst_object_unref(bus);
}

GST_START_TEST(test_without_exports_an_importer_gets_one_error) {
  auto model = fake::webcam();
  model.exports = false;
  Rig rig{model, drm_yuyv};
  check_refusal(rig, {{"cause", "not-negotiated"}});
}

GST_END_TEST

GST_START_TEST(test_a_format_without_drm_caps_instead_of_the_one_asked_for) {
  Rig rig{fake::webcam(), drm_yuyv};
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_format>(
        VIDIOC_S_FMT, [](v4l2_format& answer) { answer.fmt.pix.pixelformat = V4L2_PIX_FMT_MJPEG; },
        100);
  });
  check_refusal(rig, {{"cause", "not-negotiated"}, {"field", "format"}, {"has", "MJPG"}});
}

GST_END_TEST

// ---- held for ever ------------------------------------------------------------------------------

/// A sink that keeps the first `keep` frames for ever, and frees the others at once.
struct Keeper {
  std::size_t keep;
  std::vector<Buffer> kept{};
  std::size_t copies{};

  static void see(GstElement*, GstBuffer* buffer, GstPad*, gpointer data) {
    auto& self = *static_cast<Keeper*>(data);
    if (!gst_is_dmabuf_memory(gst_buffer_peek_memory(buffer, 0))) ++self.copies;
    if (self.kept.size() < self.keep) self.kept.emplace_back(gst_buffer_ref(buffer));
  }
};

static void check_held(std::size_t keep, const char* policy) {
  constexpr std::uint64_t frames = 48;
  fake::FakeKernel kernel;
  kernel.stop_clock();
  const auto camera = kernel.plug(rig::path, fake::webcam());
  auto* const pipeline = gst_pipeline_new(nullptr);
  auto* const source = rig::new_element(kernel);
  auto* const filter = gst_element_factory_make("capsfilter", nullptr);
  auto* const sink = gst_element_factory_make("fakesink", nullptr);
  Keeper keeper{.keep = keep};
  rig::set(source, "on-starved", policy);
  rig::set(filter, "caps", drm_yuyv);
  g_object_set(sink, "sync", FALSE, "signal-handoffs", TRUE, "enable-last-sample", FALSE, nullptr);
  g_signal_connect(sink, "handoff", G_CALLBACK(Keeper::see), &keeper);
  gst_bin_add_many(GST_BIN(pipeline), GST_ELEMENT(gst_object_ref(source)), filter, sink, nullptr);
  fail_unless(gst_element_link_many(source, filter, sink, nullptr));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const auto& counters = gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(source)).stats();
  // Each frame of the driver gets a buffer. The element delivers it, or counts it as starved.
  for (std::uint64_t frame = 0; frame < frames; ++frame)
    camera->fill_when_queued();
  while (counters.delivered + counters.starved < frames)
    std::this_thread::yield();
  auto* const bus = gst_element_get_bus(pipeline);
  const auto stopping = fake::time_of(
      kernel.clock(), [pipeline] { gst_element_set_state(pipeline, GST_STATE_NULL); });
  fail_unless(stopping < std::chrono::milliseconds{500});
  fail_unless_equals_uint64(counters.delivered + counters.starved, frames);
  fail_unless_equals_uint64(counters.copied, 0);
  fail_unless_equals_uint64(counters.lost, 0);
  fail_unless_equals_uint64(keeper.copies, 0);
  // Frames flow if downstream holds fewer buffers than the pool may have: 16 with `grow`, else 4.
  const std::size_t most = std::string_view{policy} == "grow" ? 16 : 4;
  fail_unless((counters.starved == 0) == (keep < most - 1), "%s, %zu: %zu starved", policy, keep,
              static_cast<std::size_t>(counters.starved));
  for (std::uint32_t sequence = 0; sequence < keeper.kept.size(); ++sequence)
    check_by_descriptor(keeper.kept[sequence].get(), sequence);
  fail_unless(rig::texts_of(bus, GST_MESSAGE_ERROR).empty());
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  gst_object_unref(source);
}

GST_START_TEST(test_held_for_ever_with_grow) {
  for (std::size_t keep = 1; keep <= 32; ++keep)
    check_held(keep, "grow");
}

GST_END_TEST

GST_START_TEST(test_held_for_ever_with_copy) {
  for (std::size_t keep = 1; keep <= 32; ++keep)
    check_held(keep, "copy");
}

GST_END_TEST

GST_START_TEST(test_held_for_ever_with_drop) {
  for (std::size_t keep = 1; keep <= 32; ++keep)
    check_held(keep, "drop");
}

GST_END_TEST

static Suite* drm_suite() {
  return suite_of(
      "drm",
      {TEST(test_an_importer_reads_by_descriptor),
       TEST(test_separate_planes_are_descriptors_of_their_own),
       TEST(test_downstreams_order_decides), TEST(test_other_modes_have_no_such_caps),
       TEST(test_fields_in_turn_have_both_features), TEST(test_who_does_not_name_fields_gets_none),
       TEST(test_formats_that_only_drm_knows), TEST(test_a_driver_without_exports_offers_none),
       TEST(test_a_driver_that_can_not_after_all_gets_system_caps),
       TEST(test_without_exports_an_importer_gets_one_error),
       TEST(test_a_format_without_drm_caps_instead_of_the_one_asked_for),
       TEST(test_held_for_ever_with_grow), TEST(test_held_for_ever_with_copy),
       TEST(test_held_for_ever_with_drop)});
}

SUITE_MAIN(drm_suite)
