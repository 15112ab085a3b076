// Puts the machine to sleep while the element streams, as far as the VM can sleep. All programs and
// the drivers' threads are frozen (pm_test), and then go on. Prints TAP.
//   sleep VIVID USB LOOPBACK
// The arguments are the devices' nodes. The USB camera is that of USBCAM_CONTROL_1.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "rigs/device_rig.h"
#include "rigs/producer.h"
#include "rigs/tap.h"
#include "rigs/usb_camera.h"

namespace {

constexpr unsigned some_frames = 10;

void write_text(const char* file, const char* text) {
  std::ofstream output{file};
  output << text << std::flush;
  if (!output) real::die(std::string{"'"} + text + "' can't be written to " + file);
}

/// The level of pm_test. The VM survives no other one: "devices" resets the virtio devices, and the
/// VM's files are behind one of them.
void fall_asleep() {
  // The kernel waits by counting, which takes an emulated processor many times as long.
  write_text("/sys/module/suspend/parameters/pm_test_delay", "0");
  write_text("/sys/power/pm_test", "freezer");
  write_text("/sys/power/state", "freeze");
}

/// Returns whether so many frames arrive. It keeps none of them.
bool get(const real::Alone& alone, unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    if (!alone.next()) return false;
  return true;
}

/// Returns the device states that were reported since the last call.
std::string told(const real::Alone& alone) {
  std::string all;
  while (auto* const message = gst_bus_pop_filtered(alone.bus, GST_MESSAGE_ELEMENT)) {
    const auto* const fields = gst_message_get_structure(message);
    if (gst_structure_has_name(fields, "v4l2cppsrc-device"))
      all.append(all.empty() ? "" : " ").append(gst_structure_get_string(fields, "state"));
    gst_message_unref(message);
  }
  return all;
}

void explain(const real::Alone& alone) {
  const auto errors = alone.errors();
  if (!errors.empty()) real::Tap::explain(errors);
}

/// Checks that frames arrive as before, and that no message is posted.
void sleeps_while_streaming(real::Tap& tap, const std::string& name, const std::string& path,
                            const char* caps) {
  const real::Alone alone{path, v4l2::system_kernel(), caps};
  alone.play();
  bool good = get(alone, some_frames);
  const auto before = alone.caps_text();
  fall_asleep();
  good = good && get(alone, some_frames) && alone.caps_text() == before;
  const auto states = told(alone);
  tap.point(good && states.empty() && alone.errors().empty(), name + ": the stream goes on");
  if (!states.empty()) real::Tap::explain(states);
  explain(alone);
}

/// Checks that frames are held over the sleep as well, and that the stream goes on once they are
/// freed.
void sleeps_while_all_is_held(real::Tap& tap, const std::string& name, const std::string& path,
                              const char* caps) {
  const real::Alone alone{path, v4l2::system_kernel(), caps};
  g_object_set(alone.element, "min-buffers", 4, "max-buffers", 4, nullptr);
  rig::set(alone.element, "on-starved", "drop");
  alone.play();
  std::array<v4l2gst::BufferPtr, 3> held;
  for (auto& frame : held)
    frame = alone.next();
  bool good = held.back() != nullptr;
  fall_asleep();
  held = {};
  good = good && get(alone, some_frames);
  tap.point(good && alone.errors().empty(), name + ": the stream goes on once frames are freed");
  explain(alone);
}

void sleeps_while_it_is_paused(real::Tap& tap, const std::string& name, const std::string& path,
                               const char* caps) {
  const real::Alone alone{path, v4l2::system_kernel(), caps};
  alone.play();
  bool good = get(alone, some_frames);
  gst_element_set_state(alone.element, GST_STATE_PAUSED);
  fall_asleep();
  gst_element_set_state(alone.element, GST_STATE_PLAYING);
  good = good && get(alone, some_frames);
  tap.point(good && alone.errors().empty(), name + ": it plays after a pause that saw a sleep");
  explain(alone);
}

/// Checks that a camera that the machine lost while it slept counts as unplugged.
void comes_back_after_a_sleep(real::Tap& tap, const std::string& path, const char* caps) {
  const real::UsbCamera camera{"USBCAM_CONTROL_1"};
  const real::Alone alone{path, v4l2::system_kernel(), caps};
  rig::set(alone.element, "on-disconnect", "wait");
  alone.play();
  bool good = get(alone, some_frames);
  camera.unplug();
  fall_asleep();
  camera.plug(0);
  // Frames from before the sleep may still be there.
  for (std::string states; good && states.find("back") == std::string::npos;) {
    good = get(alone, 1);
    states += told(alone) + " ";
  }
  good = good && get(alone, some_frames);
  tap.point(good && alone.errors().empty(), "uvcvideo: a camera that was lost meanwhile is back");
  explain(alone);
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) {
    std::fprintf(stderr, "usage: sleep VIVID USB LOOPBACK\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  const std::string vivid = words[1];
  const std::string usb = words[2];
  const std::string loopback = words[3];
  constexpr auto small = "video/x-raw,format=YUY2,width=320,height=180,framerate=30/1";
  constexpr auto usual = "video/x-raw,format=YUY2,width=320,height=240,framerate=30/1";
  real::Tap tap;
  sleeps_while_streaming(tap, "vivid", vivid, small);
  sleeps_while_all_is_held(tap, "vivid", vivid, small);
  sleeps_while_it_is_paused(tap, "vivid", vivid, small);
  sleeps_while_streaming(tap, "uvcvideo", usb, usual);
  sleeps_while_all_is_held(tap, "uvcvideo", usb, usual);
  comes_back_after_a_sleep(tap, usb, usual);
  const real::Producer producer{loopback, {}};
  sleeps_while_streaming(tap, "v4l2loopback", loopback, usual);
  return tap.end();
}
