// A URI names a device and sets harmless properties, and no others.

#include "element/uri.h"

#include <gtest/gtest.h>

namespace {

using v4l2gst::parse_uri;
using v4l2gst::uri_of;
using Fields = std::vector<std::pair<std::string, std::string>>;

std::string device_of(const char* uri) {
  const auto parsed = parse_uri(uri);
  return parsed ? parsed->device : "refused: " + parsed.error();
}

std::string complaint(const char* uri) {
  const auto parsed = parse_uri(uri);
  return parsed ? "none" : parsed.error();
}

void expect_complaint(const char* uri, const char* part) {
  EXPECT_NE(complaint(uri).find(part), std::string::npos) << uri << ": " << complaint(uri);
}

TEST(Uri, NamesADevice) {
  EXPECT_EQ(device_of("v4l2cpp://"), "");
  EXPECT_EQ(device_of("v4l2cpp:///dev/video0"), "/dev/video0");
  EXPECT_EQ(device_of("V4L2CPP:///dev/video0"), "/dev/video0");
  EXPECT_EQ(device_of("v4l2cpp:///dev/v4l/by-id/usb-a%20b"), "/dev/v4l/by-id/usb-a b");
  EXPECT_EQ(device_of("v4l2cpp://serial=A1,usb=046d:0825"), "serial=A1,usb=046d:0825");
  EXPECT_EQ(device_of("v4l2cpp://serial%3DA1%2Ccard%3DHD%20*"), "serial=A1,card=HD *");
  EXPECT_EQ(device_of("v4l2cpp://card=%C3%BC?"), "card=ü");
}

TEST(Uri, SetsProperties) {
  const auto parsed = parse_uri("v4l2cpp:///dev/video0?prefer=raw&colorimetry=a%26b%3d&prefer=");
  ASSERT_TRUE(parsed) << parsed.error();
  EXPECT_EQ(parsed->device, "/dev/video0");
  EXPECT_EQ(parsed->properties,
            (Fields{{"prefer", "raw"}, {"colorimetry", "a&b="}, {"prefer", ""}}));
}

TEST(Uri, SetsNothingThatMayDoHarm) {
  for (const auto* const property :
       {"device", "device-fd", "extra-controls", "controls-strict", "brightness", "edid", "input",
        "norm", "dv-timings", "frequency", "audio-input", "crop", "compose", "video-direction",
        "metadata-device", "name", "parent"}) {
    EXPECT_FALSE(v4l2gst::may_be_in_uri(property)) << property;
    const auto uri = std::string{"v4l2cpp:///dev/video0?prefer=raw&"} + property + "=1";
    expect_complaint(uri.c_str(),
                     (std::string{"may not set the property '"} + property + "'").c_str());
  }
  expect_complaint("v4l2cpp://?extra%2Dcontrols=1", "may not set the property 'extra-controls'");
}

TEST(Uri, NamesNoOtherFile) {
  for (const auto* const uri :
       {"v4l2cpp:///etc/passwd", "v4l2cpp:///dev/watchdog", "v4l2cpp:///dev/v4l/../watchdog",
        "v4l2cpp:///dev/video0/%2e%2e/watchdog", "v4l2cpp://video0", "v4l2cpp://./a=b"})
    expect_complaint(uri, "which is neither /dev/video…");
}

TEST(Uri, IsWellFormed) {
  expect_complaint("v4l2:///dev/video0", "does not begin with 'v4l2cpp://'");
  expect_complaint("v4l2cpp:/dev/video0", "does not begin with");
  expect_complaint("", "does not begin with");
  expect_complaint("v4l2cpp:///dev/video0#a", "write %23");
  expect_complaint("v4l2cpp:///dev/video%", "percent-encoded");
  expect_complaint("v4l2cpp:///dev/video%00", "percent-encoded");
  expect_complaint("v4l2cpp:///dev/video%ff", "percent-encoded");
  expect_complaint("v4l2cpp://?prefer=%zz", "percent-encoded");
  expect_complaint("v4l2cpp://?prefer", "'prefer' in the URI is not property=value");
  expect_complaint("v4l2cpp://?=raw", "is not property=value");
  expect_complaint("v4l2cpp://?prefer=raw&&leaky=no", "is not property=value");
}

TEST(Uri, IsMadeOfADevice) {
  EXPECT_EQ(uri_of(""), "v4l2cpp://");
  EXPECT_EQ(uri_of("/dev/video0"), "v4l2cpp:///dev/video0");
  for (const std::string device :
       {"serial=A1,usb=046d:0825", "card=50 % & more? #1 *", "card=ü", "bus=usb-0000:00:14.0-1.2"})
    EXPECT_EQ(device_of(uri_of(device).c_str()), device);
}

}  // namespace
