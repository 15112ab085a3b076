#pragma once

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include <gst/gst.h>

#include "kernel/mutex.h"
#include "provider/change_source.h"
#include "provider/inventory.h"

namespace v4l2gst {

/// The answer of a node that was asked.
struct Answered {
  Inventory::Key key{};
  Answer answer;
};

/// The nodes that have not answered by now are no longer waited for.
struct OutOfPatience {};

using Mail = std::variant<Change, Answered, OutOfPatience>;

/// What other threads tell the thread of a NodeWatch. Each of them shares it, so that it exists as
/// long as the last one that still asks a node.
class Mailbox {
public:
  /// Adds a letter, and wakes the watch's thread. Any thread.
  void put(Mail mail) {
    {
      const v4l2::MutexLock lock{mutex_};
      mail_.push_back(std::move(mail));
    }
    g_main_context_wakeup(context_.get());
  }

  /// Returns all letters, and keeps none.
  [[nodiscard]] std::vector<Mail> take() {
    const v4l2::MutexLock lock{mutex_};
    return std::exchange(mail_, {});
  }

  /// The watch is to end. Any thread.
  void end() {
    {
      const v4l2::MutexLock lock{mutex_};
      ended_ = true;
    }
    g_main_context_wakeup(context_.get());
  }

  [[nodiscard]] bool ended() {
    const v4l2::MutexLock lock{mutex_};
    return ended_;
  }

  [[nodiscard]] GMainContext* context() const { return context_.get(); }

private:
  struct Unref {
    void operator()(GMainContext* context) const { g_main_context_unref(context); }
  };

  std::unique_ptr<GMainContext, Unref> context_{g_main_context_new()};
  v4l2::Mutex mutex_;
  std::vector<Mail> mail_ GUARDED_BY(mutex_);
  bool ended_ GUARDED_BY(mutex_){};
};

}  // namespace v4l2gst
