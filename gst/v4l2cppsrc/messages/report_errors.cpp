// These functions make a Report of the errno of a call.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "messages/failures.h"
#include "messages/holder.h"
#include "messages/report.h"

namespace v4l2gst {
namespace {

/// "VIDIOC_DQBUF: a buffer that was not queued, index 77".
std::string implausible_answer(const v4l2::Error& error) {
  auto text = std::string{error.call};
  if (error.hint != nullptr)
    text += std::string{": "} + error.hint + " " + std::to_string(error.value);
  return text;
}

// The memory is our own, because other threads may ask for names as well.
using NameBuffer = std::array<char, 4096>;

std::string user_name(uid_t id) {
  NameBuffer buffer{};
  passwd entry{};
  passwd* found{};
  const bool known = getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0;
  return known && found != nullptr ? found->pw_name : std::to_string(id);
}

/// Returns the number of a group whose members are too many for the memory.
std::string group_name(gid_t id) {
  NameBuffer buffer{};
  group entry{};
  group* found{};
  const bool known = getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0;
  return known && found != nullptr ? found->gr_name : std::to_string(id);
}

/// Returns " (it belongs to root:video, mode 0660)" and how to get access. Returns an empty text if
/// stat() fails.
std::string owner_of(const std::string& path) {
  struct stat status {};

  if (stat(path.c_str(), &status) != 0) return {};
  const auto owner = user_name(status.st_uid);
  const auto group = group_name(status.st_gid);
  std::array<char, 8> mode{};
  g_snprintf(mode.data(), mode.size(), "%04o", status.st_mode & 07777U);
  auto text = " (it belongs to " + owner + ":" + group + ", mode " + mode.data() +
              ", and you are " + user_name(geteuid()) + ").";
  if ((status.st_mode & S_IRGRP) != 0 && (status.st_mode & S_IWGRP) != 0)
    text += " Join its group with 'sudo usermod -aG " + group + " $USER' and log in again.";
  else
    text += " Ask its owner for access.";
  return text;
}

/// Returns the node that is meant by a name that does not exist. For "0" and "video0" that is
/// "/dev/video0", for any other name it is empty.
std::string meant_by(std::string_view name) {
  constexpr std::string_view prefix{"video"};
  const auto number = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  if (number.empty() || number.find_first_not_of("0123456789") != std::string_view::npos) return {};
  return "/dev/video" + std::string{number};
}

/// Returns true if something else than a device file is at the path.
bool is_other_file(const std::string& path) {
  struct stat status {};

  return stat(path.c_str(), &status) == 0 && !S_ISCHR(status.st_mode);
}

Report not_a_device(const std::string& path, const v4l2::Error& error) {
  return resource(GST_RESOURCE_ERROR_NOT_FOUND, Cause::not_a_device, path,
                  quoted(path) +
                      " is not a V4L2 device. Set 'device' to one of those that "
                      "'v4l2-ctl --list-devices' shows.",
                  error);
}

Report no_device(const std::string& path, const v4l2::Error& error) {
  const auto meant = meant_by(path);
  const auto advice = meant.empty()
                          ? ". Plug it in, or set 'device' to one of those that "
                            "'v4l2-ctl --list-devices' shows."
                          : ". Most likely " + quoted(meant) + " is meant: set 'device' to that.";
  auto report = resource(GST_RESOURCE_ERROR_NOT_FOUND, Cause::no_device, path,
                         "There is no device at " + quoted(path) + advice, error);
  report.may_come = meant.empty();
  return report;
}

}  // namespace

Report cannot_open(const std::string& path, const v4l2::Error& error) {
  const auto name = quoted(path);
  switch (error.code) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
      return no_device(path, error);
    case EACCES:
    case EPERM: {
      if (is_other_file(path)) return not_a_device(path, error);
      auto owner = owner_of(path);
      if (owner.empty()) owner = ". Join the group that owns it (often 'video') and log in again.";
      return resource(GST_RESOURCE_ERROR_OPEN_READ_WRITE, Cause::permission, path,
                      "You may not open the device at " + name + ": permission denied" + owner,
                      error);
    }
    case EBUSY:
      return failed(path, error, "to open it", {.descriptors = 0});
    case ENOTTY:
    case EISDIR:
    case ENOTDIR:
    case EINVAL:
      return not_a_device(path, error);
    case EMFILE:
    case ENFILE:
      return resource(GST_RESOURCE_ERROR_OPEN_READ_WRITE, Cause::io, path,
                      "The device at " + name + " can't be opened: " + std::strerror(error.code) +
                          " (" + error.call +
                          "). Close what is open, or raise the limit ('ulimit -n').",
                      error);
    default:
      return resource(GST_RESOURCE_ERROR_OPEN_READ_WRITE, Cause::io, path,
                      "The device at " + name + " can't be opened: " + std::strerror(error.code) +
                          ". The kernel log ('dmesg') may say more.",
                      error);
  }
}

