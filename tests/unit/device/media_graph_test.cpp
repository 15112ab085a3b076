#include "device/media_graph.h"

#include <algorithm>
#include <ranges>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "device/device.h"
#include "device/media_mend.h"
#include "device/media_names.h"
#include "device/media_topology.h"
#include "device/modes.h"
#include "fake/fake_kernel.h"
#include "kernel/node.h"

namespace {

using v4l2::MediaGraph;
using v4l2::OwnFormat;
using v4l2::PadFormat;
using v4l2::Sources;

constexpr v4l2::Size vga{.width = 640, .height = 480};

PadFormat sends(std::uint32_t code, v4l2::Size size = vga, std::uint32_t field = V4L2_FIELD_NONE) {
  return {.code = code, .size = size, .field = field, .colorimetry = {}};
}

// ---- graphs as data -----------------------------------------------------------------------------

/// Returns the graph Sensor → Bridge → node, with one format throughout.
MediaGraph chain() {
  const auto format = sends(MEDIA_BUS_FMT_SBGGR8_1X8);
  return {.path = "/dev/media0",
          .entities = {{.id = 1, .name = "Sensor A", .path = "/dev/v4l-subdev0"},
                       {.id = 2, .name = "Bridge", .path = "/dev/v4l-subdev1"},
                       {.id = 3, .name = "Capture", .path = "/dev/video0", .video = true}},
          .pads = {{.entity = 0, .index = 0, .sink = false, .format = format},
                   {.entity = 1, .index = 0, .sink = true, .format = format},
                   {.entity = 1, .index = 1, .sink = false, .format = format},
                   {.entity = 2, .index = 0, .sink = true}},
          .links = {{.source = 0, .sink = 1, .enabled = true},
                    {.source = 2, .sink = 3, .enabled = true}},
          .node = 2};
}

TEST(MediaGraph, IsSetUpWhereAChainLeadsToASourceAndAllLinksAgree) {
  auto graph = chain();
  EXPECT_TRUE(judge(graph, OwnFormat::open).set_up());
  ASSERT_TRUE(graph.delivered());
  EXPECT_EQ(graph.delivered()->size, vga);

  graph.links[0].enabled = false;
  const auto verdict = judge(graph, OwnFormat::open);
  EXPECT_FALSE(verdict.chained);
  EXPECT_EQ(describe(graph, verdict),
            std::vector<std::string>{
                "no chain of enabled links leads from a source to Capture (/dev/video0)"});
}

TEST(MediaGraph, ALinkDisagreesInCodeSizeOrField) {
  auto graph = chain();
  graph.pads[1].format->size = {.width = 320, .height = 240};
  auto verdict = judge(graph, OwnFormat::open);
  EXPECT_EQ(describe(graph, verdict),
            std::vector<std::string>{"Sensor A gives SBGGR8_1X8 640x480, Bridge takes "
                                     "320x240"});
  graph.pads[1].format = sends(MEDIA_BUS_FMT_SRGGB8_1X8);
  EXPECT_EQ(describe(graph, judge(graph, OwnFormat::open)),
            std::vector<std::string>{"Sensor A gives SBGGR8_1X8 640x480, Bridge takes SRGGB8_1X8"});
  graph.pads[1].format = sends(MEDIA_BUS_FMT_SBGGR8_1X8, vga, V4L2_FIELD_INTERLACED);
  EXPECT_EQ(describe(graph, judge(graph, OwnFormat::open)),
            std::vector<std::string>{"Sensor A gives SBGGR8_1X8 640x480 field none, Bridge takes "
                                     "field interlaced"});
}

TEST(MediaGraph, ASinkOfFieldNoneTakesAny) {
  auto graph = chain();
  graph.pads[0].format->field = V4L2_FIELD_INTERLACED;
  EXPECT_TRUE(judge(graph, OwnFormat::open).set_up());
}

TEST(MediaGraph, WhatCouldNotBeReadIsNotCompared) {
  auto graph = chain();
  graph.pads[1].format.reset();
  graph.pads[0].format->size = {};
  EXPECT_TRUE(judge(graph, OwnFormat::open).set_up());
}

TEST(MediaGraph, SideBranchesCountOthersDoNot) {
  auto graph = chain();
  graph.entities.push_back({.id = 4, .name = "Statistics", .path = {}});
  graph.pads.push_back(
      {.entity = 3, .index = 0, .sink = true, .format = sends(MEDIA_BUS_FMT_SRGGB8_1X8)});
  graph.links.push_back({.source = 0, .sink = 4, .enabled = true});
  EXPECT_EQ(judge(graph, OwnFormat::open).disagreements.size(), 1U);
  graph.links.back().enabled = false;
  EXPECT_TRUE(judge(graph, OwnFormat::open).set_up());
}

TEST(MediaGraph, ParametersAreNoSource) {
  auto graph = chain();
  graph.entities.push_back({.id = 4, .name = "Parameters", .path = "/dev/video1", .video = true});
  graph.pads.push_back({.entity = 3, .index = 0, .sink = false});
  graph.pads.push_back({.entity = 1, .index = 2, .sink = true});
  graph.links.push_back({.source = 4, .sink = 5, .enabled = true});
  EXPECT_TRUE(graph.chained());
  graph.links[0].enabled = false;
  EXPECT_FALSE(graph.chained());
}

TEST(MediaGraph, APadThatMustBeConnectedIsNamed) {
  auto graph = chain();
  graph.pads.push_back({.entity = 1, .index = 2, .sink = true, .must_connect = true});
  EXPECT_EQ(describe(graph, judge(graph, OwnFormat::open)),
            std::vector<std::string>{"pad 2 of Bridge has no enabled link"});
}

TEST(MediaGraph, TheOwnFormatCountsOnceItIsSet) {
  auto graph = chain();
  graph.pads[3].captures = v4l2::NodeFormat{.fourcc = {V4L2_PIX_FMT_RGB24},
                                            .size = {.width = 320, .height = 240},
                                            .possible = {{V4L2_PIX_FMT_SBGGR8}}};
  EXPECT_TRUE(judge(graph, OwnFormat::open).set_up());
  EXPECT_EQ(describe(graph, judge(graph, OwnFormat::counts)),
            std::vector<std::string>{
                "Bridge gives SBGGR8_1X8 640x480, Capture (/dev/video0) takes RGB3 320x240"});
  graph.pads[3].captures->impossible = true;
  EXPECT_EQ(
      describe(graph, judge(graph, OwnFormat::open)),
      std::vector<std::string>{"Bridge gives SBGGR8_1X8 640x480, Capture (/dev/video0) has no "
                               "format for it"});
}

TEST(MediaGraph, NamesAreWhatMediaCtlReads) {
  auto graph = chain();
  EXPECT_EQ(v4l2::code_name(MEDIA_BUS_FMT_SBGGR8_1X8), "SBGGR8_1X8");
  EXPECT_EQ(v4l2::code_name(0x50aa), "0x50aa");
  EXPECT_EQ(v4l2::code_name(0xa), "0x000a");
  EXPECT_EQ(
      v4l2::media_ctl_format({.code = MEDIA_BUS_FMT_YUYV8_2X8,
                              .size = vga,
                              .field = V4L2_FIELD_SEQ_TB,
                              .colorimetry = {V4L2_COLORSPACE_REC709, V4L2_XFER_FUNC_SRGB,
                                              V4L2_YCBCR_ENC_601, V4L2_QUANTIZATION_LIM_RANGE}}),
      "YUYV8_2X8/640x480 field:seq-tb colorspace:rec709 xfer:srgb ycbcr:601 "
      "quantization:lim-range");
  EXPECT_EQ(media_ctl_pad(graph, 2), "\"Bridge\":1");
  // No name of a driver can end the quotes.
  for (const auto* const name : {"it's", "a\"b", "back\\slash", "", "what?"}) {
    graph.entities[1].name = name;
    EXPECT_EQ(media_ctl_pad(graph, 2), "2:1");
  }
  graph.entities[1].name = "Sensor A";
  EXPECT_EQ(media_ctl_pad(graph, 2), "2:1");
}

// ---- graphs that are read -----------------------------------------------------------------------

struct Rig {
  explicit Rig(fake::EntityKind debayer = fake::EntityKind::debayer)
      : media{fake::small_graph(debayer)} {
    for (const auto* const path : {"/dev/video0", "/dev/video1"})
      media->attach(path, kernel.plug(path, fake::graph_node(path)));
    kernel.plug_media("/dev/media0", media);
  }

