#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "rigs/depends_on_speed.h"
#include "rigs/rig.h"

namespace rig {

/// Returns a camera that the element can tell from others.
inline fake::Model camera(const std::string& serial) {
  auto model = fake::webcam();
  model.vendor_id = "046d";
  model.product_id = "0825";
  model.serial = serial;
  model.port = "1-" + serial;
  return model;
}

/// A Bused is a rig with a bus that keeps the messages.
struct Bused {
  explicit Bused(const fake::Model& model = camera("1"), const char* caps = rig::small_yuyv)
      : rig{model, caps} {
    bus = gst_bus_new();
    // On a clock that runs, what a test says of other messages must not depend on the machine.
    gst_bus_set_sync_handler(
        bus,
        [](GstBus*, GstMessage* message, gpointer clock) {
          return depends_on_speed(message) && !static_cast<fake::Clock*>(clock)->stopped()
                     ? GST_BUS_DROP
                     : GST_BUS_PASS;
        },
        &this->rig.kernel.clock(), nullptr);
    gst_element_set_bus(rig.element, bus);
  }

  Bused(const Bused&) = delete;
  Bused& operator=(const Bused&) = delete;

  ~Bused() {
    gst_element_set_state(rig.element, GST_STATE_NULL);
    gst_element_set_bus(rig.element, nullptr);
    gst_object_unref(bus);
  }

  /// Waits for the next v4l2cppsrc-device message and returns its state. Keeps its list of
  /// settings.
  std::string notice() {
    for (;;) {
      auto* const message =
          gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ELEMENT);
      const auto* const fields = gst_message_get_structure(message);
      std::string state;
      if (gst_structure_has_name(fields, "v4l2cppsrc-device"))
        state = gst_structure_get_string(fields, "state");
      settings.clear();
      if (const auto* const list = gst_structure_get_value(fields, "settings"))
        for (guint i = 0; i < gst_value_list_get_size(list); ++i)
          settings.emplace_back(g_value_get_string(gst_value_list_get_value(list, i)));
      gst_message_unref(message);
      if (!state.empty()) return state;
    }
  }

  void fail_unless_notices(std::initializer_list<const char*> states) {
    for (const auto* const state : states) {
      const auto seen = notice();  // The macro keeps the pointer, not the text.
      fail_unless_equals_string(seen.c_str(), state);
    }
  }

  /// Waits for the next message of a type. The caller owns it.
  [[nodiscard]] GstMessage* wait_for_message(GstMessageType type) const {
    return gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, type);
  }

  std::string wait_for(GstMessageType type) {
    auto* const message = wait_for_message(type);
    GError* error{};
    if (type == GST_MESSAGE_WARNING)
      gst_message_parse_warning(message, &error, nullptr);
    else
      gst_message_parse_error(message, &error, nullptr);
    std::string text{error->message};
    g_error_free(error);
    gst_message_unref(message);
    return text;
  }

  /// Waits for the next WARNING. Returns the cause in its details.
  std::string cause_of_warning() {
    auto* const message = wait_for_message(GST_MESSAGE_WARNING);
    const GstStructure* details{};
    gst_message_parse_warning_details(message, &details);
    const auto* const cause =
        details != nullptr ? gst_structure_get_string(details, "cause") : nullptr;
    std::string text{cause != nullptr ? cause : "none"};
    gst_message_unref(message);
    return text;
  }

  Rig rig;
  GstBus* bus{};
  std::vector<std::string> settings;
};

/// Unlike fail_unless_equals_string(), takes a text that lives no longer than the call.
inline void fail_unless_equals(const std::string& text, const std::string& wanted) {
  fail_unless(text == wanted, "'%s' is not '%s'", text.c_str(), wanted.c_str());
}

inline void fail_unless_has(const std::string& text, const char* part) {
  fail_unless(text.find(part) != std::string::npos, "'%s' lacks '%s'", text.c_str(), part);
}

}  // namespace rig
