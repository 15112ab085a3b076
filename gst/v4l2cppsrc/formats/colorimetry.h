#pragma once

#include <optional>
#include <string>

#include <gst/video/video.h>

#include "common/handles.h"
#include "device/format.h"

namespace v4l2gst {

/// Converts a driver's colorimetry to GStreamer's, with V4L2's defaults resolved. Returns nullopt
/// if the driver does not know it (V4L2_COLORSPACE_DEFAULT), or if its colorspace is newer than
/// this file. Parts that GStreamer has no name for are UNKNOWN: the primaries of RAW and BT878,
/// DCI-P3's transfer function, the matrix of BT.2020 with constant luminance, and any number newer
/// than this file. GStreamer takes caps for raw Y'CbCr with an UNKNOWN matrix for a mistake and
/// guesses.
///
/// `rgb` is true for R'G'B', false for Y'CbCr and grey. HSV has no colorimetry in GStreamer.
/// `depth` is in bits per component. V4L2 has one name for the transfer function of BT.2020.
/// GStreamer has one for 10 bits and one for all other depths.
std::optional<GstVideoColorimetry> colorimetry_of(const v4l2::Colorimetry& wire, bool rgb,
                                                  unsigned depth = 8);

/// Returns the colorimetry to ask a driver for, with Format::convert. An UNKNOWN part is left to
/// the driver. Every other part is explicit and no default, except the encoding of R'G'B', which
/// has none. Returns nullopt if V4L2 has no name for a part, such as hybrid log-gamma.
std::optional<v4l2::Colorimetry> wire_colorimetry(const GstVideoColorimetry& wanted);

/// Returns whether `actual` equals `wanted` in each part that `wanted` knows. The four names for
/// the transfer function of BT.709 are one.
bool meets(const GstVideoColorimetry& wanted, const GstVideoColorimetry& actual);

/// Returns the text in caps, "bt709" or "1:4:7:1"; null if all parts are UNKNOWN.
TextPtr colorimetry_text(const GstVideoColorimetry& colorimetry);

/// Parses a name or four numbers. Returns nullopt for other texts and for unknown numbers.
std::optional<GstVideoColorimetry> parse_colorimetry(const std::string& text);

}  // namespace v4l2gst