  /// Sets the graph up as media-ctl and v4l2-ctl would.
  void set_up() {
    media->set_format("Sensor A", 0, sends(MEDIA_BUS_FMT_SBGGR8_1X8));
    media->set_format("Debayer A", 0, sends(MEDIA_BUS_FMT_SBGGR8_1X8));
    media->run("v4l2-ctl -d /dev/video0 --set-fmt-video='width=640,height=480,pixelformat=BA81'");
  }

  [[nodiscard]] MediaGraph read(const char* path, v4l2::Extent extent = v4l2::Extent::all) {
    node = *v4l2::Node::open(kernel, path);
    auto graph = read_media_graph(*node, extent);
    EXPECT_TRUE(graph);
    return graph.value_or(MediaGraph{});
  }

  /// Returns the problems of a node, one clause in each line.
  std::string trouble(const char* path) {
    const auto graph = read(path);
    std::string text;
    for (const auto& clause : describe(graph, judge(graph, OwnFormat::open)))
      text += clause + "\n";
    return text;
  }

  /// Returns the command lines for a node, after they have been run.
  std::vector<std::string> mend(const char* path, std::optional<v4l2::Target> target = {},
                                Sources sources = Sources::current) {
    const auto graph = read(path);
    const auto before = media->state();
    auto lines = commands_to_set_up(graph, *node, target, sources);
    EXPECT_EQ(media->state(), before);  // computing the lines changes nothing
    for (const auto& line : lines)
      media->run(line);
    return lines;
  }

