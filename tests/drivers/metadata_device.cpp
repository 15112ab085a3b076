// Reads a device's metadata along with its frames, and checks that they belong together. Prints
// TAP.
//
//   metadata_device DEVICE CAPS [--real-clocks]
//
// Its metadata is of V4L2_META_FMT_UVC. The clocks in that of vivid are made up, and run anyhow.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "rigs/device_rig.h"
#include "rigs/forwarding_kernel.h"
#include "rigs/tap.h"

namespace {

using real::Tap;

/// What the frames of a run say.
struct Tally {
  int frames{};
  int paired{};
  int with_pts{};
  int steady_clocks{};       ///< frames whose PTS, SCR and host time are all later than before
  std::uint64_t farthest{};  ///< from a frame's timestamp to its host time, in ns
  std::optional<std::uint32_t> pts{};
  std::optional<std::uint32_t> stc{};
  std::uint64_t host{};

  void note(GstBuffer* buffer) {
    const auto* const meta =
        gst_custom_meta_get_structure(gst_buffer_get_custom_meta(buffer, "v4l2cppsrc-frame"));
    ++frames;
    const auto* const text = gst_structure_get_string(meta, "metadata-format");
    auto* const bytes = gst_value_get_buffer(gst_structure_get_value(meta, "metadata"));
    if (text == nullptr || std::string_view{text} != "UVCH" || bytes == nullptr ||
        gst_buffer_get_size(bytes) == 0)
      return;
    ++paired;
    guint flags{};
    guint next_pts{};
    guint next_stc{};
    guint64 next_host{};
    guint64 timestamp{};
    gst_structure_get(meta, "uvc-flags", G_TYPE_UINT, &flags, "uvc-pts", G_TYPE_UINT, &next_pts,
                      "uvc-scr-stc", G_TYPE_UINT, &next_stc, "uvc-host-time", G_TYPE_UINT64,
                      &next_host, "timestamp", G_TYPE_UINT64, &timestamp, nullptr);
    if ((flags & 0x04U) == 0) return;
    ++with_pts;
    // The clocks of the camera wrap.
    const auto later = [](std::optional<std::uint32_t> before, std::uint32_t now) {
      return !before || static_cast<std::int32_t>(now - *before) > 0;
    };
    const bool has_scr = (flags & 0x08U) != 0;
    if (later(pts, next_pts) && (!has_scr || later(stc, next_stc)) && next_host > host)
      ++steady_clocks;
    farthest =
        std::max(farthest, next_host > timestamp ? next_host - timestamp : timestamp - next_host);
    pts = next_pts;
    if (has_scr) stc = next_stc;
    host = next_host;
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::fprintf(stderr, "usage: metadata_device DEVICE CAPS [--real-clocks]\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  Tap tap;
  real::Between kernel;
  const real::Alone alone{argv[1], kernel, argv[2]};
  rig::set(alone.element, "metadata-device", "auto");
  constexpr int wanted = 100;
  for (const auto* const turn : {"at first", "after a pause"}) {
    Tally tally;
    alone.play();
    while (tally.frames < wanted) {
      const auto buffer = alone.next();
      if (!buffer) break;
      tally.note(buffer.get());
    }
    gst_element_set_state(alone.element, GST_STATE_PAUSED);
    const auto what = std::string{turn} + ": ";
    tap.point(tally.frames == wanted, what + std::to_string(tally.frames) + " frames");
    // The stream of frames may begin in the middle of one.
    tap.point(tally.paired >= wanted - 2,
              what + std::to_string(tally.paired) + " of them have metadata");
    tap.point(tally.with_pts == tally.paired,
              what + std::to_string(tally.with_pts) + " have a PTS");
    if (argc == 4) {
      tap.point(tally.steady_clocks == tally.with_pts,
                what + "the camera's clocks and the host's go on in " +
                    std::to_string(tally.steady_clocks));
      tap.point(tally.farthest < 1000000000, what + "a frame and its payload are at most " +
                                                 std::to_string(tally.farthest / 1000) +
                                                 " us apart");
    }
  }
  const auto errors = alone.errors();
  tap.point(errors.empty(), "and there was no error " + errors);
  return tap.end();
}
