#pragma once

#include <string>
#include <vector>

#include "messages/report.h"

namespace v4l2 {
enum class Signal;
}

namespace v4l2gst {

/// A wish for the input that can't be met.
struct RefusedInput {
  const char* property{};
  std::string wanted{};                 ///< the property's value
  std::string subject{};                ///< "The input 'HDMI 0' of the device"
  std::string why{};                    ///< the reason, as the end of a sentence
  std::vector<std::string> possible{};  ///< the values that there are
};

/// A wish for the input can't be met. The stream goes on without it.
Report refused_input(const std::string& path, const RefusedInput& refused);

/// No frame comes, because `input` has no signal, or a signal that is of no use.
Report no_picture(const std::string& path, const std::string& input, v4l2::Signal signal);

}  // namespace v4l2gst
