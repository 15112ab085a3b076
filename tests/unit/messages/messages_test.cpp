// Each message of the element is a heading in docs/errors.md, in the same words. A search for the
// message finds it there.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "controls/control_wishes.h"
#include "device/capability.h"
#include "device/format.h"
#include "frames/frame_check.h"
#include "messages/control_failures.h"
#include "messages/device_message.h"
#include "messages/failures.h"
#include "messages/geometry_failures.h"
#include "messages/holder.h"
#include "messages/input_failures.h"
#include "messages/loss_failures.h"
#include "messages/metadata_failures.h"
#include "messages/report.h"
#include "messages/selection_failures.h"
#include "messages/time_failures.h"
#include "negotiation/refusal.h"
#include "negotiation/refusal_text.h"
#include "settings/control_setter.h"
#include "settings/signal.h"

namespace {

using namespace v4l2gst;
using std::chrono::milliseconds;

constexpr auto path = "/dev/video0";

v4l2::Error at(const char* call, int code, const char* hint = nullptr) {
  return {.code = code, .call = call, .hint = hint};
}

std::vector<Report> control_failures() {
  std::vector<Report> all;
  v4l2::ControlOutcome outcome;
  outcome.wish = {.name = "brightnes", .value = std::int64_t{300}};
  outcome.refusal = v4l2::ControlRefusal::unknown;
  all.push_back(control_failure(path, outcome, {}));
  outcome.suggestions = {"brightness"};
  all.push_back(control_failure(path, outcome, {}));
  auto& control = outcome.control.emplace();
  control.key = "brightness";
  control.type = V4L2_CTRL_TYPE_INTEGER;
  control.maximum = 255;
  for (int why = 1; why <= static_cast<int>(v4l2::ControlRefusal::device_error); ++why)
    for (const auto* const governor : {"", "auto_exposure is 3 (Aperture Priority Mode)"}) {
      outcome.refusal = static_cast<v4l2::ControlRefusal>(why);
      all.push_back(control_failure(path, outcome, governor));
    }
  outcome.actual = std::int64_t{255};
  all.push_back(control_failure(path, outcome, {}));
  outcome.end = v4l2::ControlEnd::clamped;
  all.push_back(control_failure(path, outcome, {}));
  UserWish fraction;
  fraction.wish.name = "brightness";
  fraction.unusable = "GstFraction";
  all.push_back(unusable_control(path, fraction));
  return all;
}

/// Returns the texts of all functions that make a Report, in each of their variants.
std::vector<std::string> all_texts() {
  std::vector<Report> all;
  for (const int code : {ENOENT, EACCES, EBUSY, ENOTTY, EIO, EMFILE})
    all.push_back(cannot_open(path, at("open", code)));
  all.push_back(no_camera());
  all.push_back(no_diagonal(path));
  for (int kind = 0; kind <= static_cast<int>(v4l2::NodeKind::other); ++kind)
    for (const auto* const sibling : {"", "/dev/video2"})
      all.push_back(wrong_node(path, static_cast<v4l2::NodeKind>(kind), sibling));
  FailureContext hdmi;
  hdmi.input = "HDMI 0";
  FailureContext usb;
  usb.identity.vendor_id = "046d";
  usb.identity.port = "1-1";
  for (const auto* const call : {"VIDIOC_S_FMT", "VIDIOC_REQBUFS", "VIDIOC_STREAMON", "read"})
    for (int code = 1; code < 134; ++code)
      for (const auto& context : {FailureContext{}, hdmi, usb}) {
        if (code == EBUSY) continue;  // reads /proc
        all.push_back(failed(path, at(call, code), "to do it", context));
        all.push_back(failed(path, at(call, code, "a lie"), "to do it", context));
      }
  FailureContext graph;
  graph.broken = {"Sensor A gives SBGGR8_1X8 640x480, Debayer A takes 320x240"};
  for (const int code : {EPIPE, ENOLINK, EINVAL})
    all.push_back(failed(path, at("VIDIOC_STREAMON", code), "to start streaming", graph));
  all.push_back(not_set_up(path, graph.broken, {"media-ctl -d /dev/media0 -l …"}));
  const std::array holders{Holder{.pid = 1, .name = "a"}, Holder{.pid = 2, .name = "b"}};
  const std::array here{Holder{.pid = 1, .name = "a", .here = true}};
  all.push_back(busy(path, at("VIDIOC_S_FMT", EBUSY), "to do it", {}));
  all.push_back(busy(path, at("VIDIOC_S_FMT", EBUSY), "to do it", holders));
  all.push_back(busy(path, at("VIDIOC_S_FMT", EBUSY), "to do it", std::span{holders}.first(1)));
  all.push_back(busy(path, at("VIDIOC_S_FMT", EBUSY), "to do it", here));
  v4l2::Format format;
  format.fourcc = {V4L2_PIX_FMT_YUYV};
  format.size = {.width = 640, .height = 480};
  for (const auto mode : {IoMode::userptr, IoMode::automatic})
    all.push_back(no_such_io_mode(path, mode, format, at("VIDIOC_REQBUFS", EINVAL)));
  all.push_back(held_downstream(path, 2, at("VIDIOC_S_FMT", EBUSY)));
  all.push_back(fallback(path, "dmabuf-import"));
  all.push_back(bad_setting(path, "colorimetry", "colourful", "a name such as bt709"));
  all.push_back(narrower(path, at("VIDIOC_STREAMON", ENOSPC), {"YUYV 1280x720 at 30/1", 55296000},
                         {"MJPG 1280x720 at 30/1", "image/jpeg"}));
  all.push_back(
      raw_video_is_slow(path, "YUYV 1280x720 at 5/1", "MJPG 1280x720 at 30/1", "image/jpeg"));
  for (const auto* const field : {"size", "mode"})
    all.push_back(not_negotiated(path, {.asked = {},
                                        .field = field,
                                        .has = {},
                                        .nearest = {},
                                        .inexpressible = {},
                                        .advice = {}}));
  all.push_back(overwritten(path));
  for (const auto fault :
       {StampFault::stands_still, StampFault::backwards, StampFault::implausible})
    all.push_back(wrong_timestamp(path, fault));
  for (const auto* const name : {"crop", "compose"})
    for (const auto trouble :
         {GeometryTrouble::unreadable, GeometryTrouble::no_rectangle, GeometryTrouble::nothing_left,
          GeometryTrouble::refused, GeometryTrouble::other_frames, GeometryTrouble::other_shape,
          GeometryTrouble::adjusted})
      for (const bool streaming : {false, true})
        all.push_back(not_as_wished(path, {.trouble = trouble,
                                           .name = name,
                                           .asked = std::string{name} + "=0,0,1x1",
                                           .actual = v4l2_rect{0, 0, 2, 2},
                                           .bounds = v4l2_rect{0, 0, 2, 2},
                                           .error = at("VIDIOC_S_SELECTION", EBUSY),
                                           .streaming = streaming}));
  all.push_back(other_size(path, "YUYV 320x240", 38400, 153600));
  for (const bool starting : {false, true})
    all.push_back(stalled(path, milliseconds{1500}, starting));
  all.push_back(no_first_frame(path, milliseconds{10000}));
  for (const auto damage : {v4l2gst::Damage::short_picture, v4l2gst::Damage::empty})
    all.push_back(only_damage(path, milliseconds{2000},
                              {.count = 60, .damage = damage, .bytes = 100, .needed = 153600}));
  all.push_back(no_key_frame(path, milliseconds{10000}, 300));
  for (const auto kind : {LossKind::starved, LossKind::device})
    for (const std::uint64_t count : {1U, 3U})
      all.push_back(
          frames_lost(path, {.kind = kind, .count = count, .sequence = 12, .buffer_count = 4}));
  for (const auto damage : {v4l2gst::Damage::short_picture, v4l2gst::Damage::error_flag})
    all.push_back(
        frame_damaged(path, {.damage = damage, .bytes = 100, .needed = 153600, .sequence = 12}));
  for (const double rate : {15.0, 60.0})
    for (const bool dynamic : {false, true})
      all.push_back(rate_not_kept(path, {.measured = rate, .nominal = 30, .dynamic = dynamic}));
  all.push_back(metadata_failed(path, "be read along", at("VIDIOC_REQBUFS", EBUSY)));
  all.push_back(no_metadata_node(path));
  all.push_back(went_away(path, at("VIDIOC_DQBUF", EINVAL)));
  all.push_back(starved(path, milliseconds{1500}, 16));
  for (const auto signal : {v4l2::Signal::none, v4l2::Signal::no_cable, v4l2::Signal::unstable,
                            v4l2::Signal::out_of_range})
    all.push_back(no_picture(path, "HDMI 0", signal));
  for (const auto* const subject : {"The device", "The input 'HDMI 0' of the device"})
    all.push_back(refused_input(path, {.property = "input",
                                       .wanted = "HDMI 7",
                                       .subject = subject,
                                       .why = "is not one of its inputs",
                                       .possible = {"HDMI 0"}}));
  all.push_back(not_back(no_camera(), milliseconds{1500}));
  all.push_back(back_in_vain(path, milliseconds{1500}));
  all.push_back(not_reopened(path, cannot_open(path, at("open", ENOENT))));
  all.push_back(no_format(path));
  all.push_back(unfed(path));
  for (auto& report : control_failures())
    all.push_back(std::move(report));
  v4l2::ListedNode node{.path = path, .number = "81:0", .name = "video0", .id = "serial=A1"};
  node.identity.card = "Camera";
  const std::array nodes{node};
  for (const auto* const term : {"", "sreial=1"})
    all.push_back(no_selector("serial=1,sreial=1", term));
  all.push_back(no_match("serial=1", {}, {}));
  all.push_back(no_match("serial=1", nodes, {}));
  all.push_back(no_match("serial=1", nodes, nodes));
  all.push_back(ambiguous("serial=1", nodes));
  for (const int code : {EBADF, EACCES, ENODEV, EMFILE, ENOTTY})
    all.push_back(bad_descriptor(5, at("fcntl", code)));
  for (const auto* const name : {"0", "video0"})
    all.push_back(cannot_open(name, at("open", ENOENT)));
  std::vector<std::string> texts;
  for (auto& report : all)
    texts.push_back(std::move(report.text));
  for (const auto& message :
       {waiting_for(cannot_open(path, at("open", ENOENT))), waiting_for(no_camera()),
        waiting_for(no_format(path)), waiting_for(wrong_node(path, v4l2::NodeKind::output, "")),
        back_at(path), restarted(path), mended(path, at("VIDIOC_DQBUF", EIO)), reopened(path),
        signal_found(path, "HDMI 0"), not_restored(path, {"brightness", "crop"})})
    texts.push_back(message.text);
  return texts;
}

std::vector<std::string> headings() {
  constexpr std::string_view mark{"### "};
  std::ifstream file{ERRORS_FILE};
  std::vector<std::string> found;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(mark)) found.push_back(line.substr(mark.size()));
  return found;
}

