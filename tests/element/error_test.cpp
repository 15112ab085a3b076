// One failure, one ERROR: it names the device, the cause and what to do; and then the element is
// fit for another try.

#include <cstring>
#include <thread>

#include "element/rig.h"
#include "element/suite.h"

namespace {

/// The element in a pipeline with a bus, so that what a user would see is seen.
struct Pipeline {
  Pipeline() {
    pipeline = gst_pipeline_new(nullptr);
    element = rig::new_element(kernel);
    sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(sink, "enable-last-sample", FALSE, nullptr);  // which would hold a frame
    gst_bin_add_many(GST_BIN(pipeline), GST_ELEMENT(gst_object_ref(element)), sink, nullptr);
    fail_unless(gst_element_link(element, sink));
    bus = gst_element_get_bus(pipeline);
  }

  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  ~Pipeline() {
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(bus);
    gst_object_unref(element);
    gst_object_unref(pipeline);
  }

  /// Plays, waits for the ERROR, stops, and checks that it was the only one.
  void fails_with(GQuark domain, int code, std::initializer_list<std::string> parts,
                  const char* cause) {
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    auto* const message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR);
    GError* error{};
    const GstStructure* details{};
    gst_message_parse_error(message, &error, nullptr);
    gst_message_parse_error_details(message, &details);
    fail_unless(g_error_matches(error, domain, code), "%s", error->message);
    for (const auto& part : parts)
      fail_unless(strstr(error->message, part.c_str()) != nullptr, "'%s' lacks '%s'",
                  error->message, part.c_str());
    fail_unless_equals_string(gst_structure_get_string(details, "cause"), cause);
    g_error_free(error);
    gst_message_unref(message);
    // The streaming thread is joined here, so nothing can follow.
    gst_element_set_state(pipeline, GST_STATE_NULL);
    fail_unless(rig::texts_of(bus, GST_MESSAGE_ERROR).empty());
  }

  /// The element is as good as new: pointed at a camera, it gives a frame.
  void works_at(const char* device) {
    const auto camera = kernel.plug(device, fake::webcam());
    g_object_set(element, "device", device, nullptr);
    fail_if(gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
    camera->fill_when_queued();
    camera->wait_queued(4);  // it went down the pipeline and came back
    gst_element_set_state(pipeline, GST_STATE_NULL);
    fail_unless(rig::texts_of(bus, GST_MESSAGE_ERROR).empty());
  }

  fake::FakeKernel kernel;
  GstElement* pipeline;
  GstElement* element;
  GstElement* sink;
  GstBus* bus;
};

}  // namespace

GST_START_TEST(test_no_camera_at_all) {
  Pipeline pipeline;
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                      {"no video capture device", "v4l2-ctl --list-devices"}, "no-device");
  pipeline.works_at("/dev/video3");
}

GST_END_TEST

GST_START_TEST(test_a_path_where_nothing_is) {
  Pipeline pipeline;
  g_object_set(pipeline.element, "device", "/dev/video9", nullptr);
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                      {"/dev/video9", "no device", "v4l2-ctl --list-devices"}, "no-device");
  pipeline.works_at("/dev/video3");
}

GST_END_TEST

GST_START_TEST(test_a_regular_file) {
  gchar* path{};
  const int descriptor = g_file_open_tmp("v4l2cppsrc-XXXXXX", &path, nullptr);
  fail_unless(descriptor >= 0);
  close(descriptor);
  {
    Pipeline pipeline;
    g_object_set(pipeline.element, "device", path, nullptr);
    pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                        {path, "is not a V4L2 device", "v4l2-ctl --list-devices"}, "not-a-device");
    pipeline.works_at("/dev/video3");
  }
  unlink(path);
  g_free(path);
}

GST_END_TEST

GST_START_TEST(test_a_directory) {
  Pipeline pipeline;
  g_object_set(pipeline.element, "device", "/dev", nullptr);
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                      {"'/dev'", "is not a V4L2 device"}, "not-a-device");
}

GST_END_TEST

