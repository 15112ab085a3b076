// Tests which nodes the device provider lists, what it tells of them, and what it asks them.

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rigs/provider_rig.h"
#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Provider;
using Paths = std::vector<std::string>;

namespace {

/// Plugs in the nodes of a media graph that is not set up, at the paths that the graph names.
std::shared_ptr<fake::MediaDevice> plug_graph(fake::FakeKernel& kernel) {
  auto media = fake::small_graph();
  for (const auto* const path : {"/dev/video0", "/dev/video1"})
    media->attach(path, kernel.plug(path, fake::graph_node(path)));
  kernel.plug_media("/dev/media0", media);
  return media;
}

/// Returns the first device.
GstDevice* first(Provider& rig) {
  auto* const devices = gst_device_provider_get_devices(rig.provider);
  fail_unless(devices != nullptr);
  auto* const device = GST_DEVICE(gst_object_ref(devices->data));
  g_list_free_full(devices, gst_object_unref);
  return device;
}

/// Waits until the threads that ask have closed the node.
void wait_for_open_count(Provider& rig, std::size_t count) {
  while (rig.kernel.open_count(rig::path) != count)
    std::this_thread::yield();
}

std::string device_of(GstElement* element) {
  gchar* path{};
  g_object_get(element, "device", &path, nullptr);
  std::string text = path != nullptr ? path : "";
  g_free(path);
  return text;
}

}  // namespace

GST_START_TEST(test_exactly_the_usable_nodes_are_listed) {
  Provider rig;
  plug_graph(rig.kernel);
  rig.kernel.plug("/dev/video2", fake::node_with(V4L2_CAP_VIDEO_OUTPUT, "Output"));
  rig.kernel.plug("/dev/video3", fake::node_with(V4L2_CAP_VIDEO_M2M_MPLANE, "Codec"));
  rig.kernel.plug("/dev/video4", fake::node_with(V4L2_CAP_VBI_CAPTURE, "VBI"));
  rig.kernel.plug("/dev/video5", fake::node_with(V4L2_CAP_RADIO, "Radio"));
  rig.kernel.plug("/dev/video6",
                  fake::node_with(V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_TOUCH, "Touch screen"));
  rig.kernel.plug("/dev/video7", fake::multiplanar_camera());
  auto unfed = fake::loopback();
  unfed.formats.clear();
  rig.kernel.plug("/dev/video8", unfed);
  rig.kernel.plug("/dev/video9", fake::webcam());
  rig.kernel.plug("/dev/video10", fake::usb_metadata("A2", "1-2"));
  rig.kernel.plug("/dev/video11", fake::usb_camera("A1", "1-1"));
  rig.kernel.refuse("/dev/video11", EACCES);
  rig.kernel.plug("/dev/video12", fake::usb_camera("A2", "1-2"));
  unfed = fake::loopback();
  unfed.input_status = V4L2_IN_ST_NO_SIGNAL;
  rig.kernel.plug("/dev/video13", unfed);
  const Paths expected{"/dev/video7", "/dev/video9", "/dev/video12"};
  fail_unless(rig.listed() == expected);
  rig.start();
  fail_unless(rig.listed() == expected);
  for (const auto& path : expected)
    rig::fail_unless_equal(rig.next(), "added " + path);
}

GST_END_TEST

GST_START_TEST(test_a_graph_that_is_set_up_is_listed) {
  Provider rig;
  const auto media = plug_graph(rig.kernel);
  rig.start();
  fail_unless(rig.listed().empty());
  for (const auto& [entity, pad] : {std::pair{"Sensor A", 0U}, std::pair{"Debayer A", 0U}})
    media->set_format(entity, pad,
                      {.code = MEDIA_BUS_FMT_SBGGR8_1X8, .size = {640, 480}, .colorimetry = {}});
  media->run("v4l2-ctl -d /dev/video0 --set-fmt-video='width=640,height=480,pixelformat=BA81'");
  rig.changes.tell(v4l2gst::Change::Kind::came, "/dev/video5");
  const Paths added{rig.next(), rig.next()};
  for (const auto* const expected : {"added /dev/video0", "added /dev/video1"})
    fail_unless(std::ranges::find(added, expected) != added.end());
}

GST_END_TEST

GST_START_TEST(test_a_node_with_two_names_is_listed_once) {
  Provider rig;
  rig.kernel.plug("/dev/video2", fake::webcam());
  rig.kernel.link("/dev/video7", "/dev/video2");
  fail_unless(rig.listed() == Paths{"/dev/video2"});
}