/// Whether `text` matches `heading`, where "…" stands for any text.
bool is_headed(std::string_view text, std::string_view heading) {
  constexpr std::string_view any{"…"};
  const auto first = heading.substr(0, heading.find(any));
  if (!text.starts_with(first)) return false;
  text.remove_prefix(first.size());
  while (heading.find(any) != std::string_view::npos) {
    heading.remove_prefix(heading.find(any) + any.size());
    const auto fixed = heading.substr(0, heading.find(any));
    const auto place = text.find(fixed);
    if (place == std::string_view::npos) return false;
    text.remove_prefix(place + fixed.size());
  }
  return true;
}

TEST(Messages, AreHeadingsOfTheDocumentation) {
  const auto known = headings();
  for (const auto& text : all_texts())
    EXPECT_TRUE(std::ranges::any_of(known, [&](const auto& it) { return is_headed(text, it); }))
        << text;
}

TEST(Messages, OfTheDocumentationAreThoseOfTheElement) {
  const auto texts = all_texts();
  for (const auto& heading : headings())
    EXPECT_TRUE(std::ranges::any_of(texts, [&](const auto& text) {
      return is_headed(text, heading);
    })) << heading;
}

TEST(Messages, SayAllocateOnlyWhereMemoryRanOut) {
  for (const auto& text : all_texts())
    EXPECT_TRUE(text.find("llocat") == std::string::npos ||
                text.find(strerror(ENOMEM)) != std::string::npos || text.starts_with("io-mode="))
        << text;
}

