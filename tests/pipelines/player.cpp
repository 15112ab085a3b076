#include "pipelines/player.h"

#include <algorithm>
#include <memory>

#include <gst/gst.h>

#include "pipelines/device_state.h"
#include "pipelines/expectation.h"
#include "pipelines/watched_pad.h"
#include "rigs/depends_on_speed.h"

namespace pipelines {
namespace {

/// So many frames leave the source before the device is compared, unless the stream ends earlier.
constexpr unsigned enough_frames = 5;
/// In the VM the clock leaps, so this must be generous.
constexpr auto patience = 600 * GST_SECOND;

std::string parsed(GstMessage* message) {
  GError* error{};
  char* debug{};
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
    gst_message_parse_error(message, &error, &debug);
  else
    gst_message_parse_warning(message, &error, &debug);
  std::string text{GST_MESSAGE_SRC_NAME(message)};
  text.append(": ").append(error->message);
  if (debug != nullptr) text.append(" (").append(debug).append(")");
  // Each line of a report is one text.
  std::ranges::replace(text, '\n', ' ');
  g_error_free(error);
  g_free(debug);
  return text;
}

std::string factory_of(GstElement* element) {
  auto* const factory = gst_element_get_factory(element);
  return factory != nullptr ? GST_OBJECT_NAME(factory) : "";
}

/// Pulls what an appsink has, as an application does.
void pull_from(GstElement* sink) {
  g_object_set(sink, "emit-signals", TRUE, nullptr);
  constexpr auto pull = +[](GstElement* appsink, gpointer) {
    GstSample* sample{};
    g_signal_emit_by_name(appsink, "pull-sample", &sample);
    if (sample != nullptr) gst_sample_unref(sample);
    return GST_FLOW_OK;
  };
  g_signal_connect(sink, "new-sample", G_CALLBACK(pull), nullptr);
}

class Player {
public:
  explicit Player(const Script& script) : script_{script} {}

  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  ~Player() {
    if (pipeline_ == nullptr) return;
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(bus_);
    gst_object_unref(pipeline_);
  }

  Report run() {
    if (parse() && find_source() && watch()) {
      gst_element_set_state(pipeline_, GST_STATE_PLAYING);
      follow();
      look_at_pads();
    }
    return std::move(report_);
  }

private:
  bool parse() {
    GError* error{};
    auto* const launched = gst_parse_launch(script_.pipeline.c_str(), &error);
    if (error != nullptr) problem(std::string{"it does not parse: "} + error->message);
    const bool good = error == nullptr && launched != nullptr;
    g_clear_error(&error);
    if (launched == nullptr) return false;
    pipeline_ = launched;
    if (!GST_IS_PIPELINE(launched)) {
      pipeline_ = gst_pipeline_new(nullptr);
      gst_bin_add(GST_BIN(pipeline_), launched);
    }
    gst_object_ref_sink(pipeline_);
    bus_ = gst_element_get_bus(pipeline_);
    return good;
  }

  [[nodiscard]] std::vector<GstElement*> elements() const {
    std::vector<GstElement*> all;
    auto* const iterator = gst_bin_iterate_recurse(GST_BIN(pipeline_));
    constexpr auto add = +[](const GValue* item, gpointer list) {
      static_cast<std::vector<GstElement*>*>(list)->push_back(
          GST_ELEMENT(g_value_get_object(item)));
    };
    gst_iterator_foreach(iterator, add, &all);
    gst_iterator_free(iterator);
    return all;
  }

  /// Finds the source, and makes its device forget what the row expects.
  bool find_source() {
    for (auto* const element : elements())
      if (factory_of(element) == script_.element) {
        source_ = element;
        from_sources_.push_back(std::make_unique<WatchedPad>(
            gst_element_get_static_pad(element, "src"), enough_frames));
      }
    if (source_ == nullptr) {
      problem("it has no " + script_.element);
      return false;
    }
    const auto path = text_property("device");
    forget(script_.expectation, DeviceState{path.empty() ? "/dev/video0" : path});
    return true;
  }