  bool streams(const char* path) { return trouble(path).empty(); }

  fake::FakeKernel kernel;
  std::shared_ptr<fake::MediaDevice> media;
  std::shared_ptr<const v4l2::Node> node;
};

TEST(MediaGraph, IsReadFromTheNode) {
  Rig rig;
  rig.set_up();
  const auto graph = rig.read("/dev/video1", v4l2::Extent::pipeline);
  EXPECT_EQ(graph.path, "/dev/media0");
  EXPECT_EQ(graph.entities.size(), 6U);
  EXPECT_EQ(graph.entities[graph.node].name, "RGB Capture");
  ASSERT_TRUE(graph.delivered());
  EXPECT_EQ(*graph.delivered(), sends(MEDIA_BUS_FMT_RGB888_1X24));
  EXPECT_TRUE(judge(graph, OwnFormat::open).set_up());
  EXPECT_EQ(rig.read("/dev/video0").delivered()->code,
            static_cast<std::uint32_t>(MEDIA_BUS_FMT_SBGGR8_1X8));
}

TEST(MediaGraph, IsNotThereWithoutAccess) {
  Rig rig;
  rig.kernel.refuse("/dev/media0", EACCES);
  rig.node = *v4l2::Node::open(rig.kernel, "/dev/video0");
  EXPECT_FALSE(read_media_graph(*rig.node, v4l2::Extent::all));
}

TEST(MediaGraph, MayGrowWhileItIsRead) {
  Rig rig;
  rig.media->fault([](fake::Faults& faults) {
    faults.alter<media_v2_topology>(MEDIA_IOC_G_TOPOLOGY,
                                    [](media_v2_topology& counts) { counts.num_pads -= 2; });
  });
  EXPECT_EQ(rig.read("/dev/video0").pads.size(), 8U);
}

TEST(MediaGraph, WhatCantBeTrueIsLeftOut) {
  using Lie = std::function<void(media_v2_topology&)>;
  // NOLINTBEGIN(performance-no-int-to-ptr): so the kernel's struct has it
  const auto all_pads = [](media_v2_topology& answer) {
    return std::span{reinterpret_cast<media_v2_pad*>(static_cast<std::uintptr_t>(answer.ptr_pads)),
                     answer.ptr_pads == 0 ? 0 : answer.num_pads};
  };
  const auto all_links = [](media_v2_topology& answer) {
    return std::span{
        reinterpret_cast<media_v2_link*>(static_cast<std::uintptr_t>(answer.ptr_links)),
        answer.ptr_links == 0 ? 0 : answer.num_links};
  };
  // NOLINTEND(performance-no-int-to-ptr)
  const std::array lies{Lie{[](media_v2_topology& answer) {
                          answer.num_links = 0xffffffff;
                        }},
                        Lie{[](media_v2_topology& answer) {
                          answer.num_entities = 0;
                        }},
                        Lie{[&](media_v2_topology& answer) {
                          for (auto& pad : all_pads(answer))
                            pad.entity_id = 0x7fffffff;
                        }},
                        Lie{[&](media_v2_topology& answer) {
                          for (auto& pad : all_pads(answer))
                            pad.id = 5;
                        }},
                        Lie{[&](media_v2_topology& answer) {
                          for (auto& link : all_links(answer))
                            link.sink_id = link.source_id;
                        }},
                        Lie{[&](media_v2_topology& answer) {
                          for (auto& pad : all_pads(answer)) {
                            pad.index = 0xffffffff;
                            pad.flags = 0xffffffff;
                          }
                        }}};
  for (const auto& implausible_value : lies) {
    Rig rig;
    rig.media->fault([&](fake::Faults& faults) {
      faults.alter<media_v2_topology>(MEDIA_IOC_G_TOPOLOGY, implausible_value, 100);
    });
    rig.node = *v4l2::Node::open(rig.kernel, "/dev/video1");
    const auto graph = read_media_graph(*rig.node, v4l2::Extent::all);
    if (!graph) continue;
    for (const auto& link : graph->links) {
      ASSERT_LT(link.source, graph->pads.size());
      ASSERT_LT(link.sink, graph->pads.size());
    }
    describe(*graph, judge(*graph, OwnFormat::counts));
    commands_to_set_up(*graph, *rig.node, std::nullopt, Sources::other);
  }
}

// ---- the modes of a node ------------------------------------------------------------------------

TEST(MediaGraph, ANodeHasTheModesThatItsPadSends) {
  Rig rig;
  rig.set_up();
  const auto device = v4l2::Device::open(rig.kernel, "/dev/video0");
  ASSERT_TRUE(device);
  const auto formats = device->modes()->formats();
  ASSERT_TRUE(formats);
  ASSERT_EQ(formats->size(), 1U);
  EXPECT_EQ(formats->front().fourcc.to_string(), "BA81");
  const auto sizes = device->modes()->sizes(formats->front().fourcc);
  ASSERT_TRUE(sizes);
  ASSERT_EQ(sizes->size(), 1U);
  EXPECT_EQ(sizes->front().smallest, vga);
  EXPECT_EQ(sizes->front().largest, vga);
}

TEST(MediaGraph, ModesFollowTheGraph) {
  Rig rig;
  rig.set_up();
  auto device = v4l2::Device::open(rig.kernel, "/dev/video1");
  ASSERT_TRUE(device);
  EXPECT_FALSE(device->look_at_graph());
  rig.media->set_format("Scaler", 1, sends(MEDIA_BUS_FMT_RGB888_1X24, {320, 240}));
  EXPECT_TRUE(device->look_at_graph());
  const auto sizes = device->modes()->sizes({V4L2_PIX_FMT_RGB24});
  ASSERT_TRUE(sizes);
  EXPECT_EQ(sizes->front().largest, (v4l2::Size{320, 240}));
}

// ---- commands that set the graph up -------------------------------------------------------------

TEST(MediaMend, AGraphAsLoadedIsSetUpByTheLines) {
  for (const auto* const path : {"/dev/video0", "/dev/video1"}) {
    Rig rig;
    EXPECT_FALSE(rig.streams(path));
    const auto lines = rig.mend(path);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.front(),
              "media-ctl -d /dev/media0 -V '\"Sensor A\":0 [fmt:SRGGB8_1X8/640x480 field:none]'");
    EXPECT_TRUE(rig.streams(path));
  }
}

