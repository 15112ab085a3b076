// The nodes of a system are listed from sysfs. Their ids stay the same at another number.

#include "device/node_list.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "fake/fake_kernel.h"

namespace {

using v4l2::list_nodes;
using Texts = std::vector<std::string>;

Texts ids_of(v4l2::Kernel& kernel) {
  Texts ids;
  for (const auto& node : list_nodes(kernel))
    ids.push_back(node.id);
  return ids;
}

std::string id_at(v4l2::Kernel& kernel, const std::string& path) {
  for (const auto& node : list_nodes(kernel))
    if (node.path == path) return node.id;
  return {};
}

TEST(NodeList, HasTheFactsOfEachNode) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video3", fake::usb_camera("A1", "1-1.2"));
  const auto nodes = list_nodes(kernel);
  ASSERT_EQ(nodes.size(), 1U);
  const auto& node = nodes.front();
  EXPECT_EQ(node.path, "/dev/video3");
  EXPECT_EQ(node.number, "81:3");
  EXPECT_EQ(node.name, "video3");
  EXPECT_EQ(node.identity.card, "Fake Camera");
  EXPECT_EQ(node.identity.bus, "usb-fake.1-1.2");
  EXPECT_EQ(node.identity.port, "1-1.2");
  EXPECT_EQ(node.identity.serial, "A1");
  EXPECT_EQ(node.id, "serial=A1,usb=046d:0825");
}

TEST(NodeList, IsInTheOrderOfTheNumbers) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video10", fake::usb_camera("A1", "1-1"));
  kernel.plug("/dev/video9", fake::usb_camera("B2", "1-2"));
  EXPECT_EQ(ids_of(kernel), (Texts{"serial=B2,usb=046d:0825", "serial=A1,usb=046d:0825"}));
}

TEST(NodeList, IsEmptyWithoutNodes) {
  fake::FakeKernel kernel;
  EXPECT_TRUE(list_nodes(kernel).empty());
  EXPECT_TRUE(v4l2::nodes_without_file(kernel).empty());
}

TEST(NodeList, HasTheSameIdAfterAReplugToAnotherNumber) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video0", fake::usb_camera("A1", "1-1"));
  kernel.plug("/dev/video1", fake::usb_camera("", "1-2"));
  const auto with_serial = id_at(kernel, "/dev/video0");
  const auto without = id_at(kernel, "/dev/video1");
  EXPECT_EQ(without, "bus=usb-fake.1-2,usb=046d:0825");
  kernel.unplug("/dev/video0");
  kernel.unplug("/dev/video1");
  kernel.plug("/dev/video0", fake::usb_camera("", "1-2"));
  kernel.plug("/dev/video1", fake::usb_camera("A1", "2-4"));
  EXPECT_EQ(id_at(kernel, "/dev/video1"), with_serial);
  EXPECT_EQ(id_at(kernel, "/dev/video0"), without);
}

TEST(NodeList, NamesTheBusOfCamerasThatShareASerialNumber) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video0", fake::usb_camera("SN0001", "1-1"));
  kernel.plug("/dev/video1", fake::usb_camera("SN0001", "1-2"));
  EXPECT_EQ(ids_of(kernel),
            (Texts{"bus=usb-fake.1-1,usb=046d:0825", "bus=usb-fake.1-2,usb=046d:0825"}));
}

TEST(NodeList, NamesTheBusOfACameraWhoseSerialNumberIsBlank) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video0", fake::usb_camera("  ", "1-1"));
  EXPECT_EQ(ids_of(kernel), (Texts{"bus=usb-fake.1-1,usb=046d:0825"}));
}

TEST(NodeList, TellsTheNodesOfOneDeviceApart) {
  fake::FakeKernel kernel;
  auto stereo = fake::usb_camera("A1", "1-1");
  kernel.plug("/dev/video0", stereo);
  kernel.plug("/dev/video1", fake::usb_metadata("A1", "1-1"));
  stereo.function = "1.2";
  kernel.plug("/dev/video2", stereo);
  EXPECT_EQ(ids_of(kernel), (Texts{"serial=A1,usb=046d:0825", "serial=A1,usb=046d:0825,index=1",
                                   "serial=A1,usb=046d:0825,interface=1.2"}));
}