GST_END_TEST

GST_START_TEST(test_properties_of_a_usb_camera) {
  Provider rig;
  rig.kernel.plug("/dev/video3", fake::usb_camera("A1", "1-1.2"));
  auto* const device = first(rig);
  gchar* const name = gst_device_get_display_name(device);
  gchar* const klass = gst_device_get_device_class(device);
  fail_unless_equals_string(name, "Fake Camera");
  fail_unless_equals_string(klass, "Video/Source");
  g_free(name);
  g_free(klass);
  for (const auto& [property, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"device.api", "v4l2"},
           {"device.path", "/dev/video3"},
           {"device.id", "serial=A1,usb=046d:0825"},
           {"v4l2.device.driver", "uvcvideo"},
           {"v4l2.device.card", "Fake Camera"},
           {"device.bus", "usb"},
           {"device.vendor.id", "046d"},
           {"device.product.id", "0825"},
           {"device.serial", "A1"},
           {"device.subsystem", "video4linux"},
           {"device.capabilities", ":capture:"}})
    rig::fail_unless_equal(Provider::property_of(device, property), value);
  auto* const properties = gst_device_get_properties(device);
  guint capabilities{};
  fail_unless(gst_structure_get_uint(properties, "v4l2.device.device_caps", &capabilities));
  fail_unless((capabilities & V4L2_CAP_VIDEO_CAPTURE) != 0);
  fail_unless(gst_structure_get_uint(properties, "v4l2.device.version", &capabilities));
  gst_structure_free(properties);
  auto* const caps = gst_device_get_caps(device);
  for (const auto* const mode : {"video/x-raw,format=YUY2,width=640,height=480,framerate=30/1",
                                 "image/jpeg,width=1280,height=720,framerate=30/1"}) {
    auto* const wanted = gst_caps_from_string(mode);
    fail_unless(gst_caps_can_intersect(wanted, caps), "%s", mode);
    gst_caps_unref(wanted);
  }
  gst_caps_unref(caps);
  gst_object_unref(device);
}

GST_END_TEST

/// The calls that change a device or that end another program's stream.
static constexpr std::array changing{VIDIOC_S_FMT,       VIDIOC_TRY_FMT,    VIDIOC_REQBUFS,
                                     VIDIOC_CREATE_BUFS, VIDIOC_S_PARM,     VIDIOC_S_INPUT,
                                     VIDIOC_S_STD,       VIDIOC_STREAMON,   VIDIOC_STREAMOFF,
                                     VIDIOC_S_CTRL,      VIDIOC_S_EXT_CTRLS};

static std::vector<unsigned> calls_of(fake::Camera& camera) {
  std::vector<unsigned> counts;
  for (const auto request : changing)
    counts.push_back(camera.calls(request));
  return counts;
}

GST_START_TEST(test_a_stream_is_not_disturbed) {
  Provider rig;
  const auto camera = rig.kernel.plug(rig::path, fake::webcam());
  auto* const element = rig::new_element(rig.kernel);
  auto* const harness = gst_harness_new_with_element(element, nullptr, "src");
  gst_harness_set_sink_caps_str(harness, rig::small_yuyv);
  gst_harness_play(harness);
  std::uint32_t sequence{};
  const auto next = [&] {
    camera->fill_when_queued();
    const rig::Buffer buffer{gst_harness_pull(harness)};
    fail_unless(rig::shows(buffer.get(), sequence++));
  };
  next();
  const auto before = calls_of(*camera);
  fail_unless(rig.listed() == Paths{rig::path});
  next();
  rig.start();
  next();
  rig.changes.tell(v4l2gst::Change::Kind::access, rig::path);
  rig.changes.wait_for_wish(false);
  next();
  gst_device_provider_stop(rig.provider);
  next();
  wait_for_open_count(rig, 1);
  fail_unless(calls_of(*camera) == before);
  gst_harness_teardown(harness);
  gst_object_unref(element);
}

GST_END_TEST

