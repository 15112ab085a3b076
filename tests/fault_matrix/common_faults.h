#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "fault_matrix/stage.h"
#include "rigs/failing_kernel.h"

namespace faults {

/// Adds the faults that any device can have: those of its path, and those of each call. `waits`
/// says that the device is so slow that each frame takes a poll(). `has_rates` says that the device
/// has VIDIOC_S_PARM.
std::vector<Fault> common_faults(Meddler& meddler, bool waits, bool has_rates);

inline const std::vector<Moment> always{Moment::before, Moment::start, Moment::stream,
                                        Moment::held};
inline const std::vector<Moment> once_there{Moment::start, Moment::stream, Moment::held};
inline const std::vector<Moment> while_playing{Moment::stream, Moment::held};

/// Adds a camera that sends no frame after `strike`. One row leaves it alone, and one row tests
/// each policy. The camera counts as silent after `timeout`. `reopening_silences` says that a
/// control silences the camera, and that the control is restored when the device is reopened.
void add_silences(std::vector<Fault>& all, const std::function<void()>& strike,
                  const std::function<void()>& heal, std::chrono::nanoseconds timeout,
                  bool reopening_silences = false);

/// Adds a USB bus without bandwidth for the chosen mode, with caps that leave the rate open.
/// `strike` leaves too little for 30 frames of 320x240 YUYV per second, but enough for 15.
void add_shortage(std::vector<Fault>& all, const std::function<void()>& strike,
                  const std::function<void()>& heal);

/// Adds the same fault under each policy. Each policy is a row.
void add_policies(std::vector<Fault>& all, const Fault& fault, const std::string& property,
                  const std::vector<std::string>& values);

}  // namespace faults
