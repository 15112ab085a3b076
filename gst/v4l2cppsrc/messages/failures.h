#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/settings.h"
#include "device/identity.h"
#include "messages/report.h"

namespace v4l2 {
enum class NodeKind;
struct Format;
}  // namespace v4l2

namespace v4l2gst {

struct Holder;

/// Opening or identifying the device at `path` failed with `error`.
Report cannot_open(const std::string& path, const v4l2::Error& error);

/// No path was given and no node captures.
Report no_camera();

/// The node at `path` does not capture. `sibling` is the capture node of the same device, if known.
/// An output node without one may be a loopback device, which captures once it is fed.
Report wrong_node(const std::string& path, v4l2::NodeKind kind, const std::string& sibling);

/// The node at `path` has no format, since it has no producer.
Report no_format(const std::string& path);
/// The same for a loopback device that remembers a format.
Report unfed(const std::string& path);

/// The circumstances of a failed call, as far as they may be its cause.
struct FailureContext {
  /// How many descriptors of the device this element has open.
  unsigned descriptors{1};
  /// The name of an input that has a source, such as HDMI.
  std::optional<std::string> input{};
  v4l2::Identity identity{};
  /// Other devices on the same USB bus, one node of each.
  std::vector<std::string> beside{};
  std::string mode{};                  ///< "YUYV 640x480 at 30/1"
  std::uint64_t bytes_per_second{};    ///< that it takes; 0: not known
  std::vector<std::string> cheaper{};  ///< other modes that downstream takes, as caps
  // For a node behind a media graph that is not set up.
  std::vector<std::string> broken{};    ///< what is wrong, each a clause
  std::vector<std::string> commands{};  ///< that set it up
};

/// A call failed with `error` while the element was `doing` something: "to set the format YUYV
/// 640x480". For EBUSY the report names the holders.
Report failed(const std::string& path, const v4l2::Error& error, std::string_view doing,
              const FailureContext& context = {});

/// The device is gone, whichever errno showed it.
Report went_away(const std::string& path, const v4l2::Error& error);

/// The device is busy (EBUSY). `holders` have it open, and may be empty if they are not known.
Report busy(const std::string& path, const v4l2::Error& error, std::string_view doing,
            std::span<const Holder> holders);

/// The device or this version of the element can't do what is asked.
Report unsupported(const std::string& path, std::string text);

/// Returns whether `error` says that there is no such memory or call (EINVAL, ENOTTY).
bool means_unsupported(const v4l2::Error& error);

/// The driver has refused the memory that `mode` works with, for frames of `format`.
Report no_such_io_mode(const std::string& path, IoMode mode, const v4l2::Format& format,
                       const v4l2::Error& error);

/// The device takes no other format while `held` frames are in use downstream. Its driver can't let
/// go of them, and they have the old format.
Report held_downstream(const std::string& path, std::uint32_t held, const v4l2::Error& error);

/// io-mode=`mode` found no memory downstream to import, so the driver's own buffers are used.
Report fallback(const std::string& path, const std::string& mode);

/// The media graph in front of the node at `path` is not set up. `broken` says what is wrong there,
/// and `commands` set it up.
Report not_set_up(const std::string& path, std::span<const std::string> broken,
                  std::vector<std::string> commands);

/// Returns "To set it up, run, in this order:" and each command on its own line. Without commands
/// it names the tools that can set up a media graph.
std::string advice_to_run(std::span<const std::string> commands);

/// The value of the property `name` can't be parsed. `example` describes one that can.
Report bad_setting(const std::string& path, std::string_view name, std::string_view value,
                   std::string_view example);

/// The driver has filled a buffer that downstream held. From now on each frame is copied.
Report overwritten(const std::string& path);

/// The frames of a loopback device's producer have another size than its format: `bytes` instead of
/// `needed`.
Report other_size(const std::string& path, std::string_view format, std::size_t bytes,
                  std::size_t needed);

/// Downstream takes only raw video, and the device gives it slowly: `chosen`. Compressed it gives
/// the same size at a usual rate: `better`, with `caps`.
Report raw_video_is_slow(const std::string& path, std::string_view chosen, std::string_view better,
                         std::string_view caps);

/// A mode that a USB bus has no room for.
struct RefusedMode {
  std::string mode;                  ///< "YUYV 640x480 at 30/1"
  std::uint64_t bytes_per_second{};  ///< that it takes; 0: not known
};

/// A mode that is taken instead.
struct TakenMode {
  std::string mode;
  std::string caps;
};

/// The USB bus has no room for the chosen mode, as `error` said. A mode that takes less is used.
Report narrower(const std::string& path, const v4l2::Error& error, const RefusedMode& refused,
                const TakenMode& taken);

/// "18.4 MB/s".
std::string megabytes(std::uint64_t bytes_per_second);

}  // namespace v4l2gst
