#pragma once

#include <string>

namespace v4l2gst {

/// How frames travel from the driver to downstream; the values of the io-mode property, named and
/// numbered as v4l2src's.
enum class IoMode : int {
  automatic = 0,
  rw = 1,
  mmap = 2,
  userptr = 3,
  dmabuf = 4,
  dmabuf_import = 5,
};

/// What the user asked for: always there, defaults in one place.
struct Settings {
  /// A path under /dev, or a link to one; empty for the first capture node.
  std::string device;
  IoMode io_mode{IoMode::automatic};
};

}  // namespace v4l2gst
