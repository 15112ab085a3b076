// How a Source agrees with the driver and downstream.

#include <utility>

#include "drm_caps.h"
#include "source.h"

namespace v4l2gst {
namespace {

std::string name_of(const Choice& choice) {
  return v4l2::Fourcc{choice.row->fourcc}.to_string() + " " + std::to_string(choice.size.width) +
         "x" + std::to_string(choice.size.height);
}

}  // namespace

bool Source::negotiate() {
  // Not filtered by our own caps: their order would pass for a preference of downstream's.
  const CapsPtr wanted{gst_pad_peer_query_caps(GST_BASE_SRC_PAD(element_), nullptr)};
  auto agreed = [&]() -> Outcome<CapsPtr> {
    const std::lock_guard lock{context_};
    // A change elsewhere in the pipeline that still takes what flows is no reason to stop the flow.
    if (agreement_ && capture_ && gst_caps_is_subset(agreement().caps.get(), wanted.get()) != FALSE)
      return CapsPtr{gst_caps_ref(agreement().caps.get())};
    return agree(wanted.get());
  }();
  if (!agreed) {
    report(agreed.error());
    return false;
  }
  return gst_base_src_set_caps(element_, agreed->get()) != FALSE;
}

Source::Outcome<CapsPtr> Source::agree(const GstCaps* wanted) {
  const bool dmabuf_caps = exports_ && may_share(settings().io_mode);
  const auto offers = offers_within(*device().modes(), wanted, dmabuf_caps);
  if (!offers) return std::unexpected{failed(path(), offers.error(), "to list its modes")};
  const auto best = choices(*offers, wanted);
  if (best.empty()) {
    const TextPtr text{gst_caps_to_string(wanted)};
    return std::unexpected{not_negotiated(
        path(), "The device at '" + path() +
                    "' has no mode that downstream takes. Downstream takes: " + text.get() +
                    ". 'v4l2-ctl -d " + path() +
                    " --list-formats-ext' shows what the device has.")};
  }
  // The driver refuses another format as long as buffers are allocated; and one that knows no
  // orphans, as long as downstream holds one of them.
  const auto held = capture_ && capture_->pinned() ? capture_->held() : 0;
  capture_.reset();
  agreement_.reset();
  Outcome<> settled;
  for (const auto& choice : best) {
    if (choice.dmabuf_caps && !exports_) continue;  // which one of them has found out
    settled = settle(choice, wanted);
    if (settled) return CapsPtr{gst_caps_ref(agreement().caps.get())};
    if (held > 0 && settled.error().cause == Cause::busy)
      return std::unexpected{held_downstream(path(), held, settled.error().error)};
    // Only what the driver changed is worth another try; a failed call is not.
    if (settled.error().cause != Cause::not_negotiated) break;
  }
  return std::unexpected{settled.error()};
}

/// The driver made of a choice what nobody asked for.
Report Source::changed(const Choice& choice, const std::string& what) const {
  return not_negotiated(path(), "The device at '" + path() + "' was asked for " + name_of(choice) +
                                    " and settled on " + what +
                                    ", which downstream does not take.");
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

Source::Outcome<> Source::settle(const Choice& choice, const GstCaps* wanted) {
  v4l2::Format asked;
  asked.fourcc = {choice.row->fourcc};
  asked.size = choice.size;
  asked.field = V4L2_FIELD_ANY;
  const auto format = device().set_format(asked);
  if (!format)
    return std::unexpected{failed(path(), format.error(), "to set the format " + name_of(choice))};
  const auto interval = settle_interval(choice.interval);
  if (!interval) return std::unexpected{interval.error()};
  const auto* const row = row_of(format->fourcc.code);
  if (row == nullptr) return std::unexpected{changed(choice, format->fourcc.to_string())};
  const bool known = interval->known();
  auto caps = fixed_caps(*row, choice.dmabuf_caps, *format,
                         known ? static_cast<int>(interval->denominator) : 0,
                         known ? static_cast<int>(interval->numerator) : 1);
  if (gst_caps_can_intersect(caps.get(), wanted) == FALSE) {
    const TextPtr text{gst_caps_to_string(caps.get())};
    return std::unexpected{changed(choice, text.get())};
  }
  if (choice.dmabuf_caps) {
    // What is promised before the allocation must come true in it.
    const auto exported = can_export(device(), waker_, format->plane_count);
    if (!exported)
      return std::unexpected{failed(path(), exported.error(), "to export its buffers")};
    if (!*exported) {
      exports_ = false;
      update_facts();
      return std::unexpected{changed(choice, "buffers that it can't export")};
    }
  }
  agreement_.emplace(Agreement{.row = row,
                               .format = *format,
                               .interval = *interval,
                               .caps = std::move(caps),
                               .layout = std::nullopt,
                               .dmabuf_caps = choice.dmabuf_caps});
  if (!row->has_lines()) return {};
  auto layout = layout_of(*format, *row, video_info_of(*row, format->size));
  if (choice.dmabuf_caps) layout.format = drm_video_format();
  agreement().layout = layout;
  return {};
}

}  // namespace v4l2gst
