#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <linux/videodev2.h>

#include "device/format.h"

namespace fake {

/// A size that a format comes in, and the intervals that this size comes in.
struct ModelMode {
  v4l2::Size size;
  std::vector<v4l2::Interval> intervals;
};

struct ModelFormat {
  std::uint32_t fourcc{};
  std::vector<ModelMode> modes;  ///< of a range, the ends: only these have intervals
  /// Sizes are a range from the first mode's to the last one's, in such steps; 0 for single sizes.
  v4l2::Size step{};
  /// What VIDIOC_ENUM_FMT of a node behind a media graph lists it for; 0: nothing.
  std::uint32_t media_bus_code{};
};

/// A control of the camera. Drivers of the kernel's control framework take any value for one that
/// is inactive; uvcvideo passes the camera's refusal on, as this fake does.
struct ModelControl {
  std::uint32_t id{};
  std::string name;
  std::uint32_t type{V4L2_CTRL_TYPE_INTEGER};
  std::int64_t minimum{};
  std::int64_t maximum{};
  std::int64_t initial{};
  std::uint32_t flags{};  ///< V4L2_CTRL_FLAG_*
  /// The control that takes this one over, unless it has that value.
  std::uint32_t automatic{};
  std::int64_t manual_value{};
  std::string text{};  ///< initial value of a string
};

/// What kind of camera the fake is. Tests change what they need before they plug it in.
struct Model {
  std::string driver{"fake"};
  std::string card{"Fake Camera"};
  std::string bus{"platform:fake"};
  // What sysfs says of it. With a vendor it is a USB camera.
  std::string vendor_id;   ///< "046d"
  std::string product_id;  ///< "0825"
  std::string serial;
  std::string port;             ///< "1-1.2"; by default that of the node it was first plugged in at
  std::string function{"1.0"};  ///< which configuration and interface of the USB device
  std::string usb_speed{"480"};  ///< Mb/s
  unsigned index{};              ///< of the node within its device
  std::string number;  ///< of the node, where its path says another, as it may in a container
  std::uint32_t device_caps{V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT};
  /// Empty of one that has no format yet, such as a loopback device without a producer:
  /// VIDIOC_ENUM_FMT lists nothing, VIDIOC_G_FMT says EINVAL and VIDIOC_S_FMT EBUSY.
  std::vector<ModelFormat> formats;
  bool single_open{};        ///< a second open() says EBUSY
  bool exports{true};        ///< VIDIOC_EXPBUF works
  bool orphans{true};        ///< buffers may outlive REQBUFS(0)
  bool creates{true};        ///< VIDIOC_CREATE_BUFS works
  bool removes{true};        ///< VIDIOC_REMOVE_BUFS works, and is told of
  bool maps{true};           ///< V4L2_MEMORY_MMAP works
  bool userptrs{true};       ///< V4L2_MEMORY_USERPTR works
  bool imports{true};        ///< V4L2_MEMORY_DMABUF works
  bool reserves{true};       ///< else v4l2loopback's queue: see loopback()
  bool cache_hints{};        ///< V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS
  bool strides{};            ///< VIDIOC_S_FMT takes a bytesperline that is larger than it needs
  bool has_rates{true};      ///< VIDIOC_S_PARM and ENUM_FRAMEINTERVALS work
  bool lists_formats{true};  ///< VIDIOC_ENUM_FMT works
  bool lists_sizes{true};    ///< VIDIOC_ENUM_FRAMESIZES works
  std::uint32_t field{
      V4L2_FIELD_NONE};                ///< what S_FMT settles on, unless `fields` has what is asked
  std::vector<std::uint32_t> fields;   ///< V4L2_FIELD_* that it does besides
  v4l2_fract pixel_aspect{};           ///< VIDIOC_CROPCAP's, height over width; 0: no such call
  bool composes{};                     ///< has a compose rectangle, which VIDIOC_S_FMT leaves alone
  bool crops{};                        ///< has a crop rectangle that can be set; starts with all
  unsigned inputs{1};                  ///< of one kind
  std::uint32_t input_capabilities{};  ///< V4L2_IN_CAP_*
  std::uint32_t input_status{};        ///< V4L2_IN_ST_*
  v4l2_std_id standards{};             ///< of its input
  bool tells_changes{};                ///< V4L2_EVENT_SOURCE_CHANGE, also without such inputs
  bool echoes{};  ///< tells of changes of its source also when they are set here
  bool csc{};     ///< converts the colours of uncompressed formats to what S_FMT asks for
  v4l2::Colorimetry colorimetry{.colorspace = V4L2_COLORSPACE_SRGB};  ///< of uncompressed formats
  std::optional<v4l2_ctrl_hdr10_cll_info> light_level;  ///< V4L2_CID_COLORIMETRY_HDR10_CLL_INFO
  /// V4L2_CID_COLORIMETRY_HDR10_MASTERING_DISPLAY
  std::optional<v4l2_ctrl_hdr10_mastering_display> mastering_display;
  bool forces_key_frames{};  ///< V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME
  std::vector<ModelControl> controls;
  /// The node has controls and events. A node behind a media graph leaves them to its subdevices.
  bool has_controls{true};
  bool old_controls{};  ///< only VIDIOC_QUERYCTRL, VIDIOC_G_CTRL and VIDIOC_S_CTRL
  /// What VIDIOC_S_PARM sets, whatever is listed; unknown: the nearest.
  v4l2::Interval sets;
  /// VIDIOC_S_FMT sets a mode's first interval, as uvcvideo's sets the format's default.
  bool default_rate{};
  /// A fourcc and a size that VIDIOC_S_PARM sets, whatever VIDIOC_S_FMT has set (akvcam); 0: none.
  std::uint32_t rate_fourcc{};
  v4l2::Size rate_size{};
  /// VIDIOC_S_PARM with another `capturemode` says EINVAL (atomisp).
  std::uint32_t capture_mode{};
  std::uint32_t most_buffers{32};
  std::uint32_t least_buffers{1};
  std::uint32_t line_padding{};  ///< bytes added to each line of a raw format
  std::uint32_t extra_rows{};    ///< lines added below the picture of a raw format
  std::uint32_t data_offset{};   ///< bytes before the picture in each plane (multi-planar only)
};

/// A webcam: YUYV, NV12, RGB24, GREY and more at 640x480 and 320x240, MJPEG and H.264 up to
/// 1280x720.
Model webcam();

/// A few controls as webcams have them: numbers, a menu, and automatic modes with what they take
/// over. webcam() has them.
std::vector<ModelControl> usual_controls();

/// A loopback device that is being fed, as v4l2loopback's: VIDIOC_QBUF reserves nothing, so
/// VIDIOC_DQBUF gives what was written last, also what the program still holds; it exports nothing,
/// knows no memory but its own, and has `buffers` of it. poll() says nothing of a descriptor that
/// has neither buffers nor read().
Model loopback(std::uint32_t buffers = 2);

/// The same with a place in sysfs: a USB camera of that serial number (may be empty) in that port.
Model usb_camera(std::string serial, std::string port);

/// The same over the multi-planar API, with NV12M and YUV420M besides.
Model multiplanar_camera();

/// A node that is no camera: a UVC metadata node, a video output, a codec.
Model node_with(std::uint32_t device_caps, std::string card);

/// One memory plane of a format: bytes per line (0 for compressed ones) and number of lines, such
/// that a plane holds their product; for compressed formats `lines` is its size.
struct ModelPlane {
  std::uint32_t bytes_per_line{};
  std::uint32_t size{};
};

/// The memory planes of `fourcc` at `size`; empty for a fourcc that the fake does not know. A
/// camera that takes strides gives lines of at least `stride` bytes.
std::vector<ModelPlane> planes_of(const Model& model, std::uint32_t fourcc, v4l2::Size size,
                                  std::uint32_t stride = 0);

bool is_compressed(std::uint32_t fourcc);

}  // namespace fake
