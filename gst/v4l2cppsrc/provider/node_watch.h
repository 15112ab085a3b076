#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "provider/change_source.h"
#include "provider/inventory.h"

namespace v4l2 {
class Kernel;
}

namespace v4l2gst {

class Mailbox;

/// Lists the usable nodes, and follows what comes and goes.
///
/// It owns one thread with a GMainContext. The thread reads sysfs, and keeps the Inventory. It
/// opens no node. Each node is asked in a thread of its own, which ends with the answer. So a
/// driver that blocks in open() delays no other node, and not the end of the watch either.
class NodeWatch {
public:
  struct Setup {
    std::shared_ptr<v4l2::Kernel> kernel{};  ///< never null; each thread that asks shares it
    /// Null: the nodes are listed once, and not followed.
    ChangeSourceFactory changes{};
    /// How long the constructor waits for drivers that do not answer.
    std::chrono::milliseconds patience{1000};
  };

  /// Called with each change of what is listed. It is called in the watch's thread, which holds no
  /// lock. It may destroy the watch.
  using Tell = std::function<void(const Inventory::News& news)>;

  /// Begins to watch. Returns once each node that is there has answered, and its news is told in
  /// the order of the nodes' numbers. A node that does not answer in time is told of later.
  NodeWatch(const Setup& setup, Tell tell);
  NodeWatch(const NodeWatch&) = delete;
  NodeWatch& operator=(const NodeWatch&) = delete;
  /// Ends the thread, and waits for it. Nothing is told afterwards.
  ~NodeWatch();

private:
  std::shared_ptr<Mailbox> mailbox_;
  std::thread thread_;
};

}  // namespace v4l2gst
