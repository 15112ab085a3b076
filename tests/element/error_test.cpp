// Tests that one failure posts one ERROR. The ERROR names the device, the cause and what to do.
// After it the element works again.

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <thread>

#include "device/device.h"
#include "rigs/rig.h"
#include "rigs/suite.h"
#include "stream/buffers.h"

namespace {

/// The element in a pipeline with a bus. The tests read what a user would read.
struct Pipeline {
  Pipeline() {
    pipeline = gst_pipeline_new(nullptr);
    element = rig::new_element(kernel);
    sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(sink, "enable-last-sample", FALSE, nullptr);  // the last sample would hold a frame
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

  /// The content of an ERROR.
  struct Failure {
    GQuark domain{};
    int code{};
    std::string text;
    std::string debug;
    std::unique_ptr<GstStructure, decltype(&gst_structure_free)> details{nullptr,
                                                                         gst_structure_free};
  };

  /// Plays, waits for the ERROR, stops, and checks that no other ERROR was posted.
  Failure fail() {
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    auto* const message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR);
    GError* error{};
    gchar* debug{};
    const GstStructure* details{};
    gst_message_parse_error(message, &error, &debug);
    gst_message_parse_error_details(message, &details);
    fail_unless(details != nullptr, "'%s' is not ours", error->message);
    Failure failure{.domain = error->domain,
                    .code = error->code,
                    .text = error->message,
                    .debug = debug != nullptr ? debug : ""};
    failure.details.reset(gst_structure_copy(details));
    g_error_free(error);
    g_free(debug);
    gst_message_unref(message);
    // The change to NULL joins the streaming thread, so no message can follow.
    gst_element_set_state(pipeline, GST_STATE_NULL);
    fail_unless(rig::texts_of(bus, GST_MESSAGE_ERROR).empty());
    return failure;
  }

  Failure fails_with(GQuark domain, int code, std::initializer_list<std::string> parts,
                     const char* cause) {
    auto failure = fail();
    fail_unless(failure.domain == domain && failure.code == code, "%d: %s", failure.code,
                failure.text.c_str());
    for (const auto& part : parts)
      fail_unless(failure.text.find(part) != std::string::npos, "'%s' lacks '%s'",
                  failure.text.c_str(), part.c_str());
    fail_unless_equals_string(gst_structure_get_string(failure.details.get(), "cause"), cause);
    return failure;
  }

  /// The element works like a new one: pointed at a camera, it delivers a frame.
  void works_at(const char* device) {
    const auto camera = kernel.plug(device, fake::webcam());
    g_object_set(element, "device", device, nullptr);
    works(*camera);
  }

