#include "messages/geometry_failures.h"

#include <cerrno>
#include <cstring>

#include "settings/rectangle.h"

namespace v4l2gst {
namespace {

/// Returns why the rectangle is not set, as a sentence without its end.
std::string reason_of(const RectangleTrouble& trouble) {
  switch (trouble.trouble) {
    case GeometryTrouble::unreadable:
      return "a rectangle is written left,top,widthxheight, such as 320,0,640x480";
    case GeometryTrouble::no_rectangle:
      return "it has no " + trouble.name + " rectangle";
    case GeometryTrouble::nothing_left:
      return "that leaves nothing of the picture";
    case GeometryTrouble::refused:
      return (trouble.error.code == EBUSY ? "not while it streams (" : "its driver refuses (") +
             std::string{trouble.error.call} + ": " + std::strerror(trouble.error.code) + ")";
    case GeometryTrouble::other_frames:
      return "its frames would become " + std::to_string(trouble.frames.width) + "x" +
             std::to_string(trouble.frames.height) +
             (trouble.streaming ? ", which is not possible while it streams"
                                : ", which downstream does not take");
    case GeometryTrouble::other_shape:
      return "its pixels would get another shape, which downstream does not take";
    case GeometryTrouble::adjusted:
      return "its driver has set the nearest rectangle that it can";
  }
  return {};
}

/// Returns whether the wish is set by the next negotiation.
bool may_be_set_later(const RectangleTrouble& trouble) {
  return trouble.streaming &&
         (trouble.trouble == GeometryTrouble::other_frames ||
          (trouble.trouble == GeometryTrouble::refused && trouble.error.code == EBUSY));
}

}  // namespace

Report not_as_wished(const std::string& path, const RectangleTrouble& trouble) {
  auto text = "The device at " + quoted(path) + " does not take " + trouble.asked + ": " +
              reason_of(trouble) + ".";
  if (trouble.actual) {
    text += " Its " + trouble.name + " rectangle is " + v4l2::rectangle_text(*trouble.actual);
    if (trouble.bounds) text += ", within " + v4l2::rectangle_text(*trouble.bounds);
    text += ".";
  }
  if (may_be_set_later(trouble))
    text += " It is set when the element negotiates again, for example from READY.";
  auto report =
      resource(GST_RESOURCE_ERROR_SETTINGS, Cause::geometry, path, std::move(text), trouble.error);
  report.details = {{.name = "asked", .value = trouble.asked}};
  if (trouble.actual)
    report.details.push_back({.name = "actual", .value = v4l2::rectangle_text(*trouble.actual)});
  if (trouble.bounds)
    report.details.push_back({.name = "bounds", .value = v4l2::rectangle_text(*trouble.bounds)});
  return report;
}

}  // namespace v4l2gst
