// Tests sensors behind a media graph. A graph that is set up streams; any other gets an ERROR that
// explains it.

#include <sstream>

#include "rigs/rig.h"
#include "rigs/suite.h"

namespace {

constexpr auto raw_node = "/dev/video0";
constexpr auto rgb_node = "/dev/video1";

/// The small graph, and a pipeline with a bus. The element opens one of the graph's nodes.
struct Rig {
  explicit Rig(const char* device, const char* filter = nullptr) {
    for (const auto* const path : {raw_node, rgb_node}) {
      auto camera = kernel.plug(path, fake::graph_node(path));
      media->attach(path, camera);
      (path == std::string{raw_node} ? raw : rgb) = std::move(camera);
    }
    kernel.plug_media("/dev/media0", media);
    pipeline = gst_pipeline_new(nullptr);
    element = rig::new_element(kernel);
    auto* const caps = gst_element_factory_make("capsfilter", nullptr);
    auto* const sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(sink, "enable-last-sample", FALSE, nullptr);
    if (device != nullptr) g_object_set(element, "device", device, nullptr);
    if (filter != nullptr) rig::set(caps, "caps", filter);
    gst_bin_add_many(GST_BIN(pipeline), GST_ELEMENT(gst_object_ref(element)), caps, sink, nullptr);
    fail_unless(gst_element_link_many(element, caps, sink, nullptr));
    bus = gst_element_get_bus(pipeline);
  }

  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  ~Rig() {
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(bus);
    gst_object_unref(element);
    gst_object_unref(pipeline);
  }

  /// Sets the graph up as a user does by hand.
  void set_up() {
    set("Sensor A", 0, MEDIA_BUS_FMT_SBGGR8_1X8);
    set("Debayer A", 0, MEDIA_BUS_FMT_SBGGR8_1X8);
    media->run("v4l2-ctl -d /dev/video0 --set-fmt-video='width=640,height=480,pixelformat=BA81'");
  }

  void set(const char* entity, std::uint32_t pad, std::uint32_t code, v4l2::Size size = {640, 480},
           std::uint32_t field = V4L2_FIELD_NONE) {
    media->set_format(entity, pad, {.code = code, .size = size, .field = field, .colorimetry = {}});
  }

  fake::Camera& camera(const char* path) { return path == std::string{raw_node} ? *raw : *rgb; }

  /// Plays, and returns the caps with which a frame came. Returns an empty text if an ERROR came
  /// instead, whose content is then in `text`, `cause` and `commands`.
  std::string play(fake::Camera& camera) {
    text.clear();
    cause.clear();
    commands.clear();
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    std::thread feed{[&] {
      camera.fill_when_queued();
    }};
    auto* const message = gst_bus_timed_pop_filtered(
        bus, GST_CLOCK_TIME_NONE,
        static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_ASYNC_DONE));
    std::string outcome;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
      take_error(message);
      camera.interrupt();
    } else {
      auto* const pad = gst_element_get_static_pad(element, "src");
      auto* const caps = gst_pad_get_current_caps(pad);
      gchar* const shown = gst_caps_to_string(caps);
      outcome = shown;
      g_free(shown);
      gst_caps_unref(caps);
      gst_object_unref(pad);
    }
    feed.join();
    gst_message_unref(message);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_bus_set_flushing(bus, TRUE);
    gst_bus_set_flushing(bus, FALSE);
    return outcome;
  }

  void take_error(GstMessage* message) {
    GError* error{};
    const GstStructure* details{};
    gst_message_parse_error(message, &error, nullptr);
    gst_message_parse_error_details(message, &details);
    text = error->message;
    g_error_free(error);
    fail_unless(details != nullptr, "'%s' is not ours", text.c_str());
    cause = gst_structure_get_string(details, "cause");
    const auto* const list = gst_structure_get_value(details, "commands");
    for (guint i = 0; list != nullptr && i < gst_value_list_get_size(list); ++i)
      commands.emplace_back(g_value_get_string(gst_value_list_get_value(list, i)));
  }

  /// Expects an ERROR of that cause, and runs the commands that it names, in order. The pipeline
  /// must stream after that. The ERROR itself must not change the graph.
  std::string mended(fake::Camera& camera, const char* wanted_cause) {
    const auto before = media->state();
    const auto caps = play(camera);
    fail_unless(caps.empty(), "it streams %s", caps.c_str());
    fail_unless_equals_string(cause.c_str(), wanted_cause);
    fail_if(commands.empty(), "no lines in: %s", text.c_str());
    fail_unless(media->state() == before);
    for (const auto& command : std::vector{commands}) {
      fail_unless(text.find("\n" + command) != std::string::npos, "'%s' lacks '%s'", text.c_str(),
                  command.c_str());
      media->run(command);
    }
    const auto said = text;
    auto mended_caps = play(camera);
    fail_if(mended_caps.empty(), "after '%s': '%s'", said.c_str(), text.c_str());
    text = said;
    return mended_caps;
  }

  void says(const std::string& part) const {
    fail_unless(text.find(part) != std::string::npos, "'%s' lacks '%s'", text.c_str(),
                part.c_str());
  }

  fake::FakeKernel kernel;
  std::shared_ptr<fake::MediaDevice> media = fake::small_graph();
  std::shared_ptr<fake::Camera> raw;
  std::shared_ptr<fake::Camera> rgb;
  GstElement* pipeline;
  GstElement* element;
  GstBus* bus;
  std::string text;
  std::string cause;
  std::vector<std::string> commands;
};