GST_START_TEST(test_each_mode_is_asked_for_once) {
  Provider rig;
  const auto camera = rig.kernel.plug(rig::path, fake::webcam());
  rig.start();
  fail_unless_equals_int(camera->calls(VIDIOC_QUERYCAP), 1);
  const auto formats = static_cast<unsigned>(fake::webcam().formats.size());
  fail_unless_equals_int(camera->calls(VIDIOC_ENUM_FMT), formats + 1);
  const auto asked = camera->all_calls();
  // Another look at the same device is one call, and no more open descriptor.
  rig.kernel.plug("/dev/video1", fake::webcam());
  rig.changes.tell(v4l2gst::Change::Kind::access, rig::path);
  rig.changes.tell(v4l2gst::Change::Kind::came, "/dev/video1");
  rig::fail_unless_equal(rig.next(), "added /dev/video0");
  rig::fail_unless_equal(rig.next(), "added /dev/video1");
  gst_device_provider_stop(rig.provider);
  wait_for_open_count(rig, 0);
  fail_unless_equals_int(camera->calls(VIDIOC_ENUM_FMT), formats + 1);
  fail_unless(camera->all_calls() <= asked + 3);
}

GST_END_TEST

GST_START_TEST(test_create_and_reconfigure_an_element) {
  gst_v4l2_cpp_src_register(nullptr);
  Provider rig;
  rig.kernel.plug("/dev/video3", fake::usb_camera("A1", "1-1"));
  auto* const device = first(rig);
  auto* const element = gst_device_create_element(device, "camera");
  gst_object_ref_sink(element);
  fail_unless_equals_string(GST_OBJECT_NAME(element), "camera");
  rig::fail_unless_equal(device_of(element), "/dev/video3");

  // The device is kept for longer than the camera stays there, and another one gets its number.
  rig.kernel.unplug("/dev/video3");
  rig.kernel.plug("/dev/video3", fake::usb_camera("B2", "1-1"));
  rig.kernel.plug("/dev/video5", fake::usb_camera("A1", "1-2"));
  fail_unless(gst_device_reconfigure_element(device, element));
  rig::fail_unless_equal(device_of(element), "/dev/video5");
  auto* const other = gst_device_create_element(device, nullptr);
  gst_object_ref_sink(other);
  rig::fail_unless_equal(device_of(other), "/dev/video5");

  // An element that was started keeps its device, and one of another kind has none.
  auto& source = gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(other));
  source.set_kernel(rig.kernel);
  gst_element_set_state(other, GST_STATE_PAUSED);
  fail_if(gst_device_reconfigure_element(device, other));
  gst_element_set_state(other, GST_STATE_NULL);
  fail_unless(gst_device_reconfigure_element(device, other));
  auto* const stranger = gst_element_factory_make("fakesrc", nullptr);
  gst_object_ref_sink(stranger);
  fail_if(gst_device_reconfigure_element(device, stranger));
  for (auto* const each : {element, other, stranger})
    gst_object_unref(each);
  gst_object_unref(device);
}

GST_END_TEST

/// Returns whether a new provider hides that of v4l2src.
static bool hides(GstDeviceProvider* provider) {
  gchar** const hidden = gst_device_provider_get_hidden_providers(provider);
  const bool found = hidden != nullptr && g_strv_contains(hidden, "v4l2deviceprovider");
  g_strfreev(hidden);
  return found;
}

GST_START_TEST(test_with_a_rank_the_provider_of_v4l2src_is_hidden) {
  fail_unless(gst_v4l2_cpp_device_provider_register(nullptr));
  auto* const feature = gst_registry_lookup_feature(gst_registry_get(), "v4l2cppdeviceprovider");
  fail_unless_equals_int(static_cast<int>(gst_plugin_feature_get_rank(feature)), GST_RANK_NONE);
  {
    Provider rig;
    rig.start();
    fail_if(hides(rig.provider));
  }
  gst_plugin_feature_set_rank(feature, GST_RANK_PRIMARY + 1);
  {
    Provider rig;
    fail_unless(hides(rig.provider));
    for (int run = 0; run < 2; ++run) {
      rig.start();
      fail_unless(hides(rig.provider));
      gst_device_provider_stop(rig.provider);
    }
  }
  gst_object_unref(feature);
}

GST_END_TEST

static Suite* device_list_suite() {
  return suite_of("device-list", {
                                     TEST(test_exactly_the_usable_nodes_are_listed),
                                     TEST(test_a_graph_that_is_set_up_is_listed),
                                     TEST(test_a_node_with_two_names_is_listed_once),
                                     TEST(test_properties_of_a_usb_camera),
                                     TEST(test_a_stream_is_not_disturbed),
                                     TEST(test_each_mode_is_asked_for_once),
                                     TEST(test_with_a_rank_the_provider_of_v4l2src_is_hidden),
                                     TEST(test_create_and_reconfigure_an_element),
                                 });
}

SUITE_MAIN(device_list_suite)
