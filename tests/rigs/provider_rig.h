#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "fake/fake_kernel.h"
#include "provider/gstv4l2cppdeviceprovider.h"
#include "rigs/check.h"
#include "rigs/forwarding_kernel.h"

namespace rig {

/// Unlike Check's macro it takes texts that end with the statement.
inline void fail_unless_equal(const std::string& actual, const std::string& expected) {
  fail_unless(actual == expected, "%s instead of %s", actual.c_str(), expected.c_str());
}

/// A Gate is the fake kernel, and open() of a closed path waits there.
class Gate final : public real::Between {
public:
  explicit Gate(std::shared_ptr<fake::FakeKernel> kernel)
      : Between{*kernel}, kernel_{std::move(kernel)} {}

  int open(const char* path, int flags) override {
    {
      std::unique_lock lock{mutex_};
      waiting_ += path == closed_ ? 1U : 0U;
      changed_.notify_all();
      changed_.wait(lock, [&] { return path != closed_; });
    }
    return Between::open(path, flags);
  }

  void close(const std::string& path) {
    const std::lock_guard lock{mutex_};
    closed_ = path;
  }

  void open_up() {
    const std::lock_guard lock{mutex_};
    closed_.clear();
    changed_.notify_all();
  }

  /// Waits until `count` calls have met the closed gate, since the beginning.
  void wait_for_callers(unsigned count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<fake::FakeKernel> kernel_;
  std::string closed_;
  unsigned waiting_{};
};

/// What a test tells a provider. The provider's source of changes tells nothing else.
class Changes {
public:
  [[nodiscard]] v4l2gst::ChangeSourceFactory factory() {
    return [this](std::function<void(v4l2gst::Change)> tell) {
      const std::lock_guard lock{mutex_};
      tell_ = std::move(tell);
      return std::make_unique<Source>(*this);
    };
  }

  void tell(v4l2gst::Change::Kind kind, const std::string& path = {}) {
    const std::lock_guard lock{mutex_};
    tell_({.kind = kind, .path = path});
  }

  /// Waits until the provider has said whether nodes are to be asked again by time.
  void wait_for_wish(bool wanted) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return wanted_ == wanted; });
  }

private:
  class Source final : public v4l2gst::ChangeSource {
  public:
    explicit Source(Changes& changes) : changes_{changes} {}

    void look_again(bool wanted) override {
      const std::lock_guard lock{changes_.mutex_};
      changes_.wanted_ = wanted;
      changes_.changed_.notify_all();
    }

  private:
    Changes& changes_;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void(v4l2gst::Change)> tell_;
  bool wanted_{};
};

/// A Provider runs the device provider on the fake kernel.
class Provider {
public:
  explicit Provider(std::chrono::milliseconds patience = std::chrono::hours{1}) {
    provider = GST_DEVICE_PROVIDER(
        gst_object_ref_sink(g_object_new(GST_TYPE_V4L2_CPP_DEVICE_PROVIDER, nullptr)));
    gst_v4l2_cpp_device_provider_part(GST_V4L2_CPP_DEVICE_PROVIDER(provider))
        .set_up({.kernel = shared_gate_, .changes = changes.factory(), .patience = patience});
    bus = gst_device_provider_get_bus(provider);
  }

  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  ~Provider() {
    if (gst_device_provider_is_started(provider)) gst_device_provider_stop(provider);
    gst_object_unref(bus);
    gst_object_unref(provider);
  }

  void start() { fail_unless(gst_device_provider_start(provider)); }

  /// Returns a property of each device that is listed, in order.
  std::vector<std::string> listed(const char* property = "device.path") {
    std::vector<std::string> values;
    auto* const devices = gst_device_provider_get_devices(provider);
    for (auto* at = devices; at != nullptr; at = at->next)
      values.push_back(property_of(GST_DEVICE(at->data), property));
    g_list_free_full(devices, gst_object_unref);
    return values;
  }

  static std::string property_of(GstDevice* device, const char* property) {
    auto* const properties = gst_device_get_properties(device);
    const auto* const value = gst_structure_get_string(properties, property);
    std::string text = value != nullptr ? value : "";
    gst_structure_free(properties);
    return text;
  }

  /// Waits for the next message, and returns it as "added /dev/video0".
  std::string next(const char* property = "device.path") {
    auto* const message = gst_bus_timed_pop_filtered(
        bus, GST_CLOCK_TIME_NONE,
        static_cast<GstMessageType>(GST_MESSAGE_DEVICE_ADDED | GST_MESSAGE_DEVICE_CHANGED |
                                    GST_MESSAGE_DEVICE_REMOVED));
    GstDevice* device{};
    const char* what = "added ";
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_DEVICE_ADDED) {
      gst_message_parse_device_added(message, &device);
    } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_DEVICE_REMOVED) {
      gst_message_parse_device_removed(message, &device);
      what = "removed ";
    } else {
      gst_message_parse_device_changed(message, &device, nullptr);
      what = "changed ";
    }
    auto text = what + property_of(device, property);
    gst_object_unref(device);
    gst_message_unref(message);
    return text;
  }

  /// Returns true if no message waits.
  [[nodiscard]] bool silent() const { return !gst_bus_have_pending(bus); }

private:
  // The threads of the provider that ask a node may live a little longer than the test.
  std::shared_ptr<fake::FakeKernel> shared_kernel_{std::make_shared<fake::FakeKernel>()};
  std::shared_ptr<Gate> shared_gate_{std::make_shared<Gate>(shared_kernel_)};

public:
  fake::FakeKernel& kernel{*shared_kernel_};
  Gate& gate{*shared_gate_};
  Changes changes;
  GstDeviceProvider* provider;
  GstBus* bus;
};

}  // namespace rig
