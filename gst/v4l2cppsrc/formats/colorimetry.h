#pragma once

#include <optional>
#include <string>

#include <gst/video/video.h>

#include "common/handles.h"
#include "device/format.h"

namespace v4l2gst {

/// What a driver's four numbers mean in GStreamer's terms, V4L2's defaults resolved. Nothing where
/// the driver does not know (V4L2_COLORSPACE_DEFAULT) or names a colorspace that is newer than this
/// file. Parts that GStreamer has no name for are UNKNOWN: the primaries of RAW and BT878, DCI-P3's
/// transfer function, the matrix of BT.2020 with constant luminance, and any number newer than this
/// file. GStreamer takes caps for raw Y'CbCr with an UNKNOWN matrix for a mistake and guesses.
///
/// `rgb` for R'G'B'; false for Y'CbCr and grey. HSV has no colorimetry in GStreamer.
/// `depth` in bits per component: V4L2 has one name for the transfer function of BT.2020, GStreamer
/// one for 10 bits and one for all others.
std::optional<GstVideoColorimetry> colorimetry_of(const v4l2::Colorimetry& wire, bool rgb,
                                                  unsigned depth = 8);

/// What to ask a driver for, with Format::convert, to get that; what is UNKNOWN is left to the
/// driver, and all else is said in full, no default among it. Nothing where V4L2 has no name for
/// it, such as hybrid log-gamma.
std::optional<v4l2::Colorimetry> wire_colorimetry(const GstVideoColorimetry& wanted);

/// True when `actual` is as `wanted` in all that `wanted` knows. The four names for the transfer
/// function of BT.709 are one.
bool meets(const GstVideoColorimetry& wanted, const GstVideoColorimetry& actual);

/// As caps have it: "bt709", "1:4:7:1"; null when all is UNKNOWN.
TextPtr colorimetry_text(const GstVideoColorimetry& colorimetry);

/// From a name or the four numbers; nothing for what is neither, or numbers that mean nothing.
std::optional<GstVideoColorimetry> parse_colorimetry(const std::string& text);

}  // namespace v4l2gst
