#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "messages/report.h"
#include "negotiation/candidates.h"

namespace v4l2gst {

struct Camera;

/// Returns the bytes per second that frames of `format` take. A compressed format counts the most
/// that its frames may take. Returns 0 if `interval` is unknown.
std::uint64_t bytes_per_second(const v4l2::Format& format, v4l2::Interval interval);

/// Estimates the bytes per second that a mode takes of a bus. The estimate serves to compare modes.
/// It is the bytes of the picture times the rate. A compressed picture counts 2 bits per pixel,
/// whatever its driver says. Its image size is only an upper bound, often the size of raw video. An
/// unknown rate counts as smooth_rate.
double demand_of(const Candidate& candidate);

/// Returns the modes that `wanted` takes and that need clearly less than `demand`. That is at most
/// four fifths of it, since a mode that takes hardly less is no remedy. The order is that of
/// ranked_candidates(), the best first. A range of rates counts as its highest rate, half of it, a
/// quarter and so on. `offers` have all their intervals. Pure. A caller that asks again with the
/// demand of the first result comes to an end.
std::vector<Candidate> cheaper_candidates(std::span<const OfferedMode> offers,
                                          const GstCaps* wanted, double demand,
                                          const Preference& preference);

/// Returns true if a mode takes at most four fifths of `demand`.
bool clearly_less(const Candidate& candidate, double demand);

/// Returns the modes that `wanted` takes and that need clearly less than `demand`.
Outcome<std::vector<Candidate>> cheaper_modes_of(const Camera& camera, const Settings& settings,
                                                 const GstCaps* wanted, double demand);

/// Returns a mode as caps: "video/x-raw, format=YUY2, width=640, height=480, framerate=15/1".
std::string caps_text_of(const Candidate& candidate);

/// Returns up to three of cheaper_candidates() as caps. Each takes clearly less than `taken`.
std::vector<std::string> cheaper_modes(std::span<const OfferedMode> offers, const GstCaps* wanted,
                                       const Candidate& taken, const Preference& preference);

}  // namespace v4l2gst
