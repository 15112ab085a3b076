#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/handles.h"
#include "messages/report.h"

namespace v4l2gst {

struct OfferedMode;
struct Refusal;

/// Returns the names of the formats of `offers`: "MJPG, YUYV".
std::string names_of(std::span<const OfferedMode> offers);

/// Returns the sizes of the offers in one of `formats`: "640x480, 1280x720".
std::string sizes_text(std::span<const OfferedMode> offers, const CapsPtr& formats);

/// Returns the rates of the offers in one of `sizes`: "30, 15 frames per second".
std::string rates_text(std::span<const OfferedMode> offers, const CapsPtr& sizes);

/// Returns advice on what to change. `near` holds the offers that are nearest to `wanted`.
std::string advice_for(const Refusal& refusal, std::span<const OfferedMode> near,
                       const GstCaps* wanted);

/// Returns the whole text of `refusal`, for the device at `path`.
std::string text_of(const Refusal& refusal, std::string_view path);

/// Returns the ERROR for `refusal`.
Report not_negotiated(const std::string& path, Refusal refusal);

}  // namespace v4l2gst
