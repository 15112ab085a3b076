#pragma once

#include <gst/gst.h>

namespace v4l2 {
class Kernel;
class Waker;
}  // namespace v4l2

namespace v4l2gst {

class Commands;
class SharedInfo;
class SharedWishes;
struct Stats;

/// The objects that a session and its data flow work with. All of them outlive the session.
struct Surroundings {
  GstElement* element{};       ///< the object of log messages; frames are stamped by its clock
  v4l2::Kernel* kernel{};      ///< that of the latest open()
  v4l2::Waker& waker;          ///< interrupts a wait for the device's next frame
  v4l2::Waker& absence_waker;  ///< interrupts a wait for the device itself
  Commands& commands;
  SharedInfo& info;
  const SharedWishes& wishes;
  Stats& stats;
};

}  // namespace v4l2gst