TEST(Messages, SayWhatWasRefusedForWhichFormat) {
  v4l2::Format format;
  format.fourcc = {V4L2_PIX_FMT_YUYV};
  format.size = {.width = 640, .height = 480};
  for (const auto mode : {IoMode::userptr, IoMode::automatic}) {
    const auto text = no_such_io_mode(path, mode, format, at("VIDIOC_REQBUFS", ENOTTY)).text;
    EXPECT_NE(text.find(" for YUYV 640x480 (VIDIOC_REQBUFS: Inappropriate ioctl for device)"),
              std::string::npos)
        << text;
    // The advice never names the mode that the user already has.
    EXPECT_EQ(text.find("Use io-mode=auto") == std::string::npos, mode == IoMode::automatic)
        << text;
  }
}

TEST(Messages, HaveTheWordsThatPeopleSearchFor) {
  FailureContext usb;
  usb.identity.vendor_id = "046d";
  usb.identity.port = "1-1";
  const auto has = [](const Report& report, const char* words) {
    EXPECT_NE(report.text.find(words), std::string::npos) << report.text;
  };
  has(failed(path, at("VIDIOC_STREAMON", ENOSPC), "to start", usb), "USB bandwidth");
  has(narrower(path, at("VIDIOC_STREAMON", ENOSPC), {"YUYV 1280x720 at 30/1", 0}, {}),
      "USB bandwidth");
  has(cannot_open(path, at("open", EACCES)), "permission denied");
  has(cannot_open(path, at("open", EPERM)), "permission denied");
  has(cannot_open("/dev/null", at("open", EACCES)), "permission denied (it belongs to root");
  has(cannot_open("/proc/version", at("open", EACCES)), "'/proc/version' is not a V4L2 device");
  has(busy(path, at("VIDIOC_S_FMT", EBUSY), "to do it", {}), "Device or resource busy");
  has(cannot_open(path, at("eventfd", EMFILE)), "Too many open files");
}

TEST(Messages, NameEveryProgramThatHasTheDevice) {
  const std::array one{Holder{.pid = 1234, .name = "v4l2-ctl"}};
  const auto report = busy(path, at("VIDIOC_S_FMT", EBUSY), "to set the format", one);
  EXPECT_NE(report.text.find("another program uses it: v4l2-ctl (pid 1234)"), std::string::npos)
      << report.text;
  EXPECT_EQ(report.holders, std::vector<std::string>{"v4l2-ctl (pid 1234)"});
  const std::array here{Holder{.pid = 1, .name = "a", .here = true}};
  EXPECT_NE(busy(path, at("open", EBUSY), "to open it", here).text.find("this program"),
            std::string::npos);
}

}  // namespace
