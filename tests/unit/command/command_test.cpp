#include "command/command.h"

#include <cerrno>
#include <memory>

#include <gst/gst.h>
#include <gtest/gtest.h>

#include "command/options.h"
#include "fake/fake_kernel.h"
#include "rigs/implausible_kernel.h"

#include <json-glib/json-glib.h>

namespace {

using v4l2describe::Options;
using v4l2describe::Printed;

Printed run(v4l2::Kernel& kernel, const Options& options = {}) {
  gst_init(nullptr, nullptr);
  return v4l2describe::describe(kernel, options);
}

bool is_json(const std::string& text) {
  const std::unique_ptr<JsonParser, decltype(&g_object_unref)> parser{json_parser_new(),
                                                                      &g_object_unref};
  return json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()),
                                    nullptr) != FALSE;
}

TEST(Command, DescribesAllCaptureDevices) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video0", fake::webcam());
  kernel.plug("/dev/video1", fake::node_with(V4L2_CAP_META_CAPTURE, "Metadata"));
  kernel.plug("/dev/video2", fake::multiplanar_camera());
  const auto printed = run(kernel);
  EXPECT_EQ(printed.status, 0);
  EXPECT_EQ(printed.errors, "");
  EXPECT_TRUE(printed.out.starts_with("/dev/video0: Fake Camera\n"));
  EXPECT_TRUE(printed.out.contains("\n\n/dev/video2: "));
  EXPECT_FALSE(printed.out.contains("Metadata"));
  EXPECT_EQ(run(kernel, {.list = true}).out,
            "/dev/video0  Fake Camera  platform:fake\n/dev/video2  Fake Camera  platform:fake\n");
}

TEST(Command, FailsWithoutADevice) {
  fake::FakeKernel kernel;
  const auto printed = run(kernel);
  EXPECT_EQ(printed.status, 1);
  EXPECT_EQ(printed.out, "");
  EXPECT_TRUE(printed.errors.starts_with(
      "v4l2cpp-describe: There is no video capture device under /dev that can be opened."))
      << printed.errors;
}

TEST(Command, FailsForANodeOfAnotherKindAndNamesTheRightOne) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video0", fake::webcam());
  auto metadata = fake::node_with(V4L2_CAP_META_CAPTURE, "Metadata");
  metadata.bus = fake::webcam().bus;
  kernel.plug("/dev/video1", metadata);
  const auto printed = run(kernel, {.devices = {"/dev/video1"}});
  EXPECT_EQ(printed.status, 1);
  EXPECT_TRUE(printed.errors.contains("a metadata node")) << printed.errors;
  EXPECT_TRUE(printed.errors.contains("/dev/video0")) << printed.errors;
}

TEST(Command, DescribesTheOthersIfOneFails) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video0", fake::webcam());
  kernel.plug("/dev/video1", fake::webcam());
  kernel.refuse("/dev/video0", EACCES);
  for (const auto& devices :
       {std::vector<std::string>{}, std::vector<std::string>{"/dev/video0", "/dev/video1"}}) {
    const auto printed = run(kernel, {.devices = devices});
    EXPECT_EQ(printed.status, 1);
    EXPECT_TRUE(printed.out.starts_with("/dev/video1: "));
    EXPECT_TRUE(printed.errors.contains("You may not open the device at '/dev/video0'"));
  }
}

TEST(Command, SaysThatADeviceWentAway) {
  fake::FakeKernel kernel;
  const auto camera = kernel.plug("/dev/video0", fake::webcam());
  camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_ENUM_FRAMESIZES, ENODEV, 1000); });
  const auto printed = run(kernel, {.devices = {"/dev/video0"}});
  EXPECT_EQ(printed.status, 1);
  EXPECT_TRUE(printed.errors.contains("went away")) << printed.errors;
}

TEST(Command, PrintsJsonOfDevicesAndFailures) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video0", fake::webcam());
  const Options options{.json = true, .devices = {"/dev/video0", "/dev/video\xff"}};
  for (const auto& printed : {run(kernel, options), run(kernel, {.json = true, .list = true})})
    EXPECT_TRUE(is_json(printed.out)) << printed.out;
}

TEST(Command, SurvivesADriverThatAnswersWhatCannotBe) {
  constexpr unsigned seeds = 200;
  unsigned complaining = 0;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    fake::FakeKernel kernel;
    kernel.plug("/dev/video0", fake::webcam());
    fuzz::Liar liar{&kernel, seed, {.lists = true, .settings = true, .endless = seed % 8 == 0}};
    const Options options{.json = seed % 2 == 0, .devices = {"/dev/video0"}};
    const auto printed = run(liar, options);
    EXPECT_TRUE(printed.status == 0 || printed.status == 1);
    EXPECT_TRUE(!options.json || is_json(printed.out)) << seed;
    complaining += printed.out.contains("not well-formed") ? 1 : 0;
    constexpr unsigned most_calls = 100000;
    EXPECT_LT(liar.calls(), most_calls);
  }
  EXPECT_GT(complaining, seeds / 4);
}

}  // namespace
