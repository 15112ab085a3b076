#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "negotiation/candidates.h"

namespace v4l2gst {

/// How many bytes a second the driver's pictures take, those of a compressed format at most; 0
/// where it names no rate.
std::uint64_t bytes_per_second(const v4l2::Format& format, v4l2::Interval interval);

/// About how many bytes a second a mode takes of a bus, to be compared with another mode's: the
/// bytes of its picture times its rate. A compressed picture counts 2 bits a pixel, whatever its
/// driver says: an image size is the most that one may take, often that of raw video. A rate that
/// is not known counts as a usual one.
double demand_of(const Candidate& candidate);

/// The modes that `wanted` takes and that take clearly less of a bus than `demand`, at most four
/// fifths of it: what is hardly less is no remedy. The best first, as ranked_candidates() has them,
/// and of rates in a range the highest, half of it, a quarter and so on. `offers` with all their
/// intervals. Pure; who asks again with what the first of them takes comes to an end.
std::vector<Candidate> cheaper_candidates(std::span<const OfferedMode> offers,
                                          const GstCaps* wanted, double demand,
                                          const Preference& preference);

/// Whether a mode takes clearly less than `demand`.
bool clearly_less(const Candidate& candidate, double demand);

/// One mode as caps: "video/x-raw, format=YUY2, width=640, height=480, framerate=15/1".
std::string caps_text_of(const Candidate& candidate);

/// Up to three of cheaper_candidates(), as caps: what takes clearly less than `taken`.
std::vector<std::string> cheaper_modes(std::span<const OfferedMode> offers, const GstCaps* wanted,
                                       const Candidate& taken, const Preference& preference);

}  // namespace v4l2gst