  void works(fake::Camera& camera) {
    fail_if(gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
    camera.fill_when_queued();
    camera.wait_queued(4);  // the frame went through the pipeline, and its buffer was requeued
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
  // If the camera's own capture node exists, the ERROR names it.
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
    // Another program has buffers allocated.
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

namespace {

struct Call {
  unsigned long request{};
  const char* name{};
  const char* doing{};
  /// The number of calls that succeed before the one that fails.
  unsigned after{};
};

constexpr std::array calls{
    Call{VIDIOC_S_FMT, "VIDIOC_S_FMT", "to set the format"},
    Call{VIDIOC_S_PARM, "VIDIOC_S_PARM", "to set the frame rate"},
    // The first call checks whether the device has a format.
    Call{VIDIOC_G_FMT, "VIDIOC_G_FMT", "to ask for its format", 1},
    Call{VIDIOC_REQBUFS, "VIDIOC_REQBUFS", "to get its buffers"},
    Call{VIDIOC_QUERYBUF, "VIDIOC_QUERYBUF", "to get its buffers"},
    // The first call checks whether the driver supports VIDIOC_EXPBUF.
    Call{VIDIOC_EXPBUF, "VIDIOC_EXPBUF", "to get its buffers", 1},
    Call{VIDIOC_QBUF, "VIDIOC_QBUF", "to start streaming"},
    Call{VIDIOC_STREAMON, "VIDIOC_STREAMON", "to start streaming"},
    Call{VIDIOC_DQBUF, "VIDIOC_DQBUF", "to receive a frame"},
};

struct Meaning {
  int error;
  int code;
  const char* cause;
  const char* text;
};

/// The meaning of an errno, whichever call returns it.
constexpr std::array meanings{
    Meaning{EBUSY, GST_RESOURCE_ERROR_BUSY, "busy", "is busy"},
    Meaning{ENOMEM, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "out-of-memory", "memory"},
    Meaning{ENODEV, GST_RESOURCE_ERROR_READ, "lost", "went away"},
    Meaning{ENXIO, GST_RESOURCE_ERROR_READ, "lost", "went away"},
    Meaning{EPROTO, GST_RESOURCE_ERROR_READ, "io", "does not answer as it should"},
    Meaning{ETIMEDOUT, GST_RESOURCE_ERROR_READ, "io", "does not answer as it should"},
    Meaning{EINVAL, GST_RESOURCE_ERROR_SETTINGS, "unsupported", ""},
    Meaning{EIO, GST_RESOURCE_ERROR_READ, "io", "failed"},
    Meaning{EAGAIN, GST_RESOURCE_ERROR_READ, "io", "failed"},
    Meaning{EACCES, GST_RESOURCE_ERROR_READ, "io", "failed"},
    Meaning{ENOSPC, GST_RESOURCE_ERROR_READ, "io", "failed"},
    Meaning{EPIPE, GST_RESOURCE_ERROR_READ, "io", "failed"},
    Meaning{ENOLINK, GST_RESOURCE_ERROR_READ, "io", "failed"},
    Meaning{ENOLCK, GST_RESOURCE_ERROR_READ, "io", "failed"},
};

/// The meaning of an errno of VIDIOC_STREAMON.
constexpr std::array meanings_at_start{
    Meaning{ENOSPC, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "bandwidth", "gets no room on its USB bus"},
    Meaning{EPIPE, GST_RESOURCE_ERROR_READ, "io", "failed"},
    Meaning{ENOLINK, GST_RESOURCE_ERROR_SETTINGS, "no-link",
            "is not connected to what it captures"},
};

bool is_no_failure(const Call& call, int error) {
  // These are no failures: a driver without frame rates, a frame that has not come yet, and a
  // broken stream. The element restarts a broken stream (broken_test.cpp).
  return (call.request == VIDIOC_S_PARM && error == EINVAL) ||
         (call.request == VIDIOC_DQBUF && (error == EAGAIN || error == EIO || error == EPROTO));
}

void fails_as_it_means(const Call& call, const Meaning& meaning) {
  Pipeline pipeline;
  rig::set(pipeline.element, "io-mode", "dmabuf");
  // bus_test.cpp tests the default.
  rig::set(pipeline.element, "on-no-bandwidth", "error");
  const auto camera = pipeline.kernel.plug("/dev/video1", fake::usb_camera("A1", "1-1.2"));
  camera->fault(
      [&](fake::Faults& faults) { faults.fail(call.request, meaning.error, 1, call.after); });
  // The element may call VIDIOC_DQBUF before a frame is there or after that.
  std::atomic<bool> over{call.request != VIDIOC_DQBUF};
  std::thread filler{[&] {
    while (!over && !camera->fill())
      std::this_thread::yield();
  }};
  const auto failure = pipeline.fails_with(GST_RESOURCE_ERROR, meaning.code,
                                           {"'/dev/video1'", meaning.text}, meaning.cause);
  over = true;
  filler.join();
  const auto& text = failure.text;
  const auto* const details = failure.details.get();
  int error{};
  fail_unless(gst_structure_get_int(details, "errno", &error));
  fail_unless_equals_int(error, meaning.error);
  fail_unless_equals_string(gst_structure_get_string(details, "call"), call.name);
  fail_unless_equals_string(gst_structure_get_string(details, "device"), "/dev/video1");
  const auto answer = std::string{call.name} + ": " + strerror(meaning.error);
  fail_unless(failure.debug.find(answer) != std::string::npos, "%s", failure.debug.c_str());
  if (text.find("can't do io-mode=") == std::string::npos &&
      text.find("gives no buffers for ") == std::string::npos)
    fail_unless(
        text.find(call.doing) != std::string::npos && text.find(answer) != std::string::npos, "%s",
        text.c_str());
  fail_unless(meaning.error == ENOMEM || text.find("allocat") == std::string::npos, "%s",
              text.c_str());
  fail_unless_equals_int(pipeline.kernel.open_count("/dev/video1"), 0);
  camera->fault([](fake::Faults& faults) { faults.clear(); });
  pipeline.works(*camera);
}

}  // namespace

GST_START_TEST(test_each_error_of_each_call) {
  for (const auto& call : calls)
    for (auto meaning : meanings) {
      if (is_no_failure(call, meaning.error)) continue;
      if (call.request == VIDIOC_STREAMON)
        for (const auto& special : meanings_at_start)
          if (special.error == meaning.error) meaning = special;
      fails_as_it_means(call, meaning);
    }
}

GST_END_TEST

GST_START_TEST(test_an_interrupted_call_is_made_again) {
  for (const auto& call : calls) {
    Pipeline pipeline;
    const auto camera = pipeline.kernel.plug("/dev/video1", fake::webcam());
    camera->fault([&](fake::Faults& faults) { faults.fail(call.request, EINTR, 3, call.after); });
    pipeline.works(*camera);
    fail_unless(camera->calls(call.request) > 3, "%s", call.name);
  }
}

GST_END_TEST

GST_START_TEST(test_other_calls_that_fail) {
  Pipeline pipeline;
  const auto camera = pipeline.kernel.plug("/dev/video1", fake::webcam());
  camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_ENUM_FMT, EIO); });
  pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
                      {"/dev/video1", "to list its modes", "VIDIOC_ENUM_FMT"}, "io");
  pipeline.works(*camera);
}