GST_START_TEST(test_a_metadata_node) {
  Pipeline pipeline;
  pipeline.kernel.plug("/dev/video1", fake::node_with(V4L2_CAP_META_CAPTURE, "Meta"));
  g_object_set(pipeline.element, "device", "/dev/video1", nullptr);
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                      {"/dev/video1", "a metadata node", "v4l2-ctl --list-devices"}, "wrong-node");
  // With the camera's own node beside it, that one is named.
  pipeline.kernel.plug("/dev/video0", fake::webcam());
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                      {"/dev/video1", "set 'device' to that", "'/dev/video0'"}, "wrong-node");
  pipeline.works_at("/dev/video3");
}

GST_END_TEST

GST_START_TEST(test_an_output_node) {
  Pipeline pipeline;
  pipeline.kernel.plug("/dev/video1", fake::node_with(V4L2_CAP_VIDEO_OUTPUT, "Screen"));
  g_object_set(pipeline.element, "device", "/dev/video1", nullptr);
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                      {"/dev/video1", "a video output node"}, "wrong-node");
}

GST_END_TEST

GST_START_TEST(test_a_node_that_needs_a_media_graph) {
  Pipeline pipeline;
  pipeline.kernel.plug("/dev/video1",
                       fake::node_with(V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_IO_MC, "Sensor"));
  g_object_set(pipeline.element, "device", "/dev/video1", nullptr);
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                      {"/dev/video1", "media graph", "media-ctl"}, "wrong-node");
}

GST_END_TEST

GST_START_TEST(test_no_permission) {
  Pipeline pipeline;
  pipeline.kernel.refuse("/dev/video1", EACCES);
  g_object_set(pipeline.element, "device", "/dev/video1", nullptr);
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
                      {"/dev/video1", "may not open", "group"}, "permission");
  pipeline.works_at("/dev/video3");
}

GST_END_TEST

GST_START_TEST(test_no_permission_for_the_only_camera) {
  Pipeline pipeline;
  pipeline.kernel.refuse("/dev/video1", EACCES);
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
                      {"/dev/video1", "may not open"}, "permission");
}

GST_END_TEST

GST_START_TEST(test_busy) {
  Pipeline pipeline;
  pipeline.kernel.plug("/dev/video1", fake::webcam());
  g_object_set(pipeline.element, "device", "/dev/video1", nullptr);
  {
    // Another program that has buffers allocated.
    const auto other = v4l2::Device::open(pipeline.kernel, "/dev/video1");
    v4l2::Waker waker;
    const auto taken =
        v4l2::Buffers::request(other->node(), waker, {.type = other->buffer_type(), .count = 2});
    fail_unless(taken.has_value());
    pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
                        {"/dev/video1", "busy", "another program", "fuser -v /dev/video1"}, "busy");
  }
  pipeline.works_at("/dev/video3");
}

GST_END_TEST

GST_START_TEST(test_calls_that_fail) {
  struct Case {
    unsigned long request;
    int error;
    int code;
    const char* part;
    const char* cause;
  };

  for (const auto& [request, error, code, part, cause] : {
           Case{VIDIOC_STREAMON, ENOSPC, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "USB bus", "bandwidth"},
           Case{VIDIOC_STREAMON, EIO, GST_RESOURCE_ERROR_READ, "to start streaming", "io"},
           Case{VIDIOC_REQBUFS, ENOMEM, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "memory",
                "out-of-memory"},
           Case{VIDIOC_REQBUFS, EBUSY, GST_RESOURCE_ERROR_BUSY, "another program", "busy"},
           Case{VIDIOC_QUERYBUF, EIO, GST_RESOURCE_ERROR_READ, "to allocate its buffers", "io"},
           Case{VIDIOC_S_FMT, EIO, GST_RESOURCE_ERROR_READ, "to set the format", "io"},
           Case{VIDIOC_S_PARM, EIO, GST_RESOURCE_ERROR_READ, "to set the frame rate", "io"},
           Case{VIDIOC_ENUM_FMT, EIO, GST_RESOURCE_ERROR_READ, "to list its modes", "io"},
           Case{VIDIOC_QBUF, EIO, GST_RESOURCE_ERROR_READ, "to start streaming", "io"},
           Case{VIDIOC_S_FMT, ENODEV, GST_RESOURCE_ERROR_READ, "went away", "lost"},
       }) {
    Pipeline pipeline;
    const auto camera = pipeline.kernel.plug("/dev/video1", fake::webcam());
    camera->fault([&](fake::Faults& faults) { faults.fail(request, error); });
    pipeline.fails_with(GST_RESOURCE_ERROR, code, {"/dev/video1", part}, cause);
    fail_unless_equals_int(pipeline.kernel.open_count("/dev/video1"), 0);
    pipeline.works_at("/dev/video1");
  }
}

