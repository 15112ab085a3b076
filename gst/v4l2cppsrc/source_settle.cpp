// How a Source has the driver settle on one choice.

#include <algorithm>
#include <utility>

#include "colorimetry.h"
#include "device/hdr.h"
#include "device/selection.h"
#include "drm_caps.h"
#include "source.h"

namespace v4l2gst {
namespace {

bool is_rgb(const FormatRow& row) {
  return GST_VIDEO_FORMAT_INFO_IS_RGB(gst_video_format_get_info(row.video));
}

unsigned depth_of(const FormatRow& row) {
  return GST_VIDEO_FORMAT_INFO_DEPTH(gst_video_format_get_info(row.video), 0);
}

}  // namespace

/// Whether the picture fills the frames that the device is set to now.
Source::Outcome<bool> Source::fills_frame() const {
  const auto composed = v4l2::composed(*device().node());
  if (!composed) return std::unexpected{failed(path(), composed.error(), "to ask how it composes")};
  const auto& where = *composed;
  if (!where) return false;
  const auto current = device().format();
  if (!current) return std::unexpected{failed(path(), current.error(), "to ask for its format")};
  return where->left == 0 && where->top == 0 && where->width == current->size.width &&
         where->height == current->size.height;
}

/// Emits "prepare-format", without the lock: whoever is called may wait for a thread that pauses
/// the element. False where meanwhile the device went or somebody else negotiated, so that what was
/// found out before holds no longer.
bool Source::let_applications_prepare(GstCaps* caps) {
  const auto node = device().node();  // kept, so that its descriptor stays what it is
  context_.unlock();
  g_signal_emit_by_name(element_, "prepare-format", node->descriptor(), caps);
  context_.lock();
  overtaken_ = !device_ || device_->node() != node || agreement_ || capture_;
  return !overtaken_;
}

Source::Outcome<v4l2::Format> Source::settle_format(const Choice& choice) {
  v4l2::Format asked;
  asked.fourcc = {choice.row->fourcc};
  asked.size = choice.size;
  // What a media graph sends has its field and its colours, whatever is wished.
  const auto delivered = device().delivered();
  const auto wished = delivered ? delivered->field : choice.field;
  if (delivered) {
    asked.colorimetry = delivered->colorimetry;
    asked.from_pad = true;
  }
  const Offer offer{.row = choice.row,
                    .sizes = {.smallest = choice.size, .largest = choice.size},
                    .intervals = {},
                    .dmabuf_caps = choice.dmabuf_caps,
                    .alternate = choice.field == V4L2_FIELD_ALTERNATE};
  const auto caps = caps_of(offer);
  if (!let_applications_prepare(caps.get())) return std::unexpected{Report{}};
  const auto ask = [&](std::uint32_t field) {
    asked.field = field;
    asked.size.height = field == V4L2_FIELD_ALTERNATE ? choice.size.height / 2 : choice.size.height;
    return device().set_format(asked);
  };
  auto format = ask(wished);
  if (wished == V4L2_FIELD_ANY) {
    // Of the driver's own choices these two can't be had by whoever did not ask for them.
    const auto unwanted = [](const v4l2::Format& given) {
      return given.field == V4L2_FIELD_ALTERNATE || !interlacing_of(given.field, false);
    };
    for (const std::uint32_t field : {V4L2_FIELD_INTERLACED, V4L2_FIELD_NONE})
      if (format && unwanted(*format)) format = ask(field);
  }
  // Who gives nothing but fields took the height for that of a field.
  if (format && format->field == V4L2_FIELD_ALTERNATE && asked.field != V4L2_FIELD_ALTERNATE)
    format = ask(V4L2_FIELD_ALTERNATE);
  if (!format)
    return std::unexpected{failed(path(), format.error(), "to set the format " + describe(choice))};
  format->from_pad = asked.from_pad;  // for who asks again, with other strides
  return *format;
}

Source::Outcome<v4l2::Interval> Source::settle_interval(v4l2::Interval wanted) const {
  if (wanted.known()) {
    const auto actual = device().set_interval(wanted);
    if (!actual) return std::unexpected{failed(path(), actual.error(), "to set the frame rate")};
    // Where the driver knows no rates, what downstream asked for is as good as any.
    return actual->known() ? *actual : wanted;
  }
  const auto current = device().interval();
  return current ? *current : wanted;
}

/// Has the driver convert its colours, where it can; else the format stays as it was.
Source::Outcome<v4l2::Format> Source::convert_colours(const v4l2::Format& format,
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
  // What VIDIOC_S_FMT answers may be no more than an echo (uvcvideo).
  if (converted) converted = device().format();
  if (!converted)
    return std::unexpected{failed(path(), converted.error(), "to set the colorimetry")};
  converted->convert = true;  // for who asks again, with other strides
  converted->from_pad = format.from_pad;
  return *converted;
}

Source::Outcome<Traits> Source::read_traits(const v4l2::Format& format, const FormatRow& row,
                                            const Interlacing& interlacing,
                                            const Overrides& overrides) const {
  Traits traits{.interlace = interlacing.mode,
                .field_order = interlacing.order,
                .pixel_aspect = overrides.pixel_aspect,
                .colorimetry = overrides.colorimetry_text,
                .hdr = {}};
  const auto& node = *device().node();
  if (!overrides.carry_pixel_aspect) {
    traits.pixel_aspect.reset();
  } else if (!traits.pixel_aspect) {
    v4l2::Size frame{format.size.width, frame_height(format)};
    if (single_field(format.field)) frame.height *= 2;
    const auto aspect = v4l2::pixel_aspect(node, frame);
    if (!aspect)
      return std::unexpected{failed(path(), aspect.error(), "to ask for its pixel aspect")};
    traits.pixel_aspect = single_field(format.field) ? flattened(*aspect) : *aspect;
  }
  if (!row.raw()) return traits;
  if (traits.colorimetry.empty())
    if (const auto known = colorimetry_of(format.colorimetry, is_rgb(row), depth_of(row)))
      if (const auto text = colorimetry_text(*known)) traits.colorimetry = text.get();
  if (format.colorimetry.transfer == V4L2_XFER_FUNC_SMPTE2084) {
    const auto hdr = v4l2::hdr_info(node);
    if (!hdr) return std::unexpected{failed(path(), hdr.error(), "to ask for its HDR metadata")};
    if (const auto& info = *hdr) traits.hdr = hdr_metadata(*info);
  }
  return traits;
}

/// Nothing when it suits, and then there is an agreement.
Source::Outcome<std::optional<Source::Given>> Source::settle(const Choice& choice,
                                                             const GstCaps* wanted,
                                                             const Overrides& overrides) {
  // What has filled the frame shall fill the next one too, which VIDIOC_S_FMT does not see to; what
  // a user has composed stays.
  const auto filled = fills_frame();
  if (!filled) return std::unexpected{filled.error()};
  auto format = settle_format(choice);
  if (!format) return std::unexpected{format.error()};
  const auto* const row = row_of(format->fourcc.code);
  // What the driver gives instead may have no caps at all, or none in the memory that was chosen.
  if (row == nullptr || gst_caps_is_empty(caps_of(*row, choice.dmabuf_caps).get()) != FALSE)
    return Given{.caps = CapsPtr{gst_caps_new_empty()},
                 .field = "format",
                 .has = format->fourcc.to_string()};
  const auto& colours =
      overrides.colorimetry_text.empty() ? choice.colorimetry : overrides.colorimetry_text;
  if (!colours.empty()) {
    auto converted = convert_colours(*format, *row, colours);
    if (!converted) return std::unexpected{converted.error()};
    format = std::move(converted);
  }
  if (const auto lie = lie_in(*format, *row))
    return std::unexpected{failed(path(), *lie, "to set the format " + describe(choice))};
  if (*filled)
    if (const auto done = v4l2::fill_frame(*device().node()); !done)
      return std::unexpected{failed(path(), done.error(), "to fill its frames")};
  format = restore_picture(*format);
  if (!format) return std::unexpected{format.error()};
  const auto interval = settle_interval(choice.interval);
  if (!interval) return std::unexpected{interval.error()};
  const bool bottom_first = format->field == V4L2_FIELD_INTERLACED && input_ &&
                            v4l2::bottom_field_first(*device().node(), *input_);
  const auto interlacing = interlacing_of(format->field, bottom_first);
  auto traits = read_traits(*format, *row, interlacing.value_or(Interlacing{}), overrides);
  if (!traits) return std::unexpected{traits.error()};
  auto caps = fixed_caps(*row, choice.dmabuf_caps, *format, *interval, *traits);
  if (!interlacing)
    return Given{.caps = std::move(caps),
                 .field = "interlace-mode",
                 .has = "both fields one after the other in each frame, which caps can't say"};
  if (gst_caps_can_intersect(caps.get(), wanted) == FALSE)
    return Given{.caps = std::move(caps), .field = {}, .has = {}};
  if (choice.dmabuf_caps) {
    // What is promised before the allocation must come true in it.
    const auto exported = can_export(device(), waker_, format->plane_count);
    if (!exported)
      return std::unexpected{failed(path(), exported.error(), "to export its buffers")};
    if (!*exported) {
      exports_ = false;
      update_facts();
      return Given{
          .caps = std::move(caps), .field = "features", .has = "buffers that it can't export"};
    }
  }
  agreement_.emplace(Agreement{.row = row,
                               .format = *format,
                               .interval = *interval,
                               .caps = std::move(caps),
                               .layout = std::nullopt,
                               .interlacing = *interlacing,
                               .dmabuf_caps = choice.dmabuf_caps});
  if (!row->has_lines()) return std::nullopt;
  auto layout = layout_of(*format, *row, video_info_of(*row, format->size));
  layout.height = frame_height(*format);
  if (choice.dmabuf_caps) layout.format = drm_video_format();
  agreement().layout = layout;
  return std::nullopt;
}

}  // namespace v4l2gst
