#include "provider/file_monitor.h"

#include <string_view>
#include <utility>

#include "provider/provider_log.h"

namespace v4l2gst {
namespace {

constexpr guint half_a_second_ms = 500;

/// Returns a monitor of the directory, or null.
GFileMonitor* monitor_of(const std::string& path) {
  // The local file system by name: the default one may be gvfs, which starts a daemon.
  auto* const directory = g_vfs_get_file_for_path(g_vfs_get_local(), path.c_str());
  GError* error{};
  auto* const monitor =
      g_file_monitor_directory(directory, G_FILE_MONITOR_WATCH_MOVES, nullptr, &error);
  g_object_unref(directory);
  if (error != nullptr) {
    GST_WARNING("%s can't be watched, so it is looked at twice a second: %s", path.c_str(),
                error->message);
    g_error_free(error);
  }
  return monitor;
}

}  // namespace

void FileMonitor::Destroy::operator()(GSource* source) const {
  g_source_destroy(source);
  g_source_unref(source);
}

void FileMonitor::Destroy::operator()(GFileMonitor* monitor) const {
  g_signal_handlers_disconnect_matched(monitor, G_SIGNAL_MATCH_FUNC, 0, 0, nullptr,
                                       reinterpret_cast<gpointer>(on_changed), nullptr);
  g_file_monitor_cancel(monitor);
  g_object_unref(monitor);
}

FileMonitor::FileMonitor(std::function<void(Change)> tell, std::string directory)
    : tell_{std::move(tell)}, directory_{std::move(directory)}, monitor_{monitor_of(directory_)} {
  if (monitor_) g_signal_connect(monitor_.get(), "changed", G_CALLBACK(on_changed), this);
  look_again(false);
}

FileMonitor::~FileMonitor() = default;

void FileMonitor::look_again(bool wanted) {
  const bool timed = wanted || !monitor_;
  if (timed == (timer_ != nullptr)) return;
  timer_.reset(timed ? g_timeout_source_new(half_a_second_ms) : nullptr);
  if (!timer_) return;
  g_source_set_callback(timer_.get(), on_time, this, nullptr);
  g_source_attach(timer_.get(), g_main_context_get_thread_default());
}

gboolean FileMonitor::on_time(gpointer self) noexcept {
  const auto& monitor = *static_cast<FileMonitor*>(self);
  monitor.tell_({.kind = monitor.monitor_ ? Change::Kind::time : Change::Kind::any});
  return G_SOURCE_CONTINUE;
}

void FileMonitor::tell_of(Change::Kind kind, GFile* file) const {
  const char* const path = file != nullptr ? g_file_peek_path(file) : nullptr;
  if (path != nullptr && std::string_view{path}.starts_with(directory_ + "/video"))
    tell_({.kind = kind, .path = path});
}

void FileMonitor::on_changed(GFileMonitor* /*monitor*/, GFile* file, GFile* other,
                             GFileMonitorEvent event, gpointer self) noexcept {
  const auto& monitor = *static_cast<FileMonitor*>(self);
  switch (event) {
    case G_FILE_MONITOR_EVENT_CREATED:
    case G_FILE_MONITOR_EVENT_MOVED_IN:
      return monitor.tell_of(Change::Kind::came, file);
    case G_FILE_MONITOR_EVENT_DELETED:
    case G_FILE_MONITOR_EVENT_MOVED_OUT:
      return monitor.tell_of(Change::Kind::gone, file);
    case G_FILE_MONITOR_EVENT_RENAMED:
      monitor.tell_of(Change::Kind::gone, file);
      return monitor.tell_of(Change::Kind::came, other);
    case G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED:
      return monitor.tell_of(Change::Kind::access, file);
    default:
      return;  // data that was written to a node, by whichever program
  }
}

}  // namespace v4l2gst
