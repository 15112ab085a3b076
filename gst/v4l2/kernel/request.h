#pragma once

#include <linux/media.h>
#include <linux/uvcvideo.h>
#include <linux/v4l2-subdev.h>
#include <linux/videodev2.h>

#include "kernel/newer_kernel.h"

namespace v4l2 {

/// A Request is an ioctl's number, argument type and printable name in one. So none of the three
/// can be mistaken for another ioctl's.
template <class Argument>
struct Request {
  unsigned long number;
  const char* name;

  consteval Request(unsigned long ioctl_number, const char* printable_name)
      : number{ioctl_number}, name{printable_name} {
    if (_IOC_SIZE(ioctl_number) != sizeof(Argument)) throw "number and argument type disagree";
  }
};

/// These are the ioctls of V4L2 and media nodes that the project uses, and no others. See the V4L2
/// API specification, "Function Reference", for each.
namespace request {

// clang-format off
inline constexpr Request<v4l2_capability> querycap{VIDIOC_QUERYCAP, "VIDIOC_QUERYCAP"};
inline constexpr Request<v4l2_fmtdesc> enum_fmt{VIDIOC_ENUM_FMT, "VIDIOC_ENUM_FMT"};
inline constexpr Request<v4l2_frmsizeenum> enum_framesizes{VIDIOC_ENUM_FRAMESIZES, "VIDIOC_ENUM_FRAMESIZES"};
inline constexpr Request<v4l2_frmivalenum> enum_frameintervals{VIDIOC_ENUM_FRAMEINTERVALS, "VIDIOC_ENUM_FRAMEINTERVALS"};
inline constexpr Request<v4l2_format> g_fmt{VIDIOC_G_FMT, "VIDIOC_G_FMT"};
inline constexpr Request<v4l2_format> s_fmt{VIDIOC_S_FMT, "VIDIOC_S_FMT"};
inline constexpr Request<v4l2_streamparm> g_parm{VIDIOC_G_PARM, "VIDIOC_G_PARM"};
inline constexpr Request<v4l2_streamparm> s_parm{VIDIOC_S_PARM, "VIDIOC_S_PARM"};
inline constexpr Request<int> g_input{VIDIOC_G_INPUT, "VIDIOC_G_INPUT"};
inline constexpr Request<int> s_input{VIDIOC_S_INPUT, "VIDIOC_S_INPUT"};
inline constexpr Request<v4l2_input> enum_input{VIDIOC_ENUMINPUT, "VIDIOC_ENUMINPUT"};
inline constexpr Request<v4l2_standard> enum_std{VIDIOC_ENUMSTD, "VIDIOC_ENUMSTD"};
inline constexpr Request<v4l2_std_id> g_std{VIDIOC_G_STD, "VIDIOC_G_STD"};
inline constexpr Request<v4l2_std_id> s_std{VIDIOC_S_STD, "VIDIOC_S_STD"};
inline constexpr Request<v4l2_std_id> query_std{VIDIOC_QUERYSTD, "VIDIOC_QUERYSTD"};
inline constexpr Request<v4l2_dv_timings> g_dv_timings{VIDIOC_G_DV_TIMINGS, "VIDIOC_G_DV_TIMINGS"};
inline constexpr Request<v4l2_dv_timings> s_dv_timings{VIDIOC_S_DV_TIMINGS, "VIDIOC_S_DV_TIMINGS"};
inline constexpr Request<v4l2_dv_timings> query_dv_timings{VIDIOC_QUERY_DV_TIMINGS, "VIDIOC_QUERY_DV_TIMINGS"};
inline constexpr Request<v4l2_enum_dv_timings> enum_dv_timings{VIDIOC_ENUM_DV_TIMINGS, "VIDIOC_ENUM_DV_TIMINGS"};
inline constexpr Request<v4l2_edid> g_edid{VIDIOC_G_EDID, "VIDIOC_G_EDID"};
inline constexpr Request<v4l2_edid> s_edid{VIDIOC_S_EDID, "VIDIOC_S_EDID"};
inline constexpr Request<v4l2_audio> enum_audio{VIDIOC_ENUMAUDIO, "VIDIOC_ENUMAUDIO"};
inline constexpr Request<v4l2_audio> g_audio{VIDIOC_G_AUDIO, "VIDIOC_G_AUDIO"};
inline constexpr Request<v4l2_audio> s_audio{VIDIOC_S_AUDIO, "VIDIOC_S_AUDIO"};
inline constexpr Request<v4l2_tuner> g_tuner{VIDIOC_G_TUNER, "VIDIOC_G_TUNER"};
inline constexpr Request<v4l2_frequency> g_frequency{VIDIOC_G_FREQUENCY, "VIDIOC_G_FREQUENCY"};
inline constexpr Request<v4l2_frequency> s_frequency{VIDIOC_S_FREQUENCY, "VIDIOC_S_FREQUENCY"};
inline constexpr Request<v4l2_cropcap> cropcap{VIDIOC_CROPCAP, "VIDIOC_CROPCAP"};
inline constexpr Request<v4l2_selection> g_selection{VIDIOC_G_SELECTION, "VIDIOC_G_SELECTION"};
inline constexpr Request<v4l2_selection> s_selection{VIDIOC_S_SELECTION, "VIDIOC_S_SELECTION"};
inline constexpr Request<v4l2_event_subscription> subscribe_event{VIDIOC_SUBSCRIBE_EVENT, "VIDIOC_SUBSCRIBE_EVENT"};
inline constexpr Request<v4l2_event> dqevent{VIDIOC_DQEVENT, "VIDIOC_DQEVENT"};
inline constexpr Request<v4l2_query_ext_ctrl> query_ext_ctrl{VIDIOC_QUERY_EXT_CTRL, "VIDIOC_QUERY_EXT_CTRL"};
inline constexpr Request<v4l2_queryctrl> query_ctrl{VIDIOC_QUERYCTRL, "VIDIOC_QUERYCTRL"};
inline constexpr Request<v4l2_querymenu> query_menu{VIDIOC_QUERYMENU, "VIDIOC_QUERYMENU"};
inline constexpr Request<v4l2_ext_controls> g_ext_ctrls{VIDIOC_G_EXT_CTRLS, "VIDIOC_G_EXT_CTRLS"};
inline constexpr Request<v4l2_ext_controls> s_ext_ctrls{VIDIOC_S_EXT_CTRLS, "VIDIOC_S_EXT_CTRLS"};
inline constexpr Request<v4l2_control> g_ctrl{VIDIOC_G_CTRL, "VIDIOC_G_CTRL"};
inline constexpr Request<v4l2_control> s_ctrl{VIDIOC_S_CTRL, "VIDIOC_S_CTRL"};
inline constexpr Request<v4l2_requestbuffers> reqbufs{VIDIOC_REQBUFS, "VIDIOC_REQBUFS"};
inline constexpr Request<v4l2_create_buffers> create_bufs{VIDIOC_CREATE_BUFS, "VIDIOC_CREATE_BUFS"};
inline constexpr Request<v4l2_remove_buffers> remove_bufs{VIDIOC_REMOVE_BUFS, "VIDIOC_REMOVE_BUFS"};
inline constexpr Request<v4l2_buffer> querybuf{VIDIOC_QUERYBUF, "VIDIOC_QUERYBUF"};
inline constexpr Request<v4l2_exportbuffer> expbuf{VIDIOC_EXPBUF, "VIDIOC_EXPBUF"};
inline constexpr Request<v4l2_buffer> qbuf{VIDIOC_QBUF, "VIDIOC_QBUF"};
inline constexpr Request<v4l2_buffer> dqbuf{VIDIOC_DQBUF, "VIDIOC_DQBUF"};
inline constexpr Request<int> streamon{VIDIOC_STREAMON, "VIDIOC_STREAMON"};
inline constexpr Request<int> streamoff{VIDIOC_STREAMOFF, "VIDIOC_STREAMOFF"};
inline constexpr Request<uvc_xu_control_query> uvc_ctrl_query{UVCIOC_CTRL_QUERY, "UVCIOC_CTRL_QUERY"};
inline constexpr Request<media_v2_topology> g_topology{MEDIA_IOC_G_TOPOLOGY, "MEDIA_IOC_G_TOPOLOGY"};
inline constexpr Request<v4l2_subdev_format> subdev_g_fmt{VIDIOC_SUBDEV_G_FMT, "VIDIOC_SUBDEV_G_FMT"};
inline constexpr Request<v4l2_subdev_format> subdev_s_fmt{VIDIOC_SUBDEV_S_FMT, "VIDIOC_SUBDEV_S_FMT"};
inline constexpr Request<v4l2_subdev_mbus_code_enum> subdev_enum_mbus_code{VIDIOC_SUBDEV_ENUM_MBUS_CODE, "VIDIOC_SUBDEV_ENUM_MBUS_CODE"};
// clang-format on

}  // namespace request
}  // namespace v4l2
