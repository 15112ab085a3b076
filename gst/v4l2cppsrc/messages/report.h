#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <gst/gst.h>

#include "kernel/error.h"

namespace v4l2gst {

/// The cause of a failure, for an application to act on. The field "cause" of the message's details
/// has these names.
enum class Cause {
  no_device,       ///< "no-device": there is nothing at that path
  ambiguous,       ///< "ambiguous": several devices match the selector
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
  control,         ///< "control": a control does not have the value that was wished for
  geometry,        ///< "geometry": a rectangle is not as the user wants it
  input,           ///< "input": its input can't be set as was asked
  lost_starved,    ///< "lost-starved": frames were lost for want of a buffer
  lost_device,     ///< "lost-device": frames were lost before they reached a buffer
  damaged_frame,   ///< "damaged-frame": a frame was left out as damaged
  other_rate,      ///< "other-rate": frames come at another rate than the mode says
  metadata,        ///< "metadata": the device's metadata can't be read along
};

inline constexpr auto last_cause = Cause::metadata;

/// One more field of a message's details.
struct Detail {
  const char* name{};
  std::variant<std::string, std::vector<std::string>, std::uint64_t, double> value;
};

/// One failure, in words for a person and in fields for a program. The functions below make it, and
/// post() and warn() post it.
struct Report {
  GQuark domain{};
  int code{};
  Cause cause{};
  /// The failure, its reason, and the user's next step.
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

/// "'/dev/video0'".
std::string quoted(const std::string& path);

/// Returns "a, b, c". A long list ends in "…", since nobody reads it to its end. The details of a
/// message have all of it.
std::string list_of(std::span<const std::string> texts);

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
