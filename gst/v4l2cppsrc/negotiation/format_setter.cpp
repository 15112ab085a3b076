#include "negotiation/format_setter.h"

#include <algorithm>
#include <utility>

#include "buffers/plane_memory.h"
#include "camera/camera.h"
#include "camera/geometry.h"
#include "camera/restoration.h"
#include "common/settings.h"
#include "device/modes.h"
#include "formats/caps.h"
#include "formats/colorimetry.h"
#include "formats/drm_caps.h"
#include "formats/format_table.h"
#include "formats/frame_rate.h"
#include "formats/offered_mode.h"
#include "kernel/node.h"
#include "kernel/waker.h"
#include "messages/failures.h"
#include "negotiation/candidates.h"
#include "settings/hdr.h"
#include "settings/selection.h"

namespace v4l2gst {
namespace {

bool is_rgb(const FormatRow& row) {
  return GST_VIDEO_FORMAT_INFO_IS_RGB(gst_video_format_get_info(row.video));
}

unsigned depth_of(const FormatRow& row) {
  return GST_VIDEO_FORMAT_INFO_DEPTH(gst_video_format_get_info(row.video), 0);
}

std::string text_of(const v4l2::Format& format) {
  return format.fourcc.to_string() + " " + std::to_string(format.size.width) + "x" +
         std::to_string(format.size.height);
}

/// Returns "it changed from YUYV 320x240 to RGB3 640x480 when asked for 30/1". Empty if the picture
/// is the same.
std::string change_of(const v4l2::Format& before, const v4l2::Format& now, v4l2::Interval asked) {
  if (same_picture(before, now)) return {};
  auto text = "it changed from " + text_of(before) + " to " + text_of(now);
  if (before.field != now.field) text += " and its fields";
  if (asked.known())
    text += " when asked for " + std::to_string(asked.denominator) + "/" +
            std::to_string(asked.numerator);
  return text;
}

/// Returns caps and the name of their rate. That is the first of `names` with which `wanted` takes
/// the caps, otherwise the first.
template <class Make>
std::pair<CapsPtr, v4l2::Interval> caps_at(std::span<const v4l2::Interval> names,
                                           const GstCaps* wanted, Make make) {
  for (const auto name : names)
    if (auto caps = make(name); gst_caps_can_intersect(caps.get(), wanted) != FALSE)
      return {std::move(caps), name};
  return {make(names.front()), names.front()};
}

/// Returns nullopt if there are caps for `format`.
std::optional<DriverAnswer> without_caps(const v4l2::Format& format, bool dmabuf_caps) {
  const auto* const row = row_of(format.fourcc.code);
  if (row != nullptr && gst_caps_is_empty(caps_of(*row, dmabuf_caps).get()) == FALSE)
    return std::nullopt;
  return DriverAnswer{
      .caps = CapsPtr{gst_caps_new_empty()}, .field = "format", .has = format.fourcc.to_string()};
}

}  // namespace

v4l2::Device& FormatSetter::device() {
  return camera_.device;
}

const v4l2::Device& FormatSetter::device() const {
  return camera_.device;
}

const std::string& FormatSetter::path() const {
  return camera_.path();
}

/// Returns true if the picture fills the frames that the device is set to now.
Outcome<bool> FormatSetter::fills_frame() const {
  const auto composed = v4l2::composed(*device().node());
  if (!composed) return std::unexpected{failed(path(), composed.error(), "to ask how it composes")};
  const auto& where = *composed;
  if (!where) return false;
  const auto current = device().format();
  if (!current) return std::unexpected{failed(path(), current.error(), "to ask for its format")};
  return where->left == 0 && where->top == 0 && where->width == current->size.width &&
         where->height == current->size.height;
}

Outcome<v4l2::Format> FormatSetter::set_format(const Candidate& candidate) {
  v4l2::Format asked;
  asked.fourcc = {candidate.row->fourcc};
  asked.size = candidate.size;
  // The media graph decides the field and the colours, whatever downstream wants.
  const auto delivered = device().delivered();
  const auto wished = delivered ? delivered->field : candidate.field;
  if (delivered) {
    asked.colorimetry = delivered->colorimetry;
    asked.from_pad = true;
  }
  const OfferedMode offer{.row = candidate.row,
                          .sizes = {.smallest = candidate.size, .largest = candidate.size},
                          .intervals = {},
                          .dmabuf_caps = candidate.dmabuf_caps,
                          .alternate = candidate.field == V4L2_FIELD_ALTERNATE};
  const auto caps = caps_of(offer);
  if (overtaken_ = !prepare_(caps.get()); overtaken_) return std::unexpected{Report{}};
  const auto ask = [&](std::uint32_t field) {
    asked.field = field;
    asked.size.height =
        field == V4L2_FIELD_ALTERNATE ? candidate.size.height / 2 : candidate.size.height;
    return device().set_format(asked);
  };
  auto format = ask(wished);
  if (wished == V4L2_FIELD_ANY) {
    // Downstream takes alternate fields only if it asked for them. Caps can't express some other
    // fields.
    const auto unwanted = [](const v4l2::Format& given) {
      return given.field == V4L2_FIELD_ALTERNATE || !interlacing_of(given.field, false);
    };
    for (const std::uint32_t field : {V4L2_FIELD_INTERLACED, V4L2_FIELD_NONE})
      if (format && unwanted(*format)) format = ask(field);
  }
  // A driver that gives only single fields took the height for that of a field.
  if (format && format->field == V4L2_FIELD_ALTERNATE && asked.field != V4L2_FIELD_ALTERNATE)
    format = ask(V4L2_FIELD_ALTERNATE);
  if (!format)
    return std::unexpected{
        failed(path(), format.error(), "to set the format " + describe(candidate))};
  format->from_pad = asked.from_pad;  // for a later VIDIOC_S_FMT with other strides
  return *format;
}

/// Sets the colorimetry that downstream wants, if the driver can convert. Otherwise the format
/// stays as it was.
Outcome<v4l2::Format> FormatSetter::convert_colours(const v4l2::Format& format,
                                                    const FormatRow& row,
                                                    const std::string& colorimetry) const {
  const auto wanted = parse_colorimetry(colorimetry);
  if (!wanted || !row.raw()) return format;
  const auto actual = colorimetry_of(format.colorimetry, is_rgb(row), depth_of(row));
  if (actual && meets(*wanted, *actual)) return format;
  const auto wire = wire_colorimetry(*wanted);
  if (!wire) return format;
  const auto formats = device().modes()->formats();
  if (!formats) return std::unexpected{failed(path(), formats.error(), "to list its formats")};
  const auto offered = std::ranges::find(*formats, format.fourcc, &v4l2::OfferedFormat::fourcc);
  if (offered == formats->end()) return format;
  auto asked = format;
  asked.colorimetry = offered->convertible(*wire, format.colorimetry);
  if (asked.colorimetry == format.colorimetry) return format;
  asked.convert = true;
  auto converted = device().set_format(asked);
  // VIDIOC_S_FMT may return no more than an echo (uvcvideo).
  if (converted) converted = device().format();
  if (!converted)
    return std::unexpected{failed(path(), converted.error(), "to set the colorimetry")};
  converted->convert = true;  // for a later VIDIOC_S_FMT with other strides
  converted->from_pad = format.from_pad;
  return *converted;
}

Outcome<PictureProperties> FormatSetter::read_picture_properties(
    const v4l2::Format& format, const FormatRow& row, const Interlacing& interlacing) const {
  PictureProperties properties{.interlace = interlacing.mode,
                               .field_order = interlacing.order,
                               .pixel_aspect = overrides_.pixel_aspect,
                               .colorimetry = overrides_.colorimetry_text,
                               .hdr = {}};
  if (!overrides_.carry_pixel_aspect) {
    properties.pixel_aspect.reset();
  } else if (!properties.pixel_aspect) {
    const auto aspect = pixel_aspect_of(camera_, format, geometry_);
    if (!aspect) return std::unexpected{aspect.error()};
    properties.pixel_aspect = *aspect;
  }
  if (!row.raw()) return properties;
  if (properties.colorimetry.empty())
    if (const auto known = colorimetry_of(format.colorimetry, is_rgb(row), depth_of(row)))
      if (const auto text = colorimetry_text(*known)) properties.colorimetry = text.get();
  if (format.colorimetry.transfer == V4L2_XFER_FUNC_SMPTE2084) {
    const auto hdr = v4l2::hdr_info(*device().node());
    if (!hdr) return std::unexpected{failed(path(), hdr.error(), "to ask for its HDR metadata")};
    if (const auto& info = *hdr) properties.hdr = hdr_metadata(*info);
  }
  return properties;
}

/// Sets the format, the colours and the rectangles.
Outcome<v4l2::Format> FormatSetter::set_picture(Rectangles rectangles, const Candidate& candidate) {
  // A picture that fills the old frames has to fill the new ones. VIDIOC_S_FMT does not ensure
  // that. A rectangle that a user has composed stays.
  const auto filled = fills_frame();
  if (!filled) return std::unexpected{filled.error()};
  auto format = set_format(candidate);
  if (!format) return format;
  const auto* const row = row_of(format->fourcc.code);
  if (row == nullptr) return format;
  if (const auto implausible_value = implausible(*format, *row))
    return std::unexpected{
        failed(path(), *implausible_value, "to set the format " + describe(candidate))};
  const auto& colours =
      overrides_.colorimetry_text.empty() ? candidate.colorimetry : overrides_.colorimetry_text;
  if (!colours.empty()) format = convert_colours(*format, *row, colours);
  if (!format) return format;
  if (*filled && !geometry_.names_compose())
    if (const auto done = v4l2::fill_frame(*device().node()); !done)
      return std::unexpected{failed(path(), done.error(), "to fill its frames")};
  auto restored = restoration_.restore_picture(device(), *format);
  const bool named = geometry_.names_crop() || geometry_.names_compose();
  if (!restored || !named || rectangles == Rectangles::as_they_are) return restored;
  if (const auto set = geometry_.set(camera_); !set) return std::unexpected{set.error()};
  auto now = confirm_format(device(), *restored);
  if (now && now->size != restored->size) resized_ = now->size;
  return now;
}

/// Sets the frame interval, and returns the one for the caps. That is the answer of VIDIOC_S_PARM.
/// If VIDIOC_S_PARM is refused, or can't set any interval, it is the answer of VIDIOC_G_PARM. If a
/// driver has refused and reports no interval, the result is unknown, 0/1 in caps. A driver that
/// knows no intervals at all has not refused. The rate is downstream's business then, and the caps
/// carry its wish.
Outcome<v4l2::IntervalAnswer> FormatSetter::set_interval(v4l2::Interval wanted) const {
  if (!wanted.known()) {
    const auto current = device().interval();
    return v4l2::IntervalAnswer{.interval = current.value_or(v4l2::Interval{})};
  }
  auto answer = device().set_interval(wanted);
  if (!answer) return std::unexpected{failed(path(), answer.error(), "to set the frame rate")};
  if (!answer->interval.known() && !answer->refused) answer->interval = wanted;
  return *answer;
}

/// Returns how the driver answered the wish for a rate, as text for a refusal.
Outcome<std::string> FormatSetter::tell_rate(const Candidate& candidate,
                                             const v4l2::IntervalAnswer& rate) const {
  const auto listed = device().modes()->intervals({candidate.row->fourcc}, candidate.size);
  if (!listed) return std::unexpected{failed(path(), listed.error(), "to list its frame rates")};
  return rate_answer(candidate.interval, rate, *listed);
}

Outcome<std::variant<StreamConfig, DriverAnswer>> FormatSetter::set(const Candidate& candidate,
                                                                    const GstCaps* wanted) {
  resized_.reset();
  auto answer = set_with(Rectangles::as_named, candidate, wanted);
  if (!answer || !resized_ || std::holds_alternative<StreamConfig>(*answer)) return answer;
  geometry_.yield(*resized_);
  return set_with(Rectangles::as_they_are, candidate, wanted);
}

Outcome<std::variant<StreamConfig, DriverAnswer>> FormatSetter::set_with(Rectangles rectangles,
                                                                         const Candidate& candidate,
                                                                         const GstCaps* wanted) {
  const auto asked = set_picture(rectangles, candidate);
  if (!asked) return std::unexpected{asked.error()};
  // The answer may have no caps at all, or none in the chosen memory.
  if (auto given = without_caps(*asked, candidate.dmabuf_caps)) return std::move(*given);
  const auto rate = set_interval(candidate.interval);
  if (!rate) return std::unexpected{rate.error()};
  const auto format = confirm_format(device(), *asked);
  if (!format) return std::unexpected{format.error()};
  auto changed = change_of(*asked, *format, candidate.interval);
  if (auto given = without_caps(*format, candidate.dmabuf_caps)) {
    given->format_answer = std::move(changed);
    return std::move(*given);
  }
  const auto* const row = row_of(format->fourcc.code);
  if (auto implausible_value = implausible(*format, *row)) {
    implausible_value->call = v4l2::request::g_fmt.name;
    return std::unexpected{failed(path(), *implausible_value, "to ask for its format")};
  }
  const bool bottom_first = format->field == V4L2_FIELD_INTERLACED && camera_.input &&
                            v4l2::bottom_field_first(*device().node(), *camera_.input);
  const auto interlacing = interlacing_of(format->field, bottom_first);
  auto properties = read_picture_properties(*format, *row, interlacing.value_or(Interlacing{}));
  if (!properties) return std::unexpected{properties.error()};
  auto [caps, interval] =
      caps_at(names_of(rate->interval, candidate.interval), wanted, [&](v4l2::Interval name) {
        return fixed_caps(*row, candidate.dmabuf_caps, *format, name, *properties);
      });
  if (!interlacing)
    return DriverAnswer{
        .caps = std::move(caps),
        .field = "interlace-mode",
        .has = "both fields one after the other in each frame, which caps can't say"};
  if (gst_caps_can_intersect(caps.get(), wanted) == FALSE) {
    auto answer = tell_rate(candidate, *rate);
    if (!answer) return std::unexpected{answer.error()};
    return DriverAnswer{.caps = std::move(caps),
                        .field = {},
                        .has = {},
                        .rate_answer = std::move(*answer),
                        .format_answer = std::move(changed)};
  }
  const auto kept = keeps_promise(candidate, format->plane_count);
  if (!kept) return std::unexpected{kept.error()};
  if (!*kept)
    return DriverAnswer{
        .caps = std::move(caps), .field = "features", .has = "buffers that it can't export"};
  StreamConfig config{.row = row,
                      .format = *format,
                      .interval = interval,
                      .caps = std::move(caps),
                      .layout = std::nullopt,
                      .interlacing = *interlacing,
                      .dmabuf_caps = candidate.dmabuf_caps};
  if (!row->has_lines()) return config;
  config.layout = layout_of(*format, *row, video_info_of(*row, format->size));
  config.layout->height = frame_height(*format);
  if (candidate.dmabuf_caps) config.layout->format = drm_video_format();
  return config;
}

/// Returns true if the allocation can keep what the caps promise. Caps of DMABuf memory need
/// buffers that the driver exports.
Outcome<bool> FormatSetter::keeps_promise(const Candidate& candidate, std::uint32_t plane_count) {
  if (!candidate.dmabuf_caps) return true;
  const auto exported = can_export(device(), waker_, plane_count);
  if (!exported) return std::unexpected{failed(path(), exported.error(), "to export its buffers")};
  if (*exported) return true;
  camera_.exports = false;
  return false;
}

Outcome<v4l2::PixelAspect> pixel_aspect_of(const Camera& camera, const v4l2::Format& format,
                                           const Geometry& geometry) {
  // A buffer of one field has every other line of the frame.
  const bool field = single_field(format.field);
  const bool one_field = field || format.field == V4L2_FIELD_ALTERNATE;
  const std::uint32_t lines = one_field ? 2 : 1;
  const v4l2::Size frame{format.size.width, lines * format.size.height};
  const auto aspect = v4l2::pixel_aspect(
      camera.node(), frame,
      {.lines = lines, .chosen = geometry.names_crop() || geometry.names_compose()});
  if (!aspect)
    return std::unexpected{failed(camera.path(), aspect.error(), "to ask for its pixel aspect")};
  return field ? flattened(*aspect) : *aspect;
}

/// Asks for the format after the last call that may have changed it. VIDIOC_S_PARM of some drivers
/// sets another format (akvcam). VIDIOC_S_SELECTION may set another size.
Outcome<v4l2::Format> confirm_format(const v4l2::Device& device, const v4l2::Format& format) {
  auto now = device.format();
  if (!now) return std::unexpected{failed(device.path(), now.error(), "to ask for its format")};
  now->convert = format.convert && same_picture(*now, format);  // for a later VIDIOC_S_FMT
  now->from_pad = format.from_pad;
  return *now;
}

}  // namespace v4l2gst
