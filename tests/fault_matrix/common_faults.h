#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "fault_matrix/stage.h"
#include "rigs/failing_kernel.h"

namespace faults {

/// What can go wrong with any device: with its path, and with each call.
/// `waits` where the device is slow enough that poll() is called for each frame. `has_rates` where
/// the device has VIDIOC_S_PARM.
std::vector<Fault> common_faults(Meddler& meddler, bool waits, bool has_rates);

inline const std::vector<Moment> always{Moment::before, Moment::start, Moment::stream,
                                        Moment::held};
inline const std::vector<Moment> once_there{Moment::start, Moment::stream, Moment::held};
inline const std::vector<Moment> while_playing{Moment::stream, Moment::held};

/// A camera that sends nothing any more after `strike`, left alone and under each policy; it counts
/// as silent after `timeout`. `reopening_silences`: a control silences it, which is restored when
/// it is opened again.
void add_silences(std::vector<Fault>& all, const std::function<void()>& strike,
                  const std::function<void()>& heal, std::chrono::nanoseconds timeout,
                  bool reopening_silences = false);

/// The bus has no room for what is chosen where caps leave the rate open. `strike` leaves too
/// little for 30 frames of 320x240 YUYV a second, but enough for 15.
void add_shortage(std::vector<Fault>& all, const std::function<void()>& strike,
                  const std::function<void()>& heal);

/// The same fault under each policy, each a row.
void add_policies(std::vector<Fault>& all, const Fault& fault, const std::string& property,
                  const std::vector<std::string>& values);

}  // namespace faults
