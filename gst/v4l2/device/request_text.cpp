#include "device/request_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "device/fourcc.h"
#include "device/text.h"
#include "kernel/request.h"

namespace v4l2 {
namespace {

struct Named {
  unsigned long number;
  const char* name;

  template <class Argument>
  // NOLINTNEXTLINE(google-explicit-constructor): a list of requests
  constexpr Named(const Request<Argument>& request) : number{request.number}, name{request.name} {}
};

constexpr std::array names{
    Named{request::querycap},
    Named{request::enum_fmt},
    Named{request::enum_framesizes},
    Named{request::enum_frameintervals},
    Named{request::g_fmt},
    Named{request::s_fmt},
    Named{request::g_parm},
    Named{request::s_parm},
    Named{request::g_input},
    Named{request::s_input},
    Named{request::enum_input},
    Named{request::g_std},
    Named{request::s_std},
    Named{request::query_std},
    Named{request::g_dv_timings},
    Named{request::s_dv_timings},
    Named{request::query_dv_timings},
    Named{request::enum_dv_timings},
    Named{request::g_edid},
    Named{request::s_edid},
    Named{request::enum_audio},
    Named{request::g_audio},
    Named{request::s_audio},
    Named{request::g_tuner},
    Named{request::g_frequency},
    Named{request::s_frequency},
    Named{request::cropcap},
    Named{request::g_selection},
    Named{request::s_selection},
    Named{request::subscribe_event},
    Named{request::dqevent},
    Named{request::query_ext_ctrl},
    Named{request::query_ctrl},
    Named{request::query_menu},
    Named{request::g_ext_ctrls},
    Named{request::s_ext_ctrls},
    Named{request::uvc_ctrl_query},
    Named{request::g_ctrl},
    Named{request::s_ctrl},
    Named{request::reqbufs},
    Named{request::create_bufs},
    Named{request::remove_bufs},
    Named{request::querybuf},
    Named{request::expbuf},
    Named{request::qbuf},
    Named{request::dqbuf},
    Named{request::streamon},
    Named{request::streamoff},
    Named{request::g_topology},
    Named{request::subdev_g_fmt},
    Named{request::subdev_s_fmt},
    Named{request::subdev_enum_mbus_code},
};

// Pointers in an argument are never followed: they are the caller's before the call, and anything
// after it.

std::string fraction(const v4l2_fract& fract) {
  return std::to_string(fract.numerator) + "/" + std::to_string(fract.denominator) + " s";
}

std::string size(std::uint32_t width, std::uint32_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

std::string rectangle(const v4l2_rect& rect) {
  return size(rect.width, rect.height) + " at " + std::to_string(rect.left) + "," +
         std::to_string(rect.top);
}

std::string words(const v4l2_capability& it) {
  return text_of(it.card) + ", driver " + text_of(it.driver) + ", bus " + text_of(it.bus_info) +
         ", device caps " + hex(it.device_caps);
}

std::string words(const v4l2_fmtdesc& it) {
  return std::to_string(it.index) + " " + Fourcc{it.pixelformat}.to_string() + " '" +
         text_of(it.description) + "', flags " + hex(it.flags);
}

std::string words(const v4l2_frmsizeenum& it) {
  auto text = std::to_string(it.index) + " " + Fourcc{it.pixel_format}.to_string();
  if (it.type == V4L2_FRMSIZE_TYPE_DISCRETE)
    return text + " " + size(it.discrete.width, it.discrete.height);
  if (it.type != V4L2_FRMSIZE_TYPE_CONTINUOUS && it.type != V4L2_FRMSIZE_TYPE_STEPWISE) return text;
  const auto& range = it.stepwise;
  return text + " " + size(range.min_width, range.min_height) + " to " +
         size(range.max_width, range.max_height) + " by " +
         size(range.step_width, range.step_height);
}

std::string words(const v4l2_frmivalenum& it) {
  auto text = std::to_string(it.index) + " " + Fourcc{it.pixel_format}.to_string() + " " +
              size(it.width, it.height);
  if (it.type == V4L2_FRMIVAL_TYPE_DISCRETE) return text + " " + fraction(it.discrete);
  if (it.type != V4L2_FRMIVAL_TYPE_CONTINUOUS && it.type != V4L2_FRMIVAL_TYPE_STEPWISE) return text;
  return text + " " + fraction(it.stepwise.min) + " to " + fraction(it.stepwise.max) + " by " +
         fraction(it.stepwise.step);
}

std::string words(const v4l2_format& it) {
  if (it.type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) {
    const auto& pix = it.fmt.pix_mp;
    auto text = Fourcc{pix.pixelformat}.to_string() + " " + size(pix.width, pix.height) +
                ", field " + std::to_string(pix.field) + ", colours " +
                std::to_string(pix.colorspace) + "/" + std::to_string(pix.xfer_func) + "/" +
                std::to_string(pix.ycbcr_enc) + "/" + std::to_string(pix.quantization);
    const auto planes = std::min<std::size_t>(pix.num_planes, VIDEO_MAX_PLANES);
    for (std::size_t plane = 0; plane < planes; ++plane)
      text += ", plane of " + std::to_string(pix.plane_fmt[plane].sizeimage) + " bytes, " +
              std::to_string(pix.plane_fmt[plane].bytesperline) + " a line";
    return text;
  }
  if (it.type == V4L2_BUF_TYPE_META_CAPTURE)
    return "metadata " + Fourcc{it.fmt.meta.dataformat}.to_string() + ", " +
           std::to_string(it.fmt.meta.buffersize) + " bytes";
  const auto& pix = it.fmt.pix;
  return Fourcc{pix.pixelformat}.to_string() + " " + size(pix.width, pix.height) + ", field " +
         std::to_string(pix.field) + ", colours " + std::to_string(pix.colorspace) + "/" +
         std::to_string(pix.xfer_func) + "/" + std::to_string(pix.ycbcr_enc) + "/" +
         std::to_string(pix.quantization) + ", " + std::to_string(pix.sizeimage) + " bytes, " +
         std::to_string(pix.bytesperline) + " a line";
}

std::string words(const v4l2_streamparm& it) {
  return fraction(it.parm.capture.timeperframe) + ", capability " +
         hex(it.parm.capture.capability) + ", mode " + hex(it.parm.capture.capturemode);
}

std::string words(const int& it) {
  return std::to_string(it);
}

std::string words(const v4l2_input& it) {
  return std::to_string(it.index) + " '" + text_of(it.name) + "', standards " + hex(it.std) +
         ", status " + hex(it.status) + ", capabilities " + hex(it.capabilities);
}

std::string words(const v4l2_std_id& it) {
  return hex(it);
}

std::string words(const v4l2_dv_timings& it) {
  return size(it.bt.width, it.bt.height) + (it.bt.interlaced != 0 ? "i" : "p") + ", " +
         std::to_string(it.bt.pixelclock) + " Hz";
}

std::string words(const v4l2_enum_dv_timings& it) {
  return std::to_string(it.index) + " " + words(it.timings);
}

std::string words(const v4l2_edid& it) {
  return std::to_string(it.blocks) + " blocks of input " + std::to_string(it.pad);
}

std::string words(const v4l2_audio& it) {
  return std::to_string(it.index) + " '" + text_of(it.name) + "'";
}

std::string words(const v4l2_tuner& it) {
  return std::to_string(it.index) + " '" + text_of(it.name) + "', " + std::to_string(it.rangelow) +
         " to " + std::to_string(it.rangehigh) + ", capability " + hex(it.capability);
}

std::string words(const v4l2_frequency& it) {
  return std::to_string(it.frequency) + " of tuner " + std::to_string(it.tuner);
}

std::string words(const v4l2_cropcap& it) {
  return "bounds " + rectangle(it.bounds) + ", default " + rectangle(it.defrect) + ", aspect " +
         std::to_string(it.pixelaspect.numerator) + "/" +
         std::to_string(it.pixelaspect.denominator);
}

std::string words(const v4l2_selection& it) {
  return "target " + hex(it.target) + ", " + rectangle(it.r);
}

std::string words(const v4l2_event_subscription& it) {
  return "type " + hex(it.type) + ", id " + hex(it.id);
}

std::string words(const v4l2_event& it) {
  return "type " + hex(it.type) + ", id " + hex(it.id) + ", " + std::to_string(it.pending) +
         " more";
}

std::string words(const v4l2_query_ext_ctrl& it) {
  return hex(it.id) + " '" +
         text_of({reinterpret_cast<const std::uint8_t*>(&it.name[0]), sizeof it.name}) +
         "', type " + std::to_string(it.type) + ", flags " + hex(it.flags);
}

std::string words(const v4l2_queryctrl& it) {
  return hex(it.id) + " '" + text_of(it.name) + "', type " + std::to_string(it.type) + ", flags " +
         hex(it.flags);
}

std::string words(const v4l2_querymenu& it) {
  // Whether the entry has a name or a number is not known here. The struct is packed.
  const std::uint32_t id = it.id;
  const std::uint32_t index = it.index;
  return hex(id) + ", entry " + std::to_string(index);
}

std::string words(const v4l2_ext_controls& it) {
  return std::to_string(it.count) + " controls, error_idx " + std::to_string(it.error_idx);
}

std::string words(const v4l2_control& it) {
  return hex(it.id) + " = " + std::to_string(it.value);
}

std::string words(const v4l2_requestbuffers& it) {
  return std::to_string(it.count) + " buffers, memory " + std::to_string(it.memory) +
         ", capabilities " + hex(it.capabilities);
}

std::string words(const v4l2_create_buffers& it) {
  return std::to_string(it.count) + " buffers from " + std::to_string(it.index) + ", memory " +
         std::to_string(it.memory);
}

std::string words(const v4l2_remove_buffers& it) {
  return std::to_string(it.count) + " buffers from " + std::to_string(it.index);
}

std::string words(const v4l2_buffer& it) {
  auto text = "buffer " + std::to_string(it.index) + ", sequence " + std::to_string(it.sequence) +
              ", flags " + hex(it.flags) + ", field " + std::to_string(it.field) + ", time " +
              std::to_string(it.timestamp.tv_sec) + " s " + std::to_string(it.timestamp.tv_usec) +
              " us";
  if (it.type != V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE)
    text += ", " + std::to_string(it.bytesused) + " of " + std::to_string(it.length) + " bytes";
  else
    text += ", " + std::to_string(it.length) + " planes";
  return text;
}

std::string words(const v4l2_exportbuffer& it) {
  return "buffer " + std::to_string(it.index) + ", plane " + std::to_string(it.plane) +
         ", descriptor " + std::to_string(it.fd);
}

}  // namespace

std::string request_name(unsigned long request) {
  const auto known = std::ranges::find(names, request, &Named::number);
  return known != names.end() ? known->name : "ioctl " + hex(request);
}

std::string argument_text(unsigned long request, const void* argument) {
  const auto as = [argument]<class Argument>(const Request<Argument>&) {
    return words(*static_cast<const Argument*>(argument));
  };
  // clang-format off
  switch (request) {
    case VIDIOC_QUERYCAP: return as(request::querycap);
    case VIDIOC_ENUM_FMT: return as(request::enum_fmt);
    case VIDIOC_ENUM_FRAMESIZES: return as(request::enum_framesizes);
    case VIDIOC_ENUM_FRAMEINTERVALS: return as(request::enum_frameintervals);
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT: return as(request::s_fmt);
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM: return as(request::s_parm);
    case VIDIOC_G_INPUT:
    case VIDIOC_S_INPUT: return as(request::s_input);
    case VIDIOC_ENUMINPUT: return as(request::enum_input);
    case VIDIOC_G_STD:
    case VIDIOC_S_STD:
    case VIDIOC_QUERYSTD: return as(request::s_std);
    case VIDIOC_G_DV_TIMINGS:
    case VIDIOC_S_DV_TIMINGS:
    case VIDIOC_QUERY_DV_TIMINGS: return as(request::s_dv_timings);
    case VIDIOC_ENUM_DV_TIMINGS: return as(request::enum_dv_timings);
    case VIDIOC_G_EDID:
    case VIDIOC_S_EDID: return as(request::s_edid);
    case VIDIOC_ENUMAUDIO:
    case VIDIOC_G_AUDIO:
    case VIDIOC_S_AUDIO: return as(request::s_audio);
    case VIDIOC_G_TUNER: return as(request::g_tuner);
    case VIDIOC_G_FREQUENCY:
    case VIDIOC_S_FREQUENCY: return as(request::s_frequency);
    case VIDIOC_CROPCAP: return as(request::cropcap);
    case VIDIOC_G_SELECTION:
    case VIDIOC_S_SELECTION: return as(request::s_selection);
    case VIDIOC_SUBSCRIBE_EVENT: return as(request::subscribe_event);
    case VIDIOC_DQEVENT: return as(request::dqevent);
    case VIDIOC_QUERY_EXT_CTRL: return as(request::query_ext_ctrl);
    case VIDIOC_QUERYCTRL: return as(request::query_ctrl);
    case VIDIOC_QUERYMENU: return as(request::query_menu);
    case VIDIOC_G_EXT_CTRLS:
    case VIDIOC_S_EXT_CTRLS: return as(request::s_ext_ctrls);
    case VIDIOC_G_CTRL:
    case VIDIOC_S_CTRL: return as(request::s_ctrl);
    case VIDIOC_REQBUFS: return as(request::reqbufs);
    case VIDIOC_CREATE_BUFS: return as(request::create_bufs);
    case VIDIOC_REMOVE_BUFS: return as(request::remove_bufs);
    case VIDIOC_QUERYBUF:
    case VIDIOC_QBUF:
    case VIDIOC_DQBUF: return as(request::dqbuf);
    case VIDIOC_EXPBUF: return as(request::expbuf);
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF: return as(request::streamon);
    default: return {};
  }
  // clang-format on
}

}  // namespace v4l2
