#include "output/json.h"

#include <algorithm>
#include <limits>
#include <variant>

#include "checks/complaints.h"
#include "common/overloaded.h"
#include "facts/device_facts.h"
#include "output/json_writer.h"
#include "output/words.h"

namespace v4l2describe {
namespace {

void write_size(JsonWriter& json, v4l2::Size size) {
  json.member("width", std::int64_t{size.width});
  json.member("height", std::int64_t{size.height});
}

/// Writes null for an unknown rate.
void write_rate(JsonWriter& json, v4l2::Interval interval) {
  json.text_or_null("framerate", interval.known() ? rate_text(interval) : std::string{});
}

void write_identity(JsonWriter& json, const DeviceFacts& facts) {
  json.member("device", facts.path);
  json.member("driver", facts.driver);
  json.member("card", facts.card);
  json.member("bus", facts.bus);
}

void write_usb(JsonWriter& json, const v4l2::Identity& identity) {
  if (!identity.usb()) {
    json.null("usb");
    return;
  }
  json.object("usb", [&](JsonWriter& usb) {
    usb.member("vendor", identity.vendor_id);
    usb.member("product", identity.product_id);
    usb.text_or_null("serial", identity.serial);
    usb.member("port", identity.port);
    usb.member("megabits-per-second", std::int64_t{identity.usb_speed_mbps});
  });
}

void write_node(JsonWriter& json, const DeviceFacts& facts) {
  write_usb(json, facts.identity);
  json.member("version", version_text(facts.version));
  const auto bits = facts.node != 0 ? facts.node : facts.capabilities;
  json.member("capability-bits", std::int64_t{bits});
  json.member("capabilities", capability_words(bits));
  json.text_or_null("obstacle", facts.obstacle);
  if (const auto& current = facts.current)
    json.object("current", [&](JsonWriter& mode) {
      mode.member("format", current->fourcc.to_string());
      write_size(mode, {current->size.width, v4l2::frame_height(*current)});
      write_rate(mode, facts.interval);
    });
  else
    json.null("current");
}

void write_timings(JsonWriter& json, const TimingsFacts& timings) {
  json.member("name", timings.name);
  write_size(json, {timings.width, timings.height});
  json.member("interlaced", timings.interlaced);
  json.member("pixel-clock", static_cast<std::int64_t>(timings.pixel_clock));
  json.member("rate", timings.rate);
}

void write_tuner(JsonWriter& json, const std::optional<TunerFacts>& tuner) {
  if (!tuner) {
    json.null("tuner");
    return;
  }
  json.object("tuner", [&](JsonWriter& item) {
    item.member("minimum", static_cast<std::int64_t>(tuner->least));
    item.member("maximum", static_cast<std::int64_t>(tuner->most));
    item.member("frequency", static_cast<std::int64_t>(tuner->frequency));
  });
}

void write_inputs(JsonWriter& json, const DeviceFacts& facts) {
  json.array("inputs", facts.inputs, [&](const InputFacts& input) {
    json.object([&](JsonWriter& item) {
      item.member("index", std::int64_t{input.index});
      item.member("name", input.name);
      item.member("type", input_type(input.type));
      item.member("status", status_words(input.status));
      item.member("standards", input.standards != 0);
      item.member("timings", (input.capabilities & V4L2_IN_CAP_DV_TIMINGS) != 0);
      item.member("current", input.current);
      item.member("audio", input.audio);
      write_tuner(item, input.tuner);
      if (input.edid_size)
        item.member("edid-size", static_cast<std::int64_t>(*input.edid_size));
      else
        item.null("edid-size");
    });
  });
  json.text_or_null("signal", facts.signal);
  json.array("standards", facts.standards, [&](const StandardFacts& standard) {
    json.object([&](JsonWriter& item) {
      item.member("id", static_cast<std::int64_t>(standard.id));
      item.member("name", standard.name);
      item.member("lines", std::int64_t{standard.lines});
      write_rate(item, standard.frame_period);
      item.member("current", standard.id == facts.standard);
    });
  });
  json.array("timings", facts.timings, [&](const TimingsFacts& timings) {
    json.object([&](JsonWriter& item) { write_timings(item, timings); });
  });
  if (facts.current_timings)
    json.object("current-timings",
                [&](JsonWriter& item) { write_timings(item, *facts.current_timings); });
  else
    json.null("current-timings");
}

/// Returns the true ranges, without single values.
template <class Range>
std::vector<Range> ranges_of(std::vector<Range> all) {
  std::erase_if(all, [](const Range& range) { return range.single(); });
  return all;
}

void write_sizes(JsonWriter& json, const FormatFacts& format) {
  json.array("sizes", format.sizes, [&](const SizeFacts& at) {
    json.object([&](JsonWriter& size) {
      write_size(size, at.size);
      size.array("rate-ranges", ranges_of(at.intervals), [&](const v4l2::IntervalRange& range) {
        size.object([&](JsonWriter& rate) {
          rate.member("slowest", rate_text(range.longest));
          rate.member("fastest", rate_text(range.shortest));
        });
      });
      size.array("modes", at.modes, [&](const ModeFacts& mode) {
        size.object([&](JsonWriter& item) {
          write_rate(item, mode.interval);
          item.text_or_null("caps", mode.caps);
          item.text_or_null("pipeline", mode.pipeline);
        });
      });
    });
  });
}

void write_formats(JsonWriter& json, const DeviceFacts& facts) {
  json.array("formats", facts.formats, [&](const FormatFacts& format) {
    json.object([&](JsonWriter& item) {
      item.member("format", format.fourcc.to_string());
      item.member("description", format.description);
      item.member("flags", format_words(format.flags));
      item.text_or_null("caps", format.caps);
      item.text_or_null("why-no-caps", format.why_not);
      item.array("size-ranges", ranges_of(format.ranges), [&](const v4l2::SizeRange& range) {
        item.object([&](JsonWriter& ends) {
          ends.object("smallest", [&](JsonWriter& size) { write_size(size, range.smallest); });
          ends.object("largest", [&](JsonWriter& size) { write_size(size, range.largest); });
          ends.object("step", [&](JsonWriter& size) { write_size(size, range.step); });
        });
      });
      write_sizes(item, format);
    });
  });
}

void write_value(JsonWriter& json, const std::optional<v4l2::ControlValue>& value) {
  if (!value) {
    json.null("value");
    return;
  }
  std::visit(v4l2gst::Overloaded{[&](std::int64_t number) { json.member("value", number); },
                                 [&](const std::string& text) { json.member("value", text); },
                                 [&](const std::vector<std::int64_t>& numbers) {
                                   json.array("value", numbers,
                                              [&](std::int64_t number) { json.value(number); });
                                 }},
             *value);
}

void write_control(JsonWriter& json, const ControlFacts& control) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto& info = control.info;
  json.member("name", info.key);
  json.member("label", info.name);
  json.member("id", std::int64_t{info.id});
  json.member("type", control_type(info.type));
  json.member("flags", control_flag_words(info.flags));
  json.member("minimum", info.minimum);
  json.member("maximum", info.maximum);
  json.member("step", static_cast<std::int64_t>(std::min(info.step, most)));
  json.member("default", info.default_value);
  write_value(json, control.value);
  json.array("dimensions", info.dims,
             [&](std::uint32_t length) { json.value(std::int64_t{length}); });
  json.array("menu", info.menu, [&](const v4l2::MenuEntry& entry) {
    json.object([&](JsonWriter& item) {
      item.member("index", entry.index);
      item.member("label", entry.label);
    });
  });
}

void write_device(JsonWriter& json, const DeviceFacts& facts) {
  write_identity(json, facts);
  write_node(json, facts);
  write_inputs(json, facts);
  write_formats(json, facts);
  json.array("controls", facts.controls, [&](const ControlFacts& control) {
    json.object([&](JsonWriter& item) { write_control(item, control); });
  });
  const auto found = complaints(facts);
  json.member("well-formed", found.empty());
  json.member("complaints", found);
}

template <class Write>
std::string document(std::span<const DeviceFacts> devices, std::span<const Failure> failures,
                     Write write) {
  return JsonWriter::document([&](JsonWriter& json) {
    json.array("devices", devices, [&](const DeviceFacts& facts) {
      json.object([&](JsonWriter& item) { write(item, facts); });
    });
    json.array("failures", failures, [&](const Failure& failure) {
      json.object([&](JsonWriter& item) {
        item.text_or_null("device", failure.path);
        item.member("text", failure.text);
      });
    });
  });
}

}  // namespace

std::string to_json(std::span<const DeviceFacts> devices, std::span<const Failure> failures) {
  return document(devices, failures, write_device);
}

std::string to_short_json(std::span<const DeviceFacts> devices, std::span<const Failure> failures) {
  return document(devices, failures, write_identity);
}

}  // namespace v4l2describe