TEST(NodeList, NamesThePlaceWithoutUsb) {
  fake::FakeKernel kernel;
  auto model = fake::webcam();
  model.port = "vivid.0";
  kernel.plug("/dev/video0", model);
  EXPECT_EQ(ids_of(kernel), (Texts{"bus=vivid.0"}));
}

TEST(NodeList, NamesTheCardOfALoopbackDevice) {
  fake::FakeKernel kernel;
  auto model = fake::webcam();
  model.has_parent = false;
  model.card = "Screen, left";
  kernel.plug("/dev/video0", model);
  EXPECT_EQ(ids_of(kernel), (Texts{"card=Screen? left"})) << "a comma would end the value";
  kernel.plug("/dev/video1", model);
  EXPECT_EQ(ids_of(kernel), (Texts{"/dev/video0", "/dev/video1"})) << "nothing tells them apart";
}

TEST(NodeList, HasThePathAsIdWithoutSysfs) {
  fake::FakeKernel kernel;
  kernel.refuse("/dev/video5", EACCES);  // a node that is not in the fake's sysfs
  const auto nodes = list_nodes(kernel);
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes.front().id, "/dev/video5");
  EXPECT_FALSE(nodes.front().identity.known());
}

TEST(NodeList, BelievesTheDeviceFileInAContainer) {
  // docker run --device=/dev/video4:/dev/video0
  fake::FakeKernel kernel;
  auto model = fake::usb_camera("B2", "1-2");
  model.number = "4";
  kernel.plug("/dev/video0", model);
  const auto nodes = list_nodes(kernel);
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes.front().path, "/dev/video0");
  EXPECT_EQ(nodes.front().name, "video4");
  EXPECT_EQ(nodes.front().id, "serial=B2,usb=046d:0825");
  EXPECT_TRUE(v4l2::nodes_without_file(kernel).empty());
}

TEST(NodeList, KnowsTheNodesThatAContainerLacks) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video0", fake::usb_camera("A1", "1-1"));
  kernel.plug("/dev/video1", fake::usb_camera("B2", "1-2"));
  kernel.hide("/dev/video1");
  EXPECT_EQ(ids_of(kernel), (Texts{"serial=A1,usb=046d:0825"}));
  const auto hidden = v4l2::nodes_without_file(kernel);
  ASSERT_EQ(hidden.size(), 1U);
  EXPECT_EQ(hidden.front().path, "");
  EXPECT_EQ(hidden.front().name, "video1");
  EXPECT_EQ(hidden.front().id, "serial=B2,usb=046d:0825");
}

TEST(NodeList, FindsTheLinksToANode) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video0", fake::usb_camera("A1", "1-1"));
  kernel.plug("/dev/video1", fake::usb_camera("B2", "1-2"));
  kernel.link("/dev/v4l/by-path/b", "/dev/video1");
  kernel.link("/dev/v4l/by-path/a", "/dev/video1");
  kernel.link("/dev/v4l/by-path/c", "/dev/video0");
  EXPECT_EQ(v4l2::links_to(kernel, "/dev/v4l/by-path", "81:1"),
            (Texts{"/dev/v4l/by-path/a", "/dev/v4l/by-path/b"}));
  EXPECT_TRUE(v4l2::links_to(kernel, "/dev/v4l/by-id", "81:1").empty());
  EXPECT_TRUE(v4l2::links_to(kernel, "/dev/v4l/by-path", "").empty());
}

TEST(NodeList, OfOneNodeComparesItWithTheOthers) {
  fake::FakeKernel kernel;
  kernel.plug("/dev/video0", fake::usb_camera("SN0001", "1-1"));
  kernel.plug("/dev/video1", fake::usb_camera("SN0001", "1-2"));
  kernel.link("/dev/camera", "/dev/video1");
  const auto node = v4l2::node_at(kernel, "/dev/camera", "81:1");
  EXPECT_EQ(node.path, "/dev/camera");
  EXPECT_EQ(node.id, "bus=usb-fake.1-2,usb=046d:0825");
  EXPECT_TRUE(node.identity.serial_shared);
}

TEST(NodeList, OpensNothing) {
  fake::FakeKernel kernel;
  const auto camera = kernel.plug("/dev/video0", fake::usb_camera("A1", "1-1"));
  EXPECT_EQ(list_nodes(kernel).size(), 1U);
  EXPECT_EQ(camera->all_calls(), 0U);
  EXPECT_EQ(kernel.open_count("/dev/video0"), 0U);
}

}  // namespace