// ---- on an open device --------------------------------------------------------------------------

namespace {

/// A device, and a call that failed on it.
struct Attempt {
  const std::string& path;
  const v4l2::Error& error;
  std::string_view doing;

  /// "The device at '/dev/video0' is busy (while trying to …; VIDIOC_S_FMT: Device or resource
  /// busy)", for `what` " is busy".
  [[nodiscard]] std::string text(std::string_view what) const {
    const auto answer = error.hint != nullptr
                            ? implausible_answer(error)
                            : std::string{error.call} + ": " + std::strerror(error.code);
    return "The device at " + quoted(path) + std::string{what} + " (while trying " +
           std::string{doing} + "; " + answer + ")";
  }

  [[nodiscard]] Report report(GstResourceError code, Cause cause, std::string_view what,
                              std::string_view advice) const {
    return resource(code, cause, path, text(what) + std::string{advice}, error);
  }

  [[nodiscard]] bool at(std::string_view call) const { return call == error.call; }
};

constexpr std::string_view no_room{" gets no room on its USB bus"};
constexpr std::string_view not_connected{" is not connected to what it captures"};

/// "'a', 'b' or 'c'".
std::string one_of(std::span<const std::string> texts) {
  std::string all;
  for (std::size_t i = 0; i < texts.size(); ++i)
    all += (i == 0 ? "" : i + 1 == texts.size() ? " or " : ", ") + quoted(texts[i]);
  return all;
}

Report no_bandwidth(const Attempt& attempt, const FailureContext& context) {
  std::string why = ": there is not enough USB bandwidth for this mode beside what else it carries";
  const auto& identity = context.identity;
  if (identity.usb())
    why += "; port " + identity.port + " of bus " + identity.usb_bus() + " runs at " +
           std::to_string(identity.usb_speed_mbps) + " Mb/s";
  if (context.bytes_per_second > 0)
    why += ", " + context.mode + " takes up to " + megabytes(context.bytes_per_second);
  if (!context.beside.empty()) why += ", and there is also " + one_of(context.beside);
  const auto what = context.cheaper.empty() ? "a smaller size, a lower rate or a compressed format"
                                            : one_of(context.cheaper);
  auto report = attempt.report(
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, Cause::bandwidth, no_room,
      why + ". No disk is full. Ask for " + what + ", or use another USB controller.");
  report.bytes_per_second = context.bytes_per_second;
  report.cheaper = context.cheaper;
  return report;
}

Report out_of_memory(const Attempt& attempt) {
  if (attempt.error.hint != nullptr)
    return attempt.report(GST_RESOURCE_ERROR_NO_SPACE_LEFT, Cause::out_of_memory, " has no buffers",
                          ". Ask for a smaller size, or free memory (on a board, enlarge CMA).");
  if (attempt.at("VIDIOC_STREAMON"))
    return attempt.report(GST_RESOURCE_ERROR_NO_SPACE_LEFT, Cause::out_of_memory,
                          " ran out of memory",
                          ". Free memory; where there is enough, a USB controller is full: use "
                          "another one.");
  return attempt.report(GST_RESOURCE_ERROR_NO_SPACE_LEFT, Cause::out_of_memory,
                        " found no memory for its buffers",
                        ". Ask for a smaller size, or free memory (on a board, enlarge CMA).");
}

Report nothing_comes_in(const Attempt& attempt, const std::string& input) {
  const auto unstable = attempt.error.code == ENOLCK;
  auto text = "Nothing comes in at the input " + quoted(input) + " of the device at " +
              quoted(attempt.path) + " (while trying " + std::string{attempt.doing} + "; " +
              attempt.error.call + ": " + std::strerror(attempt.error.code) + "). ";
  text += unstable ? "Its signal can't be locked to: check the cable, or set the source to a usual "
                     "mode."
                   : "Check the cable and the source.";
  return resource(GST_RESOURCE_ERROR_READ, Cause::no_signal, attempt.path, std::move(text),
                  attempt.error);
}

/// "Sensor A gives SBGGR8_1X8 640x480, Debayer A takes 320x240; no chain …".
std::string clauses_of(std::span<const std::string> broken) {
  std::string all;
  for (const auto& clause : broken)
    all += (all.empty() ? "" : "; ") + clause;
  return all;
}

/// media_pipeline_start() returns ENOLINK for a missing link. It returns EPIPE for a link whose
/// ends disagree about the format.
Report no_link(const Attempt& attempt, const FailureContext& context) {
  if (!context.broken.empty()) {
    auto report = attempt.report(GST_RESOURCE_ERROR_SETTINGS, Cause::no_link, not_connected,
                                 ": along its media graph, " + clauses_of(context.broken) + ". " +
                                     advice_to_run(context.commands));
    report.commands = context.commands;
    return report;
  }
  return attempt.report(
      GST_RESOURCE_ERROR_SETTINGS, Cause::no_link, not_connected,
      attempt.error.code == EPIPE
          ? ": along its media graph formats or sizes disagree. Make them equal with 'media-ctl "
            "-V', or use libcamerasrc."
          : ": a link of its media graph is not set up, or its sensor sends nothing. See "
            "'media-ctl -p', set it up with 'media-ctl -l', or use libcamerasrc.");
}

Report gone_away(const Attempt& attempt) {
  return attempt.report(GST_RESOURCE_ERROR_READ, Cause::lost, " went away",
                        ". Check its cable and power, then start the pipeline again; with "
                        "on-disconnect=wait it is waited for.");
}

Report broken(const Attempt& attempt) {
  auto report =
      attempt.report(GST_RESOURCE_ERROR_FAILED, Cause::broken_driver,
                     " answered with what can't be true", ". Report it to the driver's authors.");
  report.text.replace(0, std::strlen("The"), "The driver of the");
  return report;
}

}  // namespace

