#pragma once

#include <linux/videodev2.h>

// This header adds what linux/videodev2.h has gained since Linux 6.1. The program then knows and
// uses the same, whatever header it is built against. The running kernel says whether it has a
// feature. Numbers and layouts are the kernel's ABI (include/uapi/linux/videodev2.h) and do not
// change. No other file asks how old the header is.

// NOLINTBEGIN(cppcoreguidelines-macro-usage)

// ---- buffers ------------------------------------------------------------------------------------

// Linux 6.10.
#ifndef V4L2_BUF_CAP_SUPPORTS_REMOVE_BUFS
#define V4L2_BUF_CAP_SUPPORTS_REMOVE_BUFS (1 << 8)
#endif
#ifndef VIDIOC_REMOVE_BUFS
// NOLINTNEXTLINE(readability-identifier-naming): the kernel's name
struct v4l2_remove_buffers {
  __u32 index;
  __u32 count;
  __u32 type;
  __u32 reserved[13];  // NOLINT(modernize-avoid-c-arrays): the kernel's layout
};

#define VIDIOC_REMOVE_BUFS _IOWR('V', 104, struct v4l2_remove_buffers)
#endif

// ---- controls -----------------------------------------------------------------------------------

// Linux 6.15. There it is a value of the enum v4l2_ctrl_type, which no #ifdef sees. So this macro
// has the number for both.
#ifndef V4L2_CTRL_TYPE_RECT
#define V4L2_CTRL_TYPE_RECT 0x0107
#endif

// ---- pixel formats ------------------------------------------------------------------------------