  bool watch() {
    // Some bins make their sinks only now.
    gst_element_set_state(pipeline_, GST_STATE_READY);
    for (auto* const element : elements()) {
      if (!GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SINK) || GST_IS_BIN(element)) continue;
      if (factory_of(element) == "appsink") pull_from(element);
      to_sinks_.push_back(
          std::make_unique<WatchedPad>(gst_element_get_static_pad(element, "sink"), 1));
    }
    if (to_sinks_.empty()) problem("it has no sink");
    return !to_sinks_.empty();
  }

  /// Follows the messages of the bus until EOS, an ERROR, or the time limit.
  void follow() {
    constexpr auto kinds = static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_WARNING |
                                                       GST_MESSAGE_EOS | GST_MESSAGE_APPLICATION);
    for (bool over = false; !over;) {
      auto* const message = gst_bus_timed_pop_filtered(bus_, patience, kinds);
      if (message == nullptr) {
        problem("nothing happens any more");
        return;
      }
      over = see(message);
      gst_message_unref(message);
    }
  }

  /// Returns true if the pipeline is over.
  bool see(GstMessage* message) {
    switch (GST_MESSAGE_TYPE(message)) {
      case GST_MESSAGE_ERROR:
        problem("ERROR of " + parsed(message));
        return true;
      case GST_MESSAGE_WARNING:
        if (rig::depends_on_speed(message)) return false;
        warned_ = warned_ || GST_MESSAGE_SRC(message) == GST_OBJECT(source_);
        report_.warnings.push_back("WARNING of " + parsed(message));
        return false;
      case GST_MESSAGE_EOS:
        compare();
        return true;
      default:
        if (compared_ || !all_have_enough()) return false;
        compare();
        gst_element_send_event(pipeline_, gst_event_new_eos());
        return false;
    }
  }

  [[nodiscard]] bool all_have_enough() const {
    const auto has_enough = [](const auto& pad) {
      return pad->has_enough();
    };
    return std::ranges::all_of(from_sources_, has_enough) &&
           std::ranges::all_of(to_sinks_, has_enough);
  }

  /// Compares the device, while it streams.
  void compare() {
    if (compared_) return;
    compared_ = true;
    for (const auto& text : differences(script_.expectation, DeviceState{device()}))
      problem(text);
  }

  /// Returns the path of the device that is open. v4l2src tells it in `device`.
  [[nodiscard]] std::string device() const {
    auto* const type = G_OBJECT_GET_CLASS(source_);
    const bool tells = g_object_class_find_property(type, "opened-device") != nullptr;
    return text_property(tells ? "opened-device" : "device");
  }

  [[nodiscard]] std::string text_property(const char* name) const {
    char* value{};
    g_object_get(source_, name, &value, nullptr);
    std::string text{value != nullptr ? value : ""};
    g_free(value);
    return text;
  }

  void look_at_pads() {
    for (const auto& pad : from_sources_) {
      if (pad->frames() == 0) problem("no frame leaves " + pad->name());
      if (has_part(script_.expectation, "!mem=dmabuf") && pad->saw_dmabuf())
        problem("the memory of " + pad->name() + " is a DMABuf");
    }
    for (const auto& pad : to_sinks_) {
      if (pad->frames() == 0) problem("no frame reaches " + pad->name());
      if (!pad->ended()) problem("no EOS reaches " + pad->name());
    }
    if (has_part(script_.expectation, "!warning") && !warned_)
      problem("the source posts no WARNING");
    if (has_part(script_.expectation, "!silence") && warned_) problem("the source posts a WARNING");
  }

  void problem(const std::string& text) { report_.problems.push_back(text); }

  const Script& script_;
  Report report_;
  GstElement* pipeline_{};
  GstBus* bus_{};
  GstElement* source_{};  // the one whose device is compared; the pipeline owns it
  std::vector<std::unique_ptr<WatchedPad>> from_sources_;
  std::vector<std::unique_ptr<WatchedPad>> to_sinks_;
  bool compared_{};
  bool warned_{};
};

}  // namespace

Report play(const Script& script) {
  return Player{script}.run();
}

}  // namespace pipelines
