// These beliefs are about who decides on colours, and about HDR10's metadata.

#include <array>

#include "conformance/target.h"
#include "settings/hdr.h"
#include "settings/key_frame.h"

namespace {

using conformance::Belief;
namespace request = v4l2::request;

struct Conversion {
  std::uint32_t flag;
  std::uint32_t v4l2::Colorimetry::*what;
  std::array<std::uint32_t, 2> choice;
};

constexpr std::array conversions{
    Conversion{V4L2_FMT_FLAG_CSC_COLORSPACE,
               &v4l2::Colorimetry::colorspace,
               {V4L2_COLORSPACE_REC709, V4L2_COLORSPACE_SMPTE170M}},
    Conversion{V4L2_FMT_FLAG_CSC_XFER_FUNC,
               &v4l2::Colorimetry::transfer,
               {V4L2_XFER_FUNC_709, V4L2_XFER_FUNC_SRGB}},
    Conversion{V4L2_FMT_FLAG_CSC_YCBCR_ENC,
               &v4l2::Colorimetry::encoding,
               {V4L2_YCBCR_ENC_709, V4L2_YCBCR_ENC_601}},
    Conversion{V4L2_FMT_FLAG_CSC_QUANTIZATION,
               &v4l2::Colorimetry::quantization,
               {V4L2_QUANTIZATION_FULL_RANGE, V4L2_QUANTIZATION_LIM_RANGE}},
};

/// Returns the colorimetry of VIDIOC_G_FMT after VIDIOC_S_FMT of `wire`.
v4l2::Colorimetry colours_after(const v4l2::Node& node, v4l2_format wire) {
  EXPECT_TRUE(node.call(request::s_fmt, wire));
  v4l2_format current{};
  current.type = wire.type;
  EXPECT_TRUE(node.call(request::g_fmt, current));
  return v4l2::from_wire(current).colorimetry;
}

// The colour fields of struct v4l2_pix_format are "set by the driver for capture streams".
// V4L2_PIX_FMT_FLAG_SET_CSC is the exception. VIDIOC_S_FMT's own answer does not show it, since
// uvcvideo returns the quantization that was written. So to_wire() writes none. A node behind a
// media graph takes what is written, since its program knows the graph
// (vimc_capture_try_fmt_vid_cap()).
TEST_P(Belief, ColoursAreTheDriversWhateverIsWritten) {
  const auto node = open();
  auto wish = set_format(*node);
  const auto own = colours_after(*node, to_wire(wish, type));
  wish.convert = true;
  for (const auto& conversion : conversions)
    for (const auto value : conversion.choice) {
      wish.colorimetry.*conversion.what = value;
      auto wire = to_wire(wish, type);
      if (type == v4l2::BufferType::capture_mplane)
        wire.fmt.pix_mp.flags = 0;
      else
        wire.fmt.pix.flags = 0;
      EXPECT_EQ(colours_after(*node, wire), is_behind_graph(*node) ? wish.colorimetry : own);
    }
}

// V4L2_FMT_FLAG_CSC_*: "the driver allows the application to try to change" it, with
// V4L2_PIX_FMT_FLAG_SET_CSC. A driver with the flag can set both of two common values. A driver
// without it keeps its own value. OfferedFormat::convertible() relies on it. A node behind a media
// graph has no flag and takes what is written.
TEST_P(Belief, ADriverConvertsWhatItSaysItConverts) {
  const auto node = open();
  auto wish = set_format(*node);
  const auto own = colours_after(*node, to_wire(wish, type));
  v4l2_fmtdesc offered{};
  offered.type = to_wire(type);
  while (errno_of(*node, request::enum_fmt, offered) == 0 &&
         offered.pixelformat != wish.fourcc.code)
    ++offered.index;
  ASSERT_EQ(offered.pixelformat, wish.fourcc.code);
  wish.convert = true;
  for (const auto& conversion : conversions)
    for (const auto value : conversion.choice) {
      wish.colorimetry = own;
      wish.colorimetry.*conversion.what = value;
      const bool takes = (offered.flags & conversion.flag) != 0 || is_behind_graph(*node);
      EXPECT_EQ(colours_after(*node, to_wire(wish, type)).*conversion.what,
                takes ? value : own.*conversion.what)
          << conversion.flag;
    }
}

// VIDIOC_G_EXT_CTRLS returns EINVAL for an unknown control, or ENOTTY without any control.
// hdr_info() takes both for an answer.
TEST_P(Belief, AControlThatIsNotThereIsInvalid) {
  const auto node = open();
  std::int32_t value{};
  v4l2_ext_control control{};
  control.id = V4L2_CID_COLORIMETRY_CLASS_BASE + 0xff;
  control.size = sizeof value;
  control.ptr = &value;
  v4l2_ext_controls wire{};
  wire.which = V4L2_CTRL_WHICH_CUR_VAL;
  wire.count = 1;
  wire.controls = &control;
  EXPECT_EQ(errno_of(*node, request::g_ext_ctrls, wire), is_behind_graph(*node) ? ENOTTY : EINVAL);
  EXPECT_TRUE(v4l2::hdr_info(*node));
}

// VIDIOC_S_CTRL returns the same errors. force_key_frame() takes both for an answer.
TEST_P(Belief, AControlThatIsNotThereIsNotSet) {
  const auto node = open();
  v4l2_control control{};
  control.id = V4L2_CID_COLORIMETRY_CLASS_BASE + 0xff;
  EXPECT_EQ(errno_of(*node, request::s_ctrl, control), is_behind_graph(*node) ? ENOTTY : EINVAL);
  EXPECT_TRUE(v4l2::force_key_frame(*node));
}

}  // namespace
