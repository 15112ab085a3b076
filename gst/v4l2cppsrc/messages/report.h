#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gst/gst.h>

#include "common/settings.h"
#include "device/device.h"
#include "device/identity.h"
#include "kernel/error.h"
#include "messages/holder.h"

namespace v4l2gst {

/// The cause of a failure, for an application to act on. The field "cause" of the message's details
/// has these names.
enum class Cause {
  no_device,       ///< "no-device": there is nothing at that path
  not_a_device,    ///< "not-a-device": the path leads to something else than a V4L2 device
  wrong_node,      ///< "wrong-node": a V4L2 node that does not capture
  permission,      ///< "permission"
  busy,            ///< "busy": another program has it
  held,            ///< "held": downstream holds frames that the driver can't do without
  bandwidth,       ///< "bandwidth": the USB bus has no room
  out_of_memory,   ///< "out-of-memory"
  lost,            ///< "lost": the device went away
  io,              ///< "io": the driver failed
  broken_driver,   ///< "broken-driver": it gave an impossible answer
  unsupported,     ///< "unsupported": the device or this element can't do what is asked
  not_negotiated,  ///< "not-negotiated": no mode suits downstream
  slow,            ///< "slow": another mode would be faster
  stalled,         ///< "stalled": the device is silent
  starved,         ///< "starved": downstream holds all buffers
  no_signal,       ///< "no-signal": its input has no signal
  no_link,         ///< "no-link": its media graph is not set up
  damaged,         ///< "damaged": all its frames are damaged
  no_format,       ///< "no-format": it has no producer yet
  overwritten,     ///< "overwritten": its driver fills buffers that downstream holds
};

inline constexpr auto last_cause = Cause::overwritten;

/// One more field of a message's details.
struct Detail {
  const char* name{};
  std::variant<std::string, std::vector<std::string>> value;
};

/// One failure, in words for a person and in fields for a program. The functions below make it, and
/// post() and warn() post it.
struct Report {
  GQuark domain{};
  int code{};
  Cause cause{};
  /// What failed, why, and what to do next.
  std::string text;
  /// For a developer: the call and the errno.
  std::string debug;
  std::string device;
  v4l2::Error error;
  /// Fields of this kind of report only, such as why no mode suits downstream.
  std::vector<Detail> details{};
  /// The programs that have the device open: "v4l2-ctl (pid 1234)".
  std::vector<std::string> holders{};
  /// For a bus without enough room: what the mode takes, 0 if unknown, and the caps of modes that
  /// take less.
  std::uint64_t bytes_per_second{};
  std::vector<std::string> cheaper{};
  /// The device may be there later, so waiting for it is of use.
  bool may_come{};
  /// All was tried on a device that has never worked. Waiting for it is of no use.
  bool hopeless{};
  /// For a media graph that is in the way: shell commands that set it up, to be run in order.
  std::vector<std::string> commands{};
};

/// The result of a step, or the one ERROR that says why it failed.
template <class T = void>
using Outcome = std::expected<T, Report>;

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

/// "'/dev/video0'".
std::string quoted(const std::string& path);

/// A report of GST_RESOURCE_ERROR.
Report resource(GstResourceError code, Cause cause, const std::string& path, std::string text,
                const v4l2::Error& error);

/// Posts the one ERROR that stands for this failure.
void post(GstElement* element, const Report& report);

/// Posts a WARNING: the stream goes on, but not as was asked.
void warn(GstElement* element, const Report& report);

/// Returns whether post() made `message`, and not a base class.
bool is_report(GstMessage* message);

}  // namespace v4l2gst