bool has(const std::string& caps, const char* part) {
  return caps.find(part) != std::string::npos;
}

}  // namespace

GST_START_TEST(test_what_is_set_up_streams_without_a_filter) {
  {
    Rig rig{raw_node};
    rig.set_up();
    const auto caps = rig.play(*rig.raw);
    fail_unless(has(caps, "video/x-bayer") && has(caps, "bggr") && has(caps, "width=(int)640"),
                "%s: %s", caps.c_str(), rig.text.c_str());
  }
  Rig rig{rgb_node};
  rig.set_up();
  rig.set("Scaler", 1, MEDIA_BUS_FMT_RGB888_1X24, {320, 240});
  const auto caps = rig.play(*rig.rgb);
  fail_unless(has(caps, "RGB") && has(caps, "width=(int)320"), "%s: %s", caps.c_str(),
              rig.text.c_str());
}

GST_END_TEST

GST_START_TEST(test_caps_offer_only_what_is_sent) {
  Rig rig{rgb_node};
  rig.set_up();
  gst_element_set_state(rig.element, GST_STATE_READY);
  auto* const pad = gst_element_get_static_pad(rig.element, "src");
  auto* const caps = gst_pad_query_caps(pad, nullptr);
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    int width{};
    const auto* const structure = gst_caps_get_structure(caps, i);
    fail_unless(gst_structure_get_int(structure, "width", &width) && width == 640);
    const auto* const format = gst_structure_get_string(structure, "format");
    fail_unless(format != nullptr);
    fail_unless_equals_string(
        format, gst_structure_has_field(structure, "drm-format") != FALSE ? "DMA_DRM" : "RGB");
  }
  gst_caps_unref(caps);
  gst_object_unref(pad);
}

GST_END_TEST

GST_START_TEST(test_the_graph_is_looked_at_again) {
  Rig rig{rgb_node};
  rig.set_up();
  fail_unless(has(rig.play(*rig.rgb), "width=(int)640"));
  gst_element_set_state(rig.pipeline, GST_STATE_READY);
  rig.set("Scaler", 1, MEDIA_BUS_FMT_RGB888_1X24, {320, 240});
  fail_unless(has(rig.play(*rig.rgb), "width=(int)320"));
}

GST_END_TEST

GST_START_TEST(test_a_graph_as_loaded_is_explained) {
  for (const auto* const node : {raw_node, rgb_node}) {
    Rig rig{node};
    rig.mended(rig.camera(node), "no-link");
    rig.says("Sensor A gives RGB888_1X24 640x480, Debayer A takes SRGGB8_1X8");
  }
}

GST_END_TEST

GST_START_TEST(test_a_link_that_is_off_is_explained) {
  Rig rig{rgb_node};
  rig.set_up();
  rig.media->set_link("Debayer A", "Scaler", false);
  rig.mended(*rig.rgb, "no-link");
  rig.says("no chain of enabled links leads from a source to RGB Capture");
}

GST_END_TEST

GST_START_TEST(test_each_end_that_disagrees_is_explained) {
  struct Case {
    const char* entity{};
    std::uint32_t code{};
    v4l2::Size size;
    std::uint32_t field{};
    const char* said{};
  };

  for (const auto* const node : {raw_node, rgb_node})
    for (const auto& each :
         {Case{"Debayer A",
               MEDIA_BUS_FMT_SBGGR8_1X8,
               {320, 240},
               V4L2_FIELD_NONE,
               "Sensor A gives SBGGR8_1X8 640x480, Debayer A takes 320x240"},
          Case{"Debayer A",
               MEDIA_BUS_FMT_SRGGB8_1X8,
               {640, 480},
               V4L2_FIELD_NONE,
               "Sensor A gives SBGGR8_1X8 640x480, Debayer A takes SRGGB8_1X8"},
          Case{"Debayer A",
               MEDIA_BUS_FMT_SBGGR8_1X8,
               {640, 480},
               V4L2_FIELD_INTERLACED,
               "field none, Debayer A takes field interlaced"},
          Case{"Scaler",
               MEDIA_BUS_FMT_RGB888_1X24,
               {320, 240},
               V4L2_FIELD_NONE,
               "Debayer A gives RGB888_1X24 640x480, Scaler takes 320x240"},
          Case{"Scaler",
               MEDIA_BUS_FMT_BGR888_1X24,
               {640, 480},
               V4L2_FIELD_NONE,
               "Debayer A gives RGB888_1X24 640x480, Scaler takes BGR888_1X24"}}) {
      Rig rig{node};
      rig.set_up();
      rig.set(each.entity, 0, each.code, each.size, each.field);
      rig.mended(rig.camera(node), "no-link");
      rig.says(each.said);
    }
}

