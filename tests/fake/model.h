#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <linux/videodev2.h>

#include "device/format.h"

namespace fake {

/// A ModelMode is a size of a format and the frame intervals of that size.
struct ModelMode {
  v4l2::Size size;
  std::vector<v4l2::Interval> intervals;
};

struct ModelFormat {
  std::uint32_t fourcc{};
  std::vector<ModelMode> modes;  ///< of a range only the smallest and the largest
  /// The sizes range from the first mode's to the last one's in such steps. 0 means single sizes.
  v4l2::Size step{};
  /// VIDIOC_ENUM_FMT of a node behind a media graph lists the format for this code. 0 means none.
  std::uint32_t media_bus_code{};
};

/// An entry of a menu. Indexes may be left out.
struct ModelMenuEntry {
  std::uint32_t index{};
  std::string label{};    ///< of V4L2_CTRL_TYPE_MENU
  std::int64_t number{};  ///< of V4L2_CTRL_TYPE_INTEGER_MENU
};

/// A ModelControl is a control of the camera. The kernel's control framework takes any value for an
/// inactive control. uvcvideo passes on the camera's refusal, and so does this fake. Both clamp
/// integers.
struct ModelControl {
  std::uint32_t id{};
  std::string name;
  std::uint32_t type{V4L2_CTRL_TYPE_INTEGER};
  std::int64_t minimum{};
  std::int64_t maximum{};
  std::int64_t initial{};
  std::uint32_t flags{};  ///< V4L2_CTRL_FLAG_*
  /// The control that governs this one, unless that control has the value `manual_value`.
  std::uint32_t automatic{};
  std::int64_t manual_value{};
  std::string text{};  ///< initial value of a string
  std::uint64_t step{1};
  std::vector<ModelMenuEntry> menu{};  ///< if empty, "Entry 0" to the maximum
  std::vector<std::uint32_t> dims{};   ///< of an array
  /// Initial numbers of an array or a struct. If there are fewer than `dims` says, the rest is 0,
  /// unless the array is dynamic.
  std::vector<std::int64_t> numbers{};
  bool refuses_beyond_range{};     ///< an integer out of range is no value; otherwise it is clamped
  bool stores_inactive{};          ///< takes values while inactive, as the control framework does
  bool grabbed_while_streaming{};  ///< V4L2_CTRL_FLAG_GRABBED while the device streams
};

/// A ModelExtension is a control of a UVC extension unit.
struct ModelExtension {
  std::uint8_t unit{};
  std::uint8_t selector{};
  std::vector<std::uint8_t> bytes;  ///< initial value
  std::uint8_t most{0xff};          ///< the camera makes larger bytes this one
  bool readable{true};
  bool writable{true};
};

/// A ModelInput is one of several inputs, where they are not all of one kind.
struct ModelInput {
  std::string name;
  std::uint32_t capabilities{};  ///< V4L2_IN_CAP_*
  v4l2_std_id standards{};
  bool has_tuner{};       ///< the tuner with index 0
  std::uint32_t audio{};  ///< a bit for each audio input that it can be combined with
};

/// A ModelTuner is a tuner for TV. Frequencies have its unit.
struct ModelTuner {
  std::uint32_t least{44 * 16};
  std::uint32_t most{958 * 16};
  std::uint32_t capabilities{V4L2_TUNER_CAP_NORM};  ///< V4L2_TUNER_CAP_*
};

/// A Model says what kind of camera the fake is. Tests change it before they plug it in.
struct Model {
  std::string driver{"fake"};
  std::string card{"Fake Camera"};
  std::string bus{"platform:fake"};
  // Attributes in sysfs. A model with a vendor is a USB camera.
  std::string vendor_id;   ///< "046d"
  std::string product_id;  ///< "0825"
  std::string serial;
  bool has_parent{true};         ///< v4l2loopback's nodes have none
  std::string port;              ///< "1-1.2"; without USB it defaults to "fake." and the number
  std::string function{"1.0"};   ///< configuration and interface of the USB device
  std::string usb_speed{"480"};  ///< Mb/s
  unsigned index{};              ///< of the node within its device
  /// A node of metadata (V4L2_CAP_META_CAPTURE) has buffers of this size; 0 for other nodes.
  std::uint32_t metadata_size{};
  std::uint32_t metadata_format{V4L2_META_FMT_UVC};
  std::string number;  ///< of the node, where its path has another number, as in a container
  std::uint32_t device_caps{V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT};
  /// A device without formats is a loopback device without a producer. Its VIDIOC_ENUM_FMT lists no
  /// format, VIDIOC_G_FMT returns EINVAL and VIDIOC_S_FMT returns EBUSY.
  std::vector<ModelFormat> formats;
  bool single_open{};        ///< a second open() returns EBUSY
  bool exports{true};        ///< VIDIOC_EXPBUF works
  bool orphans{true};        ///< buffers may outlive REQBUFS(0)
  bool creates{true};        ///< VIDIOC_CREATE_BUFS works
  bool removes{true};        ///< VIDIOC_REMOVE_BUFS works, and VIDIOC_REQBUFS reports it
  bool maps{true};           ///< V4L2_MEMORY_MMAP works
  bool userptrs{true};       ///< V4L2_MEMORY_USERPTR works
  bool imports{true};        ///< V4L2_MEMORY_DMABUF works
  bool reserves{true};       ///< otherwise the queue is v4l2loopback's, see loopback()
  bool cache_hints{};        ///< V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS
  bool strides{};            ///< VIDIOC_S_FMT takes a bytesperline larger than needed
  bool has_rates{true};      ///< VIDIOC_S_PARM and ENUM_FRAMEINTERVALS work
  bool lists_formats{true};  ///< VIDIOC_ENUM_FMT works
  bool lists_sizes{true};    ///< VIDIOC_ENUM_FRAMESIZES works
  std::uint32_t field{
      V4L2_FIELD_NONE};  ///< VIDIOC_S_FMT answers this, unless `fields` has the requested one
  std::vector<std::uint32_t> fields;  ///< further V4L2_FIELD_* that it can
  v4l2_fract pixel_aspect{};          ///< of VIDIOC_CROPCAP, height over width; 0 for ENOTTY
  /// Has a compose rectangle, at first the whole frame. VIDIOC_S_FMT leaves it alone where it fits.
  bool composes{};
  bool crops{};  ///< has a crop rectangle that can be set, at first the whole picture
  /// Scales the crop rectangle to the frame. Without it the size of one decides on that of the
  /// other, as in vivid.
  bool scales{true};
  v4l2_rect bounds{};  ///< of the crop rectangle; the first mode if the width is 0
  bool pans{true};     ///< otherwise VIDIOC_S_SELECTION returns EBUSY while buffers are allocated
  std::uint32_t crop_step{1};  ///< corners and sizes of the crop rectangle are multiples of this
  unsigned inputs{1};          ///< all of one kind
  std::uint32_t input_capabilities{};     ///< V4L2_IN_CAP_*
  std::uint32_t input_status{};           ///< V4L2_IN_ST_*
  v4l2_std_id standards{};                ///< of each input
  std::vector<ModelInput> unlike_inputs;  ///< if there are any, these are the inputs
  std::vector<v4l2_dv_timings> timings;   ///< what VIDIOC_ENUM_DV_TIMINGS lists
  std::uint32_t edid_blocks{};            ///< how many an input can hold; 0 for no EDID
  std::vector<std::string> audio_inputs;  ///< what VIDIOC_ENUMAUDIO lists
  ModelTuner tuner;
  bool tells_changes{};  ///< sends V4L2_EVENT_SOURCE_CHANGE, also without such inputs
  bool echoes{};         ///< sends source change events also for calls of the program
  bool csc{};            ///< converts uncompressed formats to the colorimetry of VIDIOC_S_FMT
  v4l2::Colorimetry colorimetry{.colorspace = V4L2_COLORSPACE_SRGB};  ///< of uncompressed formats
  std::optional<v4l2_ctrl_hdr10_cll_info> light_level;  ///< V4L2_CID_COLORIMETRY_HDR10_CLL_INFO
  /// V4L2_CID_COLORIMETRY_HDR10_MASTERING_DISPLAY
  std::optional<v4l2_ctrl_hdr10_mastering_display> mastering_display;
  bool forces_key_frames{};  ///< V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME
  std::vector<ModelControl> controls;
  std::vector<ModelExtension> extensions;
  /// The node has controls and events. A node behind a media graph leaves them to its subdevices.
  bool has_controls{true};
  bool old_controls{};  ///< only VIDIOC_QUERYCTRL, VIDIOC_G_CTRL and VIDIOC_S_CTRL
  /// The interval that VIDIOC_S_PARM sets, whatever is listed. The nearest one if unknown.
  v4l2::Interval sets;
  /// VIDIOC_S_FMT sets a mode's first interval, as uvcvideo's sets the format's default.
  bool default_rate{};
  /// VIDIOC_S_PARM sets this fourcc and size, whatever VIDIOC_S_FMT has set (akvcam). 0 means
  /// neither.
  std::uint32_t rate_fourcc{};
  v4l2::Size rate_size{};
  /// VIDIOC_S_PARM returns EINVAL for another capturemode (atomisp).
  std::uint32_t capture_mode{};
  std::uint32_t most_buffers{32};
  std::uint32_t least_buffers{1};
  std::uint32_t line_padding{};  ///< bytes added to each line of a raw format
  std::uint32_t extra_rows{};    ///< lines added below the picture of a raw format
  std::uint32_t data_offset{};   ///< bytes before the picture in each plane (multi-planar only)
};

/// Returns a webcam with raw and coded formats. It has YUYV, NV12, RGB24, GREY and more at 640x480
/// and 320x240, and MJPEG and H.264 up to 1280x720.
Model webcam();

/// Returns the controls of webcam(), as webcams have them. They are numbers, a menu, and automatic
/// modes with the controls that they govern.
std::vector<ModelControl> usual_controls();

/// Returns one control of each type and kind, as vivid has them: a sparse menu, an integer menu, a
/// bitmask, a button, a string, 64 bits, arrays of one and more dimensions, a dynamic array, an
/// area, a rectangle, an unknown struct, and controls that are read-only, write-only or volatile.
std::vector<ModelControl> all_kinds_of_controls();

/// Returns usual_controls(), with colours, flips, rotation and motion besides.
std::vector<ModelControl> rich_controls();

/// Returns a loopback device with a producer, as v4l2loopback's. VIDIOC_QBUF reserves no buffer, so
/// VIDIOC_DQBUF returns the buffer that was written last, even one that the program still holds.
/// The device has `buffers` buffers of V4L2_MEMORY_MMAP, knows no other memory and exports none.
/// poll() returns no event for a descriptor with neither buffers nor read().
Model loopback(std::uint32_t buffers = 2);

/// Returns a webcam() on USB at that port. The serial number may be empty.
Model usb_camera(std::string serial, std::string port);

/// Returns a webcam() with the multi-planar API, and NV12M and YUV420M besides.
Model multiplanar_camera();

/// Returns timings with usual blanking. The rate is of fields if they are interlaced.
v4l2_dv_timings timings_of(std::uint32_t width, std::uint32_t height, std::uint32_t rate,
                           bool interlaced = false);

/// Returns a card with vivid's kinds of inputs: "Webcam", "TV", "S-Video" and "HDMI". HDMI lists
/// 1920x1080p60, 1280x720p60, 1280x720p50, 720x576i50 and 640x480p60.
Model many_inputs();

/// Returns the metadata node of usb_camera(), which gives UVC headers (V4L2_META_FMT_UVC).
Model usb_metadata(std::string serial, std::string port);

/// Returns a node that is no camera, such as UVC metadata, a video output or a codec.
Model node_with(std::uint32_t device_caps, std::string card);

/// A ModelPlane is one memory plane of a format. `bytes_per_line` is 0 for compressed formats.
struct ModelPlane {
  std::uint32_t bytes_per_line{};
  std::uint32_t size{};
};

/// Returns the memory planes of `fourcc` at `size`, or none for an unknown fourcc. With
/// Model::strides lines have at least `stride` bytes.
std::vector<ModelPlane> planes_of(const Model& model, std::uint32_t fourcc, v4l2::Size size,
                                  std::uint32_t stride = 0);

bool is_compressed(std::uint32_t fourcc);

}  // namespace fake