GST_END_TEST

GST_START_TEST(test_no_room_on_the_bus) {
  Pipeline pipeline;
  auto* const filter = gst_element_factory_make("capsfilter", nullptr);
  rig::set(filter, "caps", "video/x-raw,format=YUY2,width=640,height=480");
  gst_bin_add(GST_BIN(pipeline.pipeline), filter);
  gst_element_unlink(pipeline.element, pipeline.sink);
  fail_unless(gst_element_link_many(pipeline.element, filter, pipeline.sink, nullptr));
  const auto camera = pipeline.kernel.plug("/dev/video1", fake::usb_camera("A1", "1-1.2"));
  pipeline.kernel.plug("/dev/video3", fake::usb_camera("B2", "1-3"));
  pipeline.kernel.plug("/dev/video5", fake::usb_camera("C3", "2-1"));
  pipeline.kernel.plug("/dev/video6", fake::webcam());
  g_object_set(pipeline.element, "device", "/dev/video1", nullptr);
  rig::set(pipeline.element, "on-no-bandwidth", "error");
  camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_STREAMON, ENOSPC); });
  const auto failure =
      pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
                          {"USB bus", "port 1-1.2 of bus 1 runs at 480 Mb/s",
                           "YUYV 640x480 at 30/1 takes up to 18.4 MB/s", "also '/dev/video3'.",
                           "No disk is full", "framerate=15/1' or '"},
                          "bandwidth");
  const auto* const details = failure.details.get();
  guint64 rate{};
  fail_unless(gst_structure_get_uint64(details, "bytes-per-second", &rate));
  fail_unless_equals_uint64(rate, 640 * 480 * 2 * 30);
  const auto* const cheaper = gst_structure_get_value(details, "cheaper");
  fail_unless_equals_int(gst_value_list_get_size(cheaper), 2);
  // The camera can stream both.
  for (guint i = 0; i < 2; ++i) {
    g_object_set(filter, "caps", nullptr, nullptr);
    rig::set(filter, "caps", g_value_get_string(gst_value_list_get_value(cheaper, i)));
    pipeline.works(*camera);
  }
}

GST_END_TEST

GST_START_TEST(test_a_media_graph_that_is_not_set_up) {
  for (const int error : {ENOLINK, EPIPE}) {
    Pipeline pipeline;
    const auto camera = pipeline.kernel.plug("/dev/video1", fake::webcam());
    camera->fault([&](fake::Faults& faults) { faults.fail(VIDIOC_STREAMON, error); });
    pipeline.fails_with(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                        {"/dev/video1", "is not connected to what it captures", "media-ctl"},
                        "no-link");
    pipeline.works(*camera);
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
    rig::set(pipeline.element, "io-mode", mode);
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
  rig::set(filter, "caps", "video/x-raw,format=NV12,width=641,height=480");
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
                               TEST(test_no_permission),
                               TEST(test_no_permission_for_the_only_camera),
                               TEST(test_busy),
                               TEST(test_each_error_of_each_call),
                               TEST(test_an_interrupted_call_is_made_again),
                               TEST(test_other_calls_that_fail),
                               TEST(test_no_room_on_the_bus),
                               TEST(test_a_media_graph_that_is_not_set_up),
                               TEST(test_unplugged_while_streaming),
                               TEST(test_a_driver_that_lies),
                               TEST(test_io_modes_that_the_driver_lacks),
                               TEST(test_nothing_in_common_with_downstream),
                               TEST(test_the_device_may_be_changed_in_ready),
                           });
}

SUITE_MAIN(error_suite)
