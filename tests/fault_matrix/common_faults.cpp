#include "fault_matrix/common_faults.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <linux/videodev2.h>

namespace faults {
namespace {

struct Call {
  unsigned long request;
  const char* name;
  std::vector<Moment> when;
};

std::vector<Call> calls(bool waits) {
  return {
      {.request = open_call, .name = "open()", .when = {Moment::before}},
      {.request = VIDIOC_QUERYCAP, .name = "VIDIOC_QUERYCAP", .when = {Moment::before}},
      {.request = VIDIOC_ENUM_FMT, .name = "VIDIOC_ENUM_FMT", .when = {Moment::start}},
      {.request = VIDIOC_S_FMT, .name = "VIDIOC_S_FMT", .when = {Moment::start}},
      {.request = VIDIOC_S_PARM, .name = "VIDIOC_S_PARM", .when = {Moment::start}},
      {.request = VIDIOC_REQBUFS, .name = "VIDIOC_REQBUFS", .when = {Moment::start}},
      {.request = VIDIOC_QUERYBUF, .name = "VIDIOC_QUERYBUF", .when = {Moment::start}},
      {.request = VIDIOC_EXPBUF, .name = "VIDIOC_EXPBUF", .when = {Moment::start}},
      {.request = VIDIOC_STREAMON, .name = "VIDIOC_STREAMON", .when = {Moment::start}},
      {.request = VIDIOC_QBUF, .name = "VIDIOC_QBUF", .when = once_there},
      {.request = VIDIOC_DQBUF, .name = "VIDIOC_DQBUF", .when = once_there},
      {.request = poll_call,
       .name = "poll()",
       .when = waits ? once_there : std::vector{Moment::held}},
  };
}

std::string name_of(int error) {
  return strerrorname_np(error);
}

void add_paths(std::vector<Fault>& all) {
  const auto row = [&](const char* name, const char* device) {
    all.push_back({.name = name, .when = {Moment::before}, .strike = [] {}, .device = device});
  };
  row("nothing is at the path", "/dev/video63");
  row("a file is at the path", "/proc/version");
  row("a directory is at the path", "/dev");
  row("another kind of device is at the path", "/dev/null");
}

void add_calls(std::vector<Fault>& all, Meddler& meddler, bool waits, bool has_rates) {
  all.push_back({.name = "EINTR from each call, every other time",
                 .when = always,
                 .strike = [&] { meddler.hinder_all(EINTR); },
                 .meddles = true});
  const auto row = [&](const Call& call, int error) {
    all.push_back(
        {.name = name_of(error) + " from " + call.name,
         .when = call.when,
         .strike = [&meddler, request = call.request, error] { meddler.hinder(request, error); },
         // Without a fixed mode the element enumerates the modes.
         .caps = call.request == VIDIOC_ENUM_FMT ? "video/x-raw,format={YUY2,RGB}" : "",
         .meddles = true});
  };
  for (const auto& call : calls(waits)) {
    if (call.request == VIDIOC_S_PARM && !has_rates) continue;
    row(call, EAGAIN);
    row(call, EIO);
  }
  const auto start = std::vector{Moment::start};
  for (const int error : {ENOMEM, EBUSY})
    row({.request = VIDIOC_REQBUFS, .name = "VIDIOC_REQBUFS", .when = start}, error);
  for (const int error : {ENOSPC, EPIPE, ENOLINK, EPROTO, ETIMEDOUT, ENOMEM, EINVAL})
    row({.request = VIDIOC_STREAMON, .name = "VIDIOC_STREAMON", .when = start}, error);
  row({.request = VIDIOC_DQBUF, .name = "VIDIOC_DQBUF", .when = while_playing}, EINVAL);
  row({.request = VIDIOC_DQBUF,
       .name = "VIDIOC_DQBUF, `on-disconnect=wait`",
       .when = while_playing},
      EIO);
  all.back().properties = {{"on-disconnect", "wait"}};
}

}  // namespace

std::vector<Fault> common_faults(Meddler& meddler, bool waits, bool has_rates) {
  std::vector<Fault> all;
  add_paths(all);
  add_calls(all, meddler, waits, has_rates);
  return all;
}

void add_policies(std::vector<Fault>& all, const Fault& fault, const std::string& property,
                  const std::vector<std::string>& values) {
  for (const auto& value : values) {
    auto one = fault;
    one.name.append(", `").append(property).append("=").append(value).append("`");
    one.properties.emplace_back(property, value);
    all.push_back(std::move(one));
  }
}

void add_shortage(std::vector<Fault>& all, const std::function<void()>& strike,
                  const std::function<void()>& heal) {
  const Fault shortage{.name = "its USB bus has no room for the first mode",
                       .when = {Moment::before, Moment::start},
                       .strike = strike,
                       .heal = heal,
                       .caps = "video/x-raw,format=YUY2,width=320,height=240"};
  add_policies(all, shortage, "on-no-bandwidth", {"next-mode", "error"});
}

void add_silences(std::vector<Fault>& all, const std::function<void()>& strike,
                  const std::function<void()>& heal, std::chrono::nanoseconds timeout,
                  bool reopening_silences) {
  Fault silent{.name = "it falls silent, and sends again",
               .when = always,
               .strike = strike,
               .heal = heal,
               .healed_at = "now"};
  all.push_back(silent);
  silent.name = "it falls silent";
  const auto nanoseconds = std::to_string(timeout.count());
  silent.properties = {{"stall-timeout", nanoseconds}, {"first-frame-timeout", nanoseconds}};
  const std::array<std::pair<const char*, const char*>, 4> policies{{
      {"warn", "`stalled`"},
      {"restart", "`restarted`"},
      {"reopen", "`reopened`"},
      {"error", "`stalled`"},
  }};
  for (const auto& [policy, told] : policies) {
    silent.healed_at = told;
    silent.heals_each_silence = reopening_silences && std::string_view{policy} == "reopen";
    add_policies(all, silent, "on-stall", {policy});
  }
}

}  // namespace faults
