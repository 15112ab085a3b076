#include "messages/time_failures.h"

namespace v4l2gst {
namespace {

const char* text_of(StampFault fault) {
  switch (fault) {
    case StampFault::stands_still:
      return "is the same as that of the frame before";
    case StampFault::backwards:
      return "is before that of the frame before";
    case StampFault::none:
    case StampFault::implausible:
      break;
  }
  return "is before the start of the stream, or in the future";
}

}  // namespace

Report wrong_timestamp(const std::string& path, StampFault fault) {
  return resource(GST_RESOURCE_ERROR_READ, Cause::broken_driver, path,
                  "A timestamp of the device at " + quoted(path) + " " + text_of(fault) +
                      ". Frames with such a timestamp get a time by their arrival and by the frame "
                      "rate. The driver's time is used again as soon as it is good.",
                  {});
}

}  // namespace v4l2gst
