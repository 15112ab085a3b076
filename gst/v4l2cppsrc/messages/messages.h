#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/handles.h"
#include "device/events.h"
#include "messages/device_message.h"
#include "messages/report.h"

namespace v4l2gst {

/// The news about a device's controls, for the GObjects that show them to applications.
struct ControlNews {
  bool opened{};  ///< another device was opened, or the same one again
  bool all{};     ///< all values may have changed, since the source has
  std::vector<v4l2::ControlChanged> changed{};

  [[nodiscard]] bool empty() const { return !opened && !all && changed.empty(); }
};

/// The messages that wait to be posted on the bus, and the notifies that wait to be emitted.
///
/// The streaming context adds them while it holds its lock, and posts them once the lock is
/// released, because a sync handler of the bus may wait for a thread that pauses the element.
class Messages {
public:
  explicit Messages(GstElement* element) : element_{element} {}

  void add(DeviceMessage message) { device_messages_.push_back(std::move(message)); }

  /// Adds a state of the device, to which `error` led.
  void add(DeviceMessage::State state, const std::string& device, std::string text,
           const v4l2::Error& error) {
    add({.state = state, .device = device, .text = std::move(text), .error = error});
  }

  /// Adds a message as it is to be posted.
  void add(MessagePtr message) { others_.push_back(std::move(message)); }

  void warn(Report warning) { warnings_.push_back(std::move(warning)); }

  /// Adds a "notify" of a property that changed by itself.
  void notify(std::string property) {
    if (std::ranges::find(notified_, property) == notified_.end())
      notified_.push_back(std::move(property));
  }

  /// Adds a LATENCY message: the answer to a LATENCY query is another one from now on.
  void latency_changed() { other_latency_ = true; }

  [[nodiscard]] bool warns() const { return !warnings_.empty(); }

  /// The news about controls, which are passed on when the messages are posted.
  [[nodiscard]] ControlNews& control_news() { return control_news_; }

  [[nodiscard]] const ControlNews& control_news() const { return control_news_; }

  [[nodiscard]] bool empty() const {
    return device_messages_.empty() && warnings_.empty() && others_.empty() && notified_.empty() &&
           !other_latency_ && control_news_.empty();
  }

  /// Returns all messages that wait, and keeps none.
  [[nodiscard]] Messages take() {
    Messages taken{element_};
    taken.device_messages_.swap(device_messages_);
    taken.warnings_.swap(warnings_);
    taken.others_.swap(others_);
    taken.notified_.swap(notified_);
    std::swap(taken.other_latency_, other_latency_);
    std::swap(taken.control_news_, control_news_);
    return taken;
  }

  /// Posts all messages. The caller holds no lock.
  void post() const {
    for (const auto& message : device_messages_)
      v4l2gst::post(element_, message);
    for (const auto& warning : warnings_)
      v4l2gst::warn(element_, warning);
    for (const auto& message : others_)
      gst_element_post_message(element_, gst_message_ref(message.get()));
    for (const auto& property : notified_)
      g_object_notify(G_OBJECT(element_), property.c_str());
    if (other_latency_)
      gst_element_post_message(element_, gst_message_new_latency(GST_OBJECT(element_)));
  }

  /// Returns the element that posts; for the log.
  [[nodiscard]] GstElement* element() const { return element_; }

private:
  GstElement* element_;
  std::vector<DeviceMessage> device_messages_;
  std::vector<Report> warnings_;
  std::vector<MessagePtr> others_;
  std::vector<std::string> notified_;
  ControlNews control_news_;
  bool other_latency_{};
};

}  // namespace v4l2gst
