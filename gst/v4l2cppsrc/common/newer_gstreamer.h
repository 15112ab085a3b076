#pragma once

#include <gst/gst.h>

// These macros name what GStreamer has gained since 1.22. No other file compares GStreamer's
// version. Each macro is 0 or 1, for #if: code can't name a symbol that its GStreamer lacks.

// NOLINTBEGIN(cppcoreguidelines-macro-usage)

/// Caps of DMABuf memory with a DRM format, GstVideoInfoDmaDrm.
#define GSTREAMER_HAS_DMA_DRM GST_CHECK_VERSION(1, 24, 0)
/// GST_VIDEO_FORMAT_NV12_10LE40_4L4, GST_VIDEO_FORMAT_MT2110T and GST_VIDEO_FORMAT_MT2110R.
#define GSTREAMER_HAS_TILES_OF_10_BITS GST_CHECK_VERSION(1, 24, 0)
/// The element bayer2rgb takes Bayer patterns of more than 8 bits.
#define GSTREAMER_SHOWS_DEEP_BAYER GST_CHECK_VERSION(1, 24, 0)
/// GStreamer reads a big-endian drm-format back. 1.24 writes a name for it that it can't read.
#define GSTREAMER_READS_BIG_ENDIAN_DRM GST_CHECK_VERSION(1, 26, 0)
/// GST_VIDEO_FORMAT_GRAY10_LE16.
#define GSTREAMER_HAS_GRAY10 GST_CHECK_VERSION(1, 26, 0)
/// GST_VIDEO_FORMAT_Y216_LE.
#define GSTREAMER_HAS_Y216 GST_CHECK_VERSION(1, 26, 0)
/// The names of a structure's fields are no GQuarks any more, and a search by one is deprecated.
#define GSTREAMER_HAS_ID_STR GST_CHECK_VERSION(1, 26, 0)
/// GST_VIDEO_FORMAT_NV16_10LE40.
#define GSTREAMER_HAS_NV20 GST_CHECK_VERSION(1, 28, 0)

// NOLINTEND(cppcoreguidelines-macro-usage)