#ifndef V4L2_PIX_FMT_ABGR64_12
#define V4L2_PIX_FMT_ABGR64_12 v4l2_fourcc('B', '4', '1', '2')
#endif
#ifndef V4L2_PIX_FMT_AJPG
#define V4L2_PIX_FMT_AJPG v4l2_fourcc('A', 'J', 'P', 'G')
#endif
#ifndef V4L2_PIX_FMT_ARGB2101010
#define V4L2_PIX_FMT_ARGB2101010 v4l2_fourcc('A', 'R', '3', '0')
#endif
#ifndef V4L2_PIX_FMT_AV1
#define V4L2_PIX_FMT_AV1 v4l2_fourcc('A', 'V', '0', '1')
#endif
#ifndef V4L2_PIX_FMT_AV1_FRAME
#define V4L2_PIX_FMT_AV1_FRAME v4l2_fourcc('A', 'V', '1', 'F')
#endif
#ifndef V4L2_PIX_FMT_BGR48
#define V4L2_PIX_FMT_BGR48 v4l2_fourcc('B', 'G', 'R', '6')
#endif
#ifndef V4L2_PIX_FMT_BGR48_12
#define V4L2_PIX_FMT_BGR48_12 v4l2_fourcc('B', '3', '1', '2')
#endif
#ifndef V4L2_PIX_FMT_HEXTILE
#define V4L2_PIX_FMT_HEXTILE v4l2_fourcc('H', 'X', 'T', 'L')
#endif
#ifndef V4L2_PIX_FMT_MT2110R
#define V4L2_PIX_FMT_MT2110R v4l2_fourcc('M', 'T', '2', 'R')
#endif
#ifndef V4L2_PIX_FMT_MT2110T
#define V4L2_PIX_FMT_MT2110T v4l2_fourcc('M', 'T', '2', 'T')
#endif
#ifndef V4L2_PIX_FMT_NV12_10BE_8L128
#define V4L2_PIX_FMT_NV12_10BE_8L128 v4l2_fourcc_be('A', 'X', '1', '2')
#endif
#ifndef V4L2_PIX_FMT_NV12_8L128
#define V4L2_PIX_FMT_NV12_8L128 v4l2_fourcc('A', 'T', '1', '2')
#endif
#ifndef V4L2_PIX_FMT_NV15
#define V4L2_PIX_FMT_NV15 v4l2_fourcc('N', 'V', '1', '5')
#endif
#ifndef V4L2_PIX_FMT_NV15_4L4
#define V4L2_PIX_FMT_NV15_4L4 v4l2_fourcc('V', 'T', '1', '5')
#endif
#ifndef V4L2_PIX_FMT_NV20
#define V4L2_PIX_FMT_NV20 v4l2_fourcc('N', 'V', '2', '0')
#endif
#ifndef V4L2_PIX_FMT_P012
#define V4L2_PIX_FMT_P012 v4l2_fourcc('P', '0', '1', '2')
#endif
#ifndef V4L2_PIX_FMT_P012M
#define V4L2_PIX_FMT_P012M v4l2_fourcc('P', 'M', '1', '2')
#endif
#ifndef V4L2_PIX_FMT_PISP_COMP1_BGGR
#define V4L2_PIX_FMT_PISP_COMP1_BGGR v4l2_fourcc('P', 'C', '1', 'B')
#endif
#ifndef V4L2_PIX_FMT_PISP_COMP1_GBRG
#define V4L2_PIX_FMT_PISP_COMP1_GBRG v4l2_fourcc('P', 'C', '1', 'g')
#endif
#ifndef V4L2_PIX_FMT_PISP_COMP1_GRBG
#define V4L2_PIX_FMT_PISP_COMP1_GRBG v4l2_fourcc('P', 'C', '1', 'G')
#endif
#ifndef V4L2_PIX_FMT_PISP_COMP1_MONO
#define V4L2_PIX_FMT_PISP_COMP1_MONO v4l2_fourcc('P', 'C', '1', 'M')
#endif
#ifndef V4L2_PIX_FMT_PISP_COMP1_RGGB
#define V4L2_PIX_FMT_PISP_COMP1_RGGB v4l2_fourcc('P', 'C', '1', 'R')
#endif
#ifndef V4L2_PIX_FMT_PISP_COMP2_BGGR
#define V4L2_PIX_FMT_PISP_COMP2_BGGR v4l2_fourcc('P', 'C', '2', 'B')
#endif
#ifndef V4L2_PIX_FMT_PISP_COMP2_GBRG
#define V4L2_PIX_FMT_PISP_COMP2_GBRG v4l2_fourcc('P', 'C', '2', 'g')
#endif
#ifndef V4L2_PIX_FMT_PISP_COMP2_GRBG
#define V4L2_PIX_FMT_PISP_COMP2_GRBG v4l2_fourcc('P', 'C', '2', 'G')
#endif
#ifndef V4L2_PIX_FMT_PISP_COMP2_MONO
#define V4L2_PIX_FMT_PISP_COMP2_MONO v4l2_fourcc('P', 'C', '2', 'M')
#endif
#ifndef V4L2_PIX_FMT_PISP_COMP2_RGGB
#define V4L2_PIX_FMT_PISP_COMP2_RGGB v4l2_fourcc('P', 'C', '2', 'R')
#endif
#ifndef V4L2_PIX_FMT_RAW_CRU10
#define V4L2_PIX_FMT_RAW_CRU10 v4l2_fourcc('C', 'R', '1', '0')
#endif
#ifndef V4L2_PIX_FMT_RAW_CRU12
#define V4L2_PIX_FMT_RAW_CRU12 v4l2_fourcc('C', 'R', '1', '2')
#endif
#ifndef V4L2_PIX_FMT_RAW_CRU14
#define V4L2_PIX_FMT_RAW_CRU14 v4l2_fourcc('C', 'R', '1', '4')
#endif
#ifndef V4L2_PIX_FMT_RAW_CRU20
#define V4L2_PIX_FMT_RAW_CRU20 v4l2_fourcc('C', 'R', '2', '0')
#endif
#ifndef V4L2_PIX_FMT_RGB48
#define V4L2_PIX_FMT_RGB48 v4l2_fourcc('R', 'G', 'B', '6')
#endif
#ifndef V4L2_PIX_FMT_RGBA1010102
#define V4L2_PIX_FMT_RGBA1010102 v4l2_fourcc('R', 'A', '3', '0')
#endif
#ifndef V4L2_PIX_FMT_RGBX1010102
#define V4L2_PIX_FMT_RGBX1010102 v4l2_fourcc('R', 'X', '3', '0')
#endif
#ifndef V4L2_PIX_FMT_RV30
#define V4L2_PIX_FMT_RV30 v4l2_fourcc('R', 'V', '3', '0')
#endif
#ifndef V4L2_PIX_FMT_RV40
#define V4L2_PIX_FMT_RV40 v4l2_fourcc('R', 'V', '4', '0')
#endif
#ifndef V4L2_PIX_FMT_SPK
#define V4L2_PIX_FMT_SPK v4l2_fourcc('S', 'P', 'K', '0')
#endif
#ifndef V4L2_PIX_FMT_Y012
#define V4L2_PIX_FMT_Y012 v4l2_fourcc('Y', '0', '1', '2')
#endif
#ifndef V4L2_PIX_FMT_Y12P
#define V4L2_PIX_FMT_Y12P v4l2_fourcc('Y', '1', '2', 'P')
#endif
#ifndef V4L2_PIX_FMT_Y14P
#define V4L2_PIX_FMT_Y14P v4l2_fourcc('Y', '1', '4', 'P')
#endif
#ifndef V4L2_PIX_FMT_Y16I
#define V4L2_PIX_FMT_Y16I v4l2_fourcc('Y', '1', '6', 'I')
#endif
#ifndef V4L2_PIX_FMT_Y210
#define V4L2_PIX_FMT_Y210 v4l2_fourcc('Y', '2', '1', '0')
#endif
#ifndef V4L2_PIX_FMT_Y212
#define V4L2_PIX_FMT_Y212 v4l2_fourcc('Y', '2', '1', '2')
#endif
#ifndef V4L2_PIX_FMT_Y216
#define V4L2_PIX_FMT_Y216 v4l2_fourcc('Y', '2', '1', '6')
#endif
#ifndef V4L2_PIX_FMT_YUV48_12
#define V4L2_PIX_FMT_YUV48_12 v4l2_fourcc('Y', '3', '1', '2')
#endif
// NOLINTEND(cppcoreguidelines-macro-usage)
