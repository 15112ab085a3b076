#pragma once

#include <string>

namespace v4l2 {

/// Returns the name of an ioctl request: "VIDIOC_QBUF", or "ioctl 0xc0445612" for an unknown one.
std::string request_name(unsigned long request);

/// Returns the fields of a request's argument as text: "YUYV 640x480, field 1 …". Empty for an
/// unknown request, and for one whose argument has no text. Pointers in `argument` are not
/// followed.
std::string argument_text(unsigned long request, const void* argument);

}  // namespace v4l2
