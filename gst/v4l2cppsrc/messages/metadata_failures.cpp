#include "messages/metadata_failures.h"

namespace v4l2gst {

Report metadata_failed(const std::string& path, const std::string& doing,
                       const v4l2::Error& error) {
  const std::string why = error.hint != nullptr ? error.hint : g_strerror(error.code);
  return resource(GST_RESOURCE_ERROR_READ, Cause::metadata, path,
                  "The metadata node " + quoted(path) + " can't " + doing + ": " + why +
                      ". Frames go on without their metadata. Name the device's metadata node in "
                      "metadata-device, or auto: 'v4l2-ctl --list-devices' lists the nodes.",
                  error);
}

Report no_metadata_node(const std::string& path) {
  return resource(GST_RESOURCE_ERROR_NOT_FOUND, Cause::metadata, path,
                  "The device at " + quoted(path) +
                      " has no metadata node, so metadata-device=auto has nothing to read. Frames "
                      "go on without metadata.",
                  {});
}

}  // namespace v4l2gst