GST_END_TEST

GST_START_TEST(test_unplugged_while_streaming) {
  Pipeline pipeline;
  const auto camera = pipeline.kernel.plug("/dev/video1", fake::webcam());
  std::thread accident{[&] {
    camera->wait_streaming(true);
    camera->fill_when_queued();
    pipeline.kernel.unplug("/dev/video1");
  }};
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
                      {"/dev/video1", "went away", "cable"}, "lost");
  accident.join();
  pipeline.works_at("/dev/video1");
}

GST_END_TEST

GST_START_TEST(test_a_driver_that_lies) {
  Pipeline pipeline;
  const auto camera = pipeline.kernel.plug("/dev/video1", fake::webcam());
  camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_QUERYBUF, [](auto& answer) { answer.length = 0; });
  });
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
                      {"/dev/video1", "can't be true"}, "broken-driver");
}

GST_END_TEST

GST_START_TEST(test_io_modes_that_the_driver_lacks) {
  auto model = fake::webcam();
  model.exports = false;
  model.userptrs = false;
  for (const char* const mode : {"rw", "userptr", "dmabuf"}) {
    Pipeline pipeline;
    pipeline.kernel.plug("/dev/video1", model);
    gst_util_set_object_arg(G_OBJECT(pipeline.element), "io-mode", mode);
    pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                        {"/dev/video1", std::string{"io-mode="} + mode, "Use io-mode=auto"},
                        "unsupported");
  }
}

GST_END_TEST

GST_START_TEST(test_nothing_in_common_with_downstream) {
  Pipeline pipeline;
  pipeline.kernel.plug("/dev/video1", fake::webcam());
  auto* const filter = gst_element_factory_make("capsfilter", nullptr);
  gst_util_set_object_arg(G_OBJECT(filter), "caps", "video/x-raw,format=NV12,width=641,height=480");
  gst_bin_add(GST_BIN(pipeline.pipeline), filter);
  gst_element_unlink(pipeline.element, pipeline.sink);
  fail_unless(gst_element_link_many(pipeline.element, filter, pipeline.sink, nullptr));
  pipeline.fails_with(GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, {"/dev/video1", "641"},
                      "not-negotiated");
}

GST_END_TEST

GST_START_TEST(test_the_device_may_be_changed_in_ready) {
  Pipeline pipeline;
  pipeline.kernel.plug("/dev/video1", fake::webcam());
  const auto second = pipeline.kernel.plug("/dev/video2", fake::webcam());
  fail_if(gst_element_set_state(pipeline.pipeline, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE);
  g_object_set(pipeline.element, "device", "/dev/video2", nullptr);
  fail_if(gst_element_set_state(pipeline.pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
  second->fill_when_queued();
  second->wait_queued(4);
  fail_unless_equals_int(pipeline.kernel.open_count("/dev/video1"), 0);
}

GST_END_TEST

static Suite* error_suite() {
  return suite_of("error", {
                               TEST(test_no_camera_at_all),
                               TEST(test_a_path_where_nothing_is),
                               TEST(test_a_regular_file),
                               TEST(test_a_directory),
                               TEST(test_a_metadata_node),
                               TEST(test_an_output_node),
                               TEST(test_a_node_that_needs_a_media_graph),
                               TEST(test_no_permission),
                               TEST(test_no_permission_for_the_only_camera),
                               TEST(test_busy),
                               TEST(test_calls_that_fail),
                               TEST(test_unplugged_while_streaming),
                               TEST(test_a_driver_that_lies),
                               TEST(test_io_modes_that_the_driver_lacks),
                               TEST(test_nothing_in_common_with_downstream),
                               TEST(test_the_device_may_be_changed_in_ready),
                           });
}

SUITE_MAIN(error_suite)
