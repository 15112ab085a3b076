#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gio/gio.h>

#include "provider/change_source.h"

namespace v4l2gst {

/// Watches a directory, /dev but in tests, by GIO's file monitor, which is inotify. So neither udev
/// nor a daemon is needed. Where /dev can't be watched, for lack of inotify watches, it tells every
/// half second that anything may have changed.
class FileMonitor final : public ChangeSource {
public:
  /// Watches for files whose names begin with "video". `directory` is an absolute path without a
  /// slash at its end.
  explicit FileMonitor(std::function<void(Change)> tell, std::string directory = "/dev");
  ~FileMonitor() override;

  void look_again(bool wanted) override;

private:
  static void on_changed(GFileMonitor* monitor, GFile* file, GFile* other, GFileMonitorEvent event,
                         gpointer self) noexcept;
  static gboolean on_time(gpointer self) noexcept;
  void tell_of(Change::Kind kind, GFile* file) const;

  struct Destroy {
    void operator()(GSource* source) const;
    void operator()(GFileMonitor* monitor) const;
  };

  std::function<void(Change)> tell_;
  std::string directory_;
  std::unique_ptr<GFileMonitor, Destroy> monitor_;
  std::unique_ptr<GSource, Destroy> timer_;
};

}  // namespace v4l2gst