TEST(MediaMend, ALinkThatIsOffIsEnabled) {
  Rig rig;
  rig.set_up();
  rig.media->set_link("Debayer A", "Scaler", false);
  EXPECT_FALSE(rig.streams("/dev/video1"));
  EXPECT_EQ(rig.mend("/dev/video1"),
            std::vector<std::string>{
                "media-ctl -d /dev/media0 -l '\"Debayer A\":1 -> \"Scaler\":0 [1]'"});
  EXPECT_TRUE(rig.streams("/dev/video1"));
}

TEST(MediaMend, WhateverDisagreesIsMended) {
  struct Case {
    const char* entity{};
    std::uint32_t pad{};
    PadFormat format;
  };

  const std::array cases{
      Case{"Sensor A", 0, sends(MEDIA_BUS_FMT_SBGGR8_1X8, {320, 240})},
      Case{"Sensor A", 0, sends(MEDIA_BUS_FMT_SRGGB8_1X8)},
      Case{"Sensor A", 0, sends(MEDIA_BUS_FMT_RGB888_1X24)},
      Case{"Debayer A", 0, sends(MEDIA_BUS_FMT_SBGGR8_1X8, {320, 240})},
      Case{"Debayer A", 0, sends(MEDIA_BUS_FMT_SBGGR8_1X8, vga, V4L2_FIELD_INTERLACED)},
      Case{"Debayer A", 1, sends(MEDIA_BUS_FMT_BGR888_1X24)},
      Case{"Scaler", 0, sends(MEDIA_BUS_FMT_RGB888_1X24, {160, 120})},
      Case{"Scaler", 0, sends(MEDIA_BUS_FMT_BGR888_1X24)},
      Case{"Scaler", 0, sends(MEDIA_BUS_FMT_RGB888_1X24, vga, V4L2_FIELD_INTERLACED)},
      Case{"Scaler", 1, sends(MEDIA_BUS_FMT_RGB888_1X24, {160, 120})}};
  for (const auto& each : cases)
    for (const auto* const path : {"/dev/video0", "/dev/video1"}) {
      SCOPED_TRACE(std::string{each.entity} + " " + media_ctl_format(each.format) + " " + path);
      Rig rig;
      rig.set_up();
      EXPECT_TRUE(rig.streams(path));
      rig.media->set_format(each.entity, each.pad, each.format);
      if (rig.streams(path)) continue;
      const auto lines = rig.mend(path);
      EXPECT_FALSE(lines.empty());
      EXPECT_EQ(rig.trouble(path), "") << testing::PrintToString(lines);
    }
}