std::string advice_to_run(std::span<const std::string> commands) {
  if (commands.empty()) return "See 'media-ctl -p', set it up with media-ctl, or use libcamerasrc.";
  std::string text = "To set it up, run, in this order:";
  for (const auto& command : commands)
    text += "\n" + command;
  return text;
}

Report narrower(const std::string& path, const v4l2::Error& error, const RefusedMode& refused,
                const TakenMode& taken) {
  auto report = resource(
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, Cause::bandwidth, path,
      "The device at " + quoted(path) + std::string{no_room} + " for " + refused.mode + " (" +
          error.call + ": " + std::strerror(error.code) +
          "): there is not enough USB bandwidth for it beside what else that carries, so " +
          taken.mode +
          " is used, which takes less. Ask for that mode, use another USB controller, or "
          "have this be an ERROR with on-no-bandwidth=error.",
      error);
  report.bytes_per_second = refused.bytes_per_second;
  report.cheaper = {taken.caps};
  return report;
}

Report not_set_up(const std::string& path, std::span<const std::string> broken,
                  std::vector<std::string> commands) {
  auto report = resource(GST_RESOURCE_ERROR_SETTINGS, Cause::no_link, path,
                         "The device at " + quoted(path) + std::string{not_connected} +
                             ": along its media graph, " + clauses_of(broken) + ". " +
                             advice_to_run(commands),
                         {});
  report.commands = std::move(commands);
  return report;
}

