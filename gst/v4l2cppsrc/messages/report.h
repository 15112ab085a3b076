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

/// What stands behind a failure, for an application to act on: the field "cause" of the message's
/// details, by these names.
enum class Cause {
  no_device,       ///< "no-device": nothing at that path
  not_a_device,    ///< "not-a-device": something, but no V4L2 device
  wrong_node,      ///< "wrong-node": a V4L2 node that does not capture
  permission,      ///< "permission"
  busy,            ///< "busy": another program has it
  held,            ///< "held": downstream holds frames that the driver can't do without
  bandwidth,       ///< "bandwidth": the USB bus has no room
  out_of_memory,   ///< "out-of-memory"
  lost,            ///< "lost": the device went away
  io,              ///< "io": the driver failed
  broken_driver,   ///< "broken-driver": it answered with what can't be true
  unsupported,     ///< "unsupported": the device or this element can't do what is asked
  not_negotiated,  ///< "not-negotiated": no mode suits downstream
  slow,            ///< "slow": another mode would be faster
  stalled,         ///< "stalled": the device is silent
  starved,         ///< "starved": downstream holds all buffers
  no_signal,       ///< "no-signal": nothing comes in at its input
  no_link,         ///< "no-link": its media graph is not set up
  damaged,         ///< "damaged": all that comes is damaged
  no_format,       ///< "no-format": nothing feeds it yet
  overwritten,     ///< "overwritten": its driver fills buffers that downstream holds
};

inline constexpr auto last_cause = Cause::overwritten;

/// One more field of a message's details.
struct Detail {
  const char* name{};
  std::variant<std::string, std::vector<std::string>> value;
};

/// One failure as a person and a program shall read it. Made by pure functions, posted in one
/// place.
struct Report {
  GQuark domain{};
  int code{};
  Cause cause{};
  /// What failed, why, and what to do next.
  std::string text;
  /// For the person's helper: the call and the errno.
  std::string debug;
  std::string device;
  v4l2::Error error;
  /// What only reports of this kind have, such as why no mode suits downstream.
  std::vector<Detail> details{};
  /// Where another program has the device: "v4l2-ctl (pid 1234)".
  std::vector<std::string> holders{};
  /// Where the bus is too narrow: what the mode takes, 0 where that is not known, and caps of modes
  /// that take less.
  std::uint64_t bytes_per_second{};
  std::vector<std::string> cheaper{};
  /// The device may be there later, so that there is use in waiting for it.
  bool may_come{};
  /// All was tried on a device that has never worked, so that there is none.
  bool hopeless{};
  /// Where a media graph is in the way: lines for a shell that set it up, to be run in order.
  std::vector<std::string> commands{};
};

/// What a step has come to, or the one ERROR for why it has not.
template <class T = void>
using Outcome = std::expected<T, Report>;

/// `error` came from opening or identifying the device at `path`.
Report cannot_open(const std::string& path, const v4l2::Error& error);

/// No path was given and no node captures.
Report no_camera();

/// The node at `path` is of another kind. `sibling` is the capture node of the same device, if
/// known; an output node without one may be that of a loopback device, which captures once it is
/// fed.
Report wrong_node(const std::string& path, v4l2::NodeKind kind, const std::string& sibling);

/// The node at `path` has no format, since it has no producer.
Report no_format(const std::string& path);
/// The same of a loopback device that remembers a format.
Report unfed(const std::string& path);

/// What was going on when a call failed, as far as its cause may lie there.
struct FailureContext {
  /// How many descriptors of the device this element has open.
  unsigned descriptors{1};
  /// Of an input that has a source, such as HDMI: its name.
  std::optional<std::string> input{};
  v4l2::Identity identity{};
  /// Other devices on the same USB bus, one node of each.
  std::vector<std::string> beside{};
  std::string mode{};                  ///< "YUYV 640x480 at 30/1"
  std::uint64_t bytes_per_second{};    ///< that it takes; 0: not known
  std::vector<std::string> cheaper{};  ///< other modes that downstream takes, as caps
  // Of a node behind a media graph that is not set up.
  std::vector<std::string> broken{};    ///< what is wrong, each a clause
  std::vector<std::string> commands{};  ///< that mend it
};

/// `error` came while the element was `doing` something: "to set the format YUYV 640x480". For
/// EBUSY it looks for the holders.
Report failed(const std::string& path, const v4l2::Error& error, std::string_view doing,
              const FailureContext& context = {});

/// The device is gone, whatever errno told of it.
Report went_away(const std::string& path, const v4l2::Error& error);

/// EBUSY, by these.
Report busy(const std::string& path, const v4l2::Error& error, std::string_view doing,
            std::span<const Holder> holders);

/// What is asked for does not exist, here or in this version.
Report unsupported(const std::string& path, std::string text);

/// True for the answers by which a driver says that it has no such memory or call.
bool means_unsupported(const v4l2::Error& error);

/// The driver has refused the memory that `mode` works with, for frames of `format`.
Report no_such_io_mode(const std::string& path, IoMode mode, const v4l2::Format& format,
                       const v4l2::Error& error);

/// The device does not take another format, because `held` frames of the old one are in use
/// downstream and its driver can't let go of them.
Report held_downstream(const std::string& path, std::uint32_t held, const v4l2::Error& error);

/// io-mode=`mode` found nothing downstream that it could import, and the driver's own buffers are
/// taken.
Report fallback(const std::string& path, const std::string& mode);

/// The media graph in front of the node at `path` is not set up: `broken` is what is wrong there,
/// `commands` what mends it.
Report not_set_up(const std::string& path, std::span<const std::string> broken,
                  std::vector<std::string> commands);

/// "Run these, in this order…", with each command on a line of its own.
std::string advice_to_run(std::span<const std::string> commands);

/// The property `name` is set to what can't be understood; `example` is what could.
Report bad_setting(const std::string& path, std::string_view name, std::string_view value,
                   std::string_view example);

/// The driver has filled a buffer that downstream held; what is done about it from now on.
Report overwritten(const std::string& path);

/// What a loopback device's producer writes has not the size of its format: `bytes` instead of
/// `needed`.
Report other_size(const std::string& path, std::string_view format, std::size_t bytes,
                  std::size_t needed);

/// Downstream takes only raw video, and the device gives it slowly: `chosen`. It has the same size
/// compressed at a usual rate: `better`, with these caps.
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

/// The USB bus has no room for what was chosen, as `error` said, and a mode that takes less is
/// used.
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

/// Posts a WARNING: it goes on, but not as was asked.
void warn(GstElement* element, const Report& report);

/// True for what post() made, and so not by a base class.
bool is_report(GstMessage* message);

}  // namespace v4l2gst
