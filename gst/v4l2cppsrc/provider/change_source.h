#pragma once

#include <functional>
#include <memory>
#include <string>

namespace v4l2gst {

/// Something that may have changed about the nodes under /dev.
struct Change {
  enum class Kind {
    came,    ///< the node at `path` was made
    gone,    ///< the node at `path` was removed; another one may be there by now
    access,  ///< the owner or the permissions of the node at `path` changed
    any,     ///< any of these, at any path
    time,    ///< time has passed, as look_again() asked for
  };

  Kind kind{Kind::any};
  std::string path{};
};

/// Tells that something may have changed. Tests have one of their own, so that they need neither
/// /dev nor time.
///
/// NodeWatch creates, uses and destroys it in its thread, whose GMainContext is the default one of
/// that thread. A change may be told from any thread.
class ChangeSource {
public:
  ChangeSource() = default;
  ChangeSource(const ChangeSource&) = delete;
  ChangeSource& operator=(const ChangeSource&) = delete;
  virtual ~ChangeSource() = default;

  /// Says whether some nodes are to be asked again by time (Change::Kind::time), because nothing
  /// under /dev will tell when they can be used.
  virtual void look_again(bool wanted) = 0;
};

/// Makes a source that calls `tell` with each change until it is destroyed.
using ChangeSourceFactory =
    std::function<std::unique_ptr<ChangeSource>(std::function<void(Change)> tell)>;

}  // namespace v4l2gst