Report busy(const std::string& path, const v4l2::Error& error, std::string_view doing,
            std::span<const Holder> holders) {
  const auto here = std::ranges::find_if(holders, &Holder::here);
  std::string why = ": another program uses it. Close that one ('sudo fuser -v " + path +
                    "' names it), or share the camera through PipeWire.";
  if (here != holders.end() && holders.size() == 1)
    why = ": this program uses it already. Use one element for it, and a tee behind that.";
  else if (holders.size() == 1)
    why = ": another program uses it: " + names_of(holders) +
          ". Close that one, or share the camera through PipeWire.";
  else if (!holders.empty())
    why = ": other programs have it open: " + names_of(holders) +
          ". Close the one that uses it, or share the camera through PipeWire.";
  auto report =
      Attempt{path, error, doing}.report(GST_RESOURCE_ERROR_BUSY, Cause::busy, " is busy", why);
  for (const auto& holder : holders)
    report.holders.push_back(names_of(std::span{&holder, 1}));
  return report;
}

Report went_away(const std::string& path, const v4l2::Error& error) {
  return gone_away({path, error, "to receive a frame"});
}

Report failed(const std::string& path, const v4l2::Error& error, std::string_view doing,
              const FailureContext& context) {
  const Attempt attempt{path, error, doing};
  const auto& identity = context.identity;
  const bool starting = attempt.at("VIDIOC_STREAMON") || attempt.at("read");
  switch (error.code) {
    case EBUSY:
      return busy(path, error, doing, holders_of(path, context.descriptors));
    case ENOSPC:
      if (!starting || (identity.known() && !identity.usb())) break;
      return no_bandwidth(attempt, context);
    case ENOMEM:
      return out_of_memory(attempt);
    case ENOLINK:
    case ENOLCK:
      if (context.input) return nothing_comes_in(attempt, *context.input);
      if (error.code == ENOLINK && starting) return no_link(attempt, context);
      break;
    case EPIPE:
      // A USB camera says EPIPE for a request that it has turned down.
      if (starting && !identity.usb()) return no_link(attempt, context);
      break;
    case ENODEV:
    case ENXIO:
    case ESHUTDOWN:
      return gone_away(attempt);
    case EPROTO:
      if (error.hint != nullptr) return broken(attempt);
      [[fallthrough]];
    case EILSEQ:
    case ETIME:
    case ETIMEDOUT:
      return attempt.report(GST_RESOURCE_ERROR_READ, Cause::io, " does not answer as it should",
                            ". On USB that is most often a bad cable, hub or port: try another.");
    case EINVAL:
      // Some drivers say EINVAL when they have checked the links themselves.
      if (starting && !context.broken.empty()) return no_link(attempt, context);
      [[fallthrough]];
    case ENOTTY:
    case EOPNOTSUPP:
    case ERANGE:
      return attempt.report(GST_RESOURCE_ERROR_SETTINGS, Cause::unsupported, " refused",
                            ". Its driver can't do that: ask for another mode, or try "
                            "io-mode=mmap. The kernel log ('dmesg') may say more.");
    default:
      break;
  }
  return attempt.report(GST_RESOURCE_ERROR_READ, Cause::io, " failed",
                        ". The kernel log ('dmesg') may say more; unplugging it for a moment often "
                        "helps.");
}

}  // namespace v4l2gst