GST_END_TEST

GST_START_TEST(test_what_the_graph_does_not_send_is_refused_with_the_lines_for_it) {
  struct Case {
    const char* node;
    const char* filter;
    const char* caps;
  };

  for (const auto& each : {Case{raw_node, "video/x-bayer,width=320,height=240", "width=(int)320"},
                           Case{raw_node, "video/x-bayer,format=rggb", "rggb"},
                           Case{rgb_node, "video/x-raw,width=320,height=240", "width=(int)320"},
                           Case{rgb_node, "video/x-raw,format=BGR", "BGR"},
                           Case{rgb_node, "video/x-raw,format=BGR,width=320,height=240", "BGR"},
                           Case{rgb_node, "video/x-raw,interlace-mode=interleaved", "interleaved"},
                           Case{rgb_node, "video/x-raw,width=[1,300]", "width=(int)300"}}) {
    Rig rig{each.node, each.filter};
    rig.set_up();
    const auto caps = rig.mended(rig.camera(each.node), "not-negotiated");
    fail_unless(has(caps, each.caps), "%s", caps.c_str());
    rig.says("Its media graph sends nothing else");
  }
}

GST_END_TEST

GST_START_TEST(test_the_colours_of_the_pad_are_those_of_the_node) {
  Rig rig{rgb_node};
  rig.set_up();
  v4l2::PadFormat format{.code = MEDIA_BUS_FMT_RGB888_1X24, .size = {640, 480}, .colorimetry = {}};
  format.colorimetry.colorspace = V4L2_COLORSPACE_REC709;
  rig.media->set_format("Scaler", 0, format);
  // A driver that gets no colours sets its default. It would find at VIDIOC_STREAMON that the
  // pad's colours differ.
  fail_if(rig.play(*rig.rgb).empty(), "%s", rig.text.c_str());
}

GST_END_TEST

GST_START_TEST(test_without_access_to_the_graph_it_is_tried_like_any_other) {
  {
    Rig rig{rgb_node};
    rig.set_up();
    rig.kernel.refuse("/dev/media0", EACCES);
    fail_unless(has(rig.play(*rig.rgb), "RGB"), "%s", rig.text.c_str());
  }
  Rig rig{rgb_node};
  rig.kernel.refuse("/dev/media0", EACCES);
  rig.play(*rig.rgb);
  fail_unless_equals_string(rig.cause.c_str(), "no-link");
  rig.says("media-ctl");
}

GST_END_TEST

GST_START_TEST(test_only_a_node_that_is_set_up_is_the_first_camera) {
  {
    Rig rig{nullptr};
    const auto webcam = rig.kernel.plug("/dev/video5", fake::webcam());
    fail_if(rig.play(*webcam).empty(), "%s", rig.text.c_str());
  }
  {
    Rig rig{nullptr};
    rig.set_up();
    rig.kernel.plug("/dev/video5", fake::webcam());
    fail_unless(has(rig.play(*rig.raw), "bggr"), "%s", rig.text.c_str());
  }
  // Without another camera the ERROR says what the first node lacks.
  Rig rig{nullptr};
  rig.mended(*rig.raw, "no-link");
}

GST_END_TEST

namespace {

Suite* graph_suite() {
  return suite_of("graph",
                  {
                      TEST(test_what_is_set_up_streams_without_a_filter),
                      TEST(test_caps_offer_only_what_is_sent),
                      TEST(test_the_graph_is_looked_at_again),
                      TEST(test_a_graph_as_loaded_is_explained),
                      TEST(test_a_link_that_is_off_is_explained),
                      TEST(test_each_end_that_disagrees_is_explained),
                      TEST(test_what_the_graph_does_not_send_is_refused_with_the_lines_for_it),
                      TEST(test_the_colours_of_the_pad_are_those_of_the_node),
                      TEST(test_without_access_to_the_graph_it_is_tried_like_any_other),
                      TEST(test_only_a_node_that_is_set_up_is_the_first_camera),
                  });
}

}  // namespace

SUITE_MAIN(graph_suite)