TEST(MediaMend, AnotherNodeOfThePipelineIsSetToo) {
  Rig rig;
  rig.set_up();
  rig.media->run("v4l2-ctl -d /dev/video0 --set-fmt-video='width=640,height=480,pixelformat=RGB3'");
  EXPECT_FALSE(rig.streams("/dev/video1"));
  EXPECT_EQ(rig.mend("/dev/video1"),
            std::vector<std::string>{"v4l2-ctl -d /dev/video0 --set-fmt-video='width=640,"
                                     "height=480,pixelformat=BA81,field=none'"});
  EXPECT_TRUE(rig.streams("/dev/video1"));
}

TEST(MediaMend, WhatIsWantedReachesTheNode) {
  struct Case {
    const char* path{};
    v4l2::Target target;
  };

  v4l2::Colorimetry rec709;
  rec709.colorspace = V4L2_COLORSPACE_REC709;
  const std::array cases{
      Case{"/dev/video0", {.fourcc = {V4L2_PIX_FMT_SBGGR8}, .size = {320, 240}}},
      Case{"/dev/video0", {.fourcc = {V4L2_PIX_FMT_SRGGB8}, .size = vga}},
      Case{"/dev/video1", {.fourcc = {V4L2_PIX_FMT_RGB24}, .size = {320, 240}}},
      Case{"/dev/video1", {.fourcc = {V4L2_PIX_FMT_BGR24}, .size = vga}},
      Case{"/dev/video1", {.fourcc = {V4L2_PIX_FMT_BGR24}, .size = {320, 240}}},
      Case{"/dev/video1",
           {.fourcc = {V4L2_PIX_FMT_RGB24}, .size = vga, .field = V4L2_FIELD_INTERLACED}},
      Case{"/dev/video1",
           {.fourcc = {V4L2_PIX_FMT_RGB24}, .size = vga, .field = {}, .colorimetry = rec709}}};
  for (const auto& [path, target] : cases) {
    SCOPED_TRACE(target.fourcc.to_string() + " " + path);
    Rig rig;
    rig.set_up();
    EXPECT_FALSE(rig.mend(path, target).empty());
    EXPECT_TRUE(rig.streams(path));
    const auto graph = rig.read(path);
    ASSERT_TRUE(graph.delivered());
    EXPECT_EQ(graph.delivered()->size, target.size);
    const auto fits = formats_for(*rig.node, graph.delivered()->code);
    EXPECT_NE(std::ranges::find(fits, target.fourcc), fits.end());
    EXPECT_EQ(graph.delivered()->field, target.field.value_or(V4L2_FIELD_NONE));
    EXPECT_EQ(graph.delivered()->colorimetry, target.colorimetry.value_or(v4l2::Colorimetry{}));
  }
}

