#pragma once

#include <atomic>
#include <string_view>

#include "fake/fake_kernel.h"

namespace fake {

/// The camera of a process with the preload library, and the kernel that serves it. There is a
/// second one of the same kind at /dev/video-fake-2. The environment variable V4L2CPP_FAKE holds
/// words that change the camera, separated by commas. They are "multiplanar", "sensor" (any size,
/// and the exposure as sensors have it), "no-export", "no-orphans", "no-create", "no-rates" and
/// "no-jpeg", for programs that would decode its JPEGs, which are no real ones.
/// "paint" fills the frames with the pattern that the tests know, which costs time. "stamps=KIND"
/// makes the camera capture 30 frames a second, with such timestamps (paced_camera.h). "listed"
/// puts the camera into the list of /dev, as /dev/video250. "replug=FRAMES" unplugs the first one
/// after so many frames. It is back when the program tries to open it for the third time.
struct PreloadCamera {
  /// Returns whether a camera is at that path.
  static bool is_at(std::string_view path);

  /// Opens the camera at that path. Returns a descriptor, or -1 and errno.
  int open(std::string_view path, int flags);
  /// The program has dequeued a frame.
  void dequeued();

  FakeKernel kernel;
  std::atomic<int> frames_until_away{};  ///< 0 means that it stays
  std::atomic<int> vain_opens{};         ///< how many calls of open() still find no camera
};

/// Returns the camera. It is never destroyed, since programs close descriptors until they end.
PreloadCamera& preload_camera();

}  // namespace fake
