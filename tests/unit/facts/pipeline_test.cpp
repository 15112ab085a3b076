#include "facts/pipeline.h"

#include <string>

#include <gst/gst.h>
#include <gtest/gtest.h>

#include "common/handles.h"
#include "formats/format_table.h"

namespace {

using v4l2describe::mode_caps;
using v4l2describe::pipeline;

const v4l2gst::FormatRow& row(std::uint32_t fourcc) {
  gst_init(nullptr, nullptr);
  return *v4l2gst::row_of(fourcc);
}

std::string caps(std::uint32_t fourcc, v4l2::Interval interval = {1, 30}) {
  return mode_caps(row(fourcc), {640, 480}, interval);
}

std::string command(std::uint32_t fourcc, const std::string& path = "/dev/video0") {
  return pipeline(path, row(fourcc), caps(fourcc));
}

TEST(Pipeline, NamesTheModeInItsCaps) {
  EXPECT_EQ(caps(V4L2_PIX_FMT_YUYV), "video/x-raw,format=YUY2,width=640,height=480,framerate=30/1");
  EXPECT_EQ(caps(V4L2_PIX_FMT_MJPEG), "image/jpeg,width=640,height=480,framerate=30/1");
}

TEST(Pipeline, LeavesOutARateThatIsUnknownOrTooLong) {
  EXPECT_EQ(caps(V4L2_PIX_FMT_GREY, {}), "video/x-raw,format=GRAY8,width=640,height=480");
  EXPECT_EQ(caps(V4L2_PIX_FMT_GREY, {1, 0xffffffff}),
            "video/x-raw,format=GRAY8,width=640,height=480");
}

TEST(Pipeline, HasTheUsualNameOfARate) {
  EXPECT_TRUE(caps(V4L2_PIX_FMT_YUYV, {333667, 10000000}).ends_with("framerate=30000/1001"));
}

TEST(Pipeline, ShowsEachKindOfFormat) {
  EXPECT_EQ(command(V4L2_PIX_FMT_YUYV),
            "gst-launch-1.0 v4l2cppsrc device=/dev/video0 ! "
            "video/x-raw,format=YUY2,width=640,height=480,framerate=30/1 ! "
            "videoconvert ! autovideosink");
  EXPECT_TRUE(
      command(V4L2_PIX_FMT_MJPEG).ends_with(" ! queue ! jpegdec ! videoconvert ! autovideosink"));
  EXPECT_TRUE(
      command(V4L2_PIX_FMT_H264).ends_with(" ! queue ! decodebin ! videoconvert ! autovideosink"));
  EXPECT_TRUE(
      command(V4L2_PIX_FMT_SRGGB8).ends_with(" ! bayer2rgb ! videoconvert ! autovideosink"));
  EXPECT_TRUE(command(V4L2_PIX_FMT_PWC1).ends_with(" ! fakesink"));
}

/// Splits a command as a shell does, and parses it as gst-launch-1.0 does. Returns the property of
/// the element `name`.
std::string read_back(const std::string& text) {
  gst_init(nullptr, nullptr);
  gint count{};
  gchar** words{};
  GError* error{};
  if (g_shell_parse_argv(text.c_str(), &count, &words, &error) == FALSE) {
    const std::string why{error->message};
    g_error_free(error);
    return "shell: " + why;
  }
  auto* const element = gst_parse_launchv(const_cast<const gchar**>(words), &error);
  g_strfreev(words);
  if (error != nullptr) {
    const std::string why{error->message};
    g_error_free(error);
    return "gst_parse_launchv: " + why;
  }
  auto* const source = gst_bin_get_by_name(GST_BIN(element), "s");
  gchar* value{};
  g_object_get(source, "location", &value, nullptr);
  const v4l2gst::TextPtr owned{value};
  gst_object_unref(source);
  gst_object_unref(element);
  return owned.get();
}

TEST(Pipeline, QuotesThePathForShellAndParser) {
  for (const std::string path :
       {"/dev/video0", "/dev/v4l/by-id/usb-046d_0825-video-index0", "/tmp/my camera", "/tmp/it's",
        "/tmp/a\"b", "/tmp/a\\b", "/tmp/$HOME `id`;&|", "/tmp/ends in \\", "/tmp/a!b",
        "/tmp/\xc3\xa4", "/dev/v4l/by-path/pci-0000:00:14.0-usb-0:1:1.0-video-index0"})
    EXPECT_EQ(read_back("filesrc name=s " + v4l2describe::property_word("location", path) +
                        " ! fakesink"),
              path);
}

TEST(Pipeline, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(v4l2describe::shell_word("video/x-raw,format=YUY2"), "video/x-raw,format=YUY2");
  EXPECT_EQ(v4l2describe::shell_word("video/x-raw(memory:DMABuf)"), "'video/x-raw(memory:DMABuf)'");
  EXPECT_EQ(v4l2describe::shell_word(""), "''");
}

}  // namespace