// vimc of Linux 7.2 has a debayer that lists BGR888_1X24 and does not send it.
TEST(MediaMend, AnotherSourceIsTheLastResort) {
  const v4l2::Target bgr{.fourcc = {V4L2_PIX_FMT_BGR24}, .size = {320, 240}};
  Rig rig{fake::EntityKind::one_code_debayer};
  rig.set_up();
  EXPECT_TRUE(rig.mend("/dev/video1", bgr).empty());
  const auto lines = rig.mend("/dev/video1", bgr, Sources::other);
  const std::vector<std::string> links{
      R"(media-ctl -d /dev/media0 -l '"Debayer A":1 -> "Scaler":0 [0]')",
      R"(media-ctl -d /dev/media0 -l '"RGB Input":0 -> "Scaler":0 [1]')"};
  ASSERT_GT(lines.size(), links.size());
  EXPECT_TRUE(std::ranges::equal(lines | std::views::take(links.size()), links));
  EXPECT_TRUE(rig.streams("/dev/video1"));
  EXPECT_EQ(rig.read("/dev/video1").delivered()->size, bgr.size);
  EXPECT_EQ(rig.read("/dev/video1").delivered()->code,
            static_cast<std::uint32_t>(MEDIA_BUS_FMT_BGR888_1X24));
}

TEST(MediaMend, WhatNothingGivesHasNoLines) {
  Rig rig;
  rig.set_up();
  EXPECT_TRUE(rig.mend("/dev/video0", v4l2::Target{.fourcc = {V4L2_PIX_FMT_NV12}, .size = vga},
                       Sources::other)
                  .empty());
}

// ---- the fake -----------------------------------------------------------------------------------

TEST(FakeMediaDevice, LeavesItsDescriptorsNumberToANodeThatAnotherThreadOpens) {
  fake::FakeKernel kernel;
  kernel.plug_media("/dev/media0", fake::small_graph());
  kernel.plug("/dev/video0", fake::webcam());
  constexpr int rounds = 2000;
  std::thread other{[&kernel] {
    for (int i = 0; i < rounds; ++i)
      ::close(kernel.open("/dev/media0", O_RDWR));
  }};
  int failures{};
  for (int i = 0; i < rounds; ++i) {
    const int descriptor = kernel.open("/dev/video0", O_RDWR | O_NONBLOCK);
    v4l2_capability answer{};
    failures += kernel.ioctl(descriptor, VIDIOC_QUERYCAP, &answer) == 0 ? 0 : 1;
    ::close(descriptor);
  }
  other.join();
  EXPECT_EQ(failures, 0);
}

}  // namespace
