#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <linux/videodev2.h>

#include <gst/gst.h>

#include "common/settings.h"

// A table of properties, and the functions by which GObject uses it. A row names the member of
// Settings that the property sets, or a function that reads what the element knows. A default is
// what `Settings{}` and `DeviceInfo{}` read. The table is constant and owns nothing. Any thread
// calls set_property() and get_property(). Their caller guards the Settings. The table knows
// neither the GObject nor Source.

namespace v4l2gst {

class ControlWishes;
struct DeviceInfo;
struct Stats;

/// The objects that properties are read from.
struct Readable {
  const Settings& settings;
  const DeviceInfo& facts;
  const Stats& stats;
  const ControlWishes& wishes;
  std::chrono::nanoseconds now{};  ///< on CLOCK_MONOTONIC
};

/// The objects that properties are written to.
struct Writable {
  Settings& settings;
  ControlWishes& wishes;
  /// True while a GstController sets the property (gst_object_sync_values()).
  bool by_controller{};
};

// ---- kinds of properties that set a member of Settings ------------------------------------------

/// A string. An empty one reads as null.
struct StringSetting {
  std::string Settings::*member;
};

/// A rectangle of the open device, read from its driver, and the wish for it. Empty text reads as
/// null.
struct RectangleSetting {
  std::string Settings::*member;
  std::uint32_t target;  ///< V4L2_SEL_TGT_*
};

/// A guint that may be unset, which reads as 0.
struct MarginSetting {
  std::optional<std::uint32_t> Settings::*member;
};

struct BoolSetting {
  bool Settings::*member;
};

/// A guint from `least` to `most`.
struct UintSetting {
  std::uint32_t Settings::*member;
  std::uint32_t least;
  std::uint32_t most;
};

/// A guint64 of nanoseconds, from 0 to `most`. Settings have it in milliseconds, rounded up.
struct TimeoutSetting {
  std::chrono::milliseconds Settings::*member;
  std::uint64_t most;
};

/// The descriptor of an open node, or -1. While a device is open, it reads as the element's own.
struct DescriptorSetting {};

/// One of an enum's values. Made by enum_setting().
struct EnumSetting {
  GType (*type)();
  int (*get)(const Settings& settings);
  void (*set)(Settings& settings, int value);
};

/// Returns the kind for a member of Settings and the GType of its enum. The member is a template
/// argument, so that EnumSetting is one type for all enums.
template <auto member>
constexpr EnumSetting enum_setting(GType (*type)()) {
  using Enum = std::remove_cvref_t<decltype(std::declval<Settings>().*member)>;
  return {.type = type,
          .get = [](const Settings& settings) { return static_cast<int>(settings.*member); },
          .set =
              [](Settings& settings, int value) {
                settings.*member = static_cast<Enum>(value);
              }};
}

// ---- kinds of properties that wish for controls -------------------------------------------------

/// A GstStructure with a wish for a control in each field.
struct ControlsSetting {};

/// An int that is the value of the control `id`, named `key`. It reads the device's value while one
/// is open, otherwise the wish.
struct ControlSetting {
  const char* key;
  std::uint32_t id;
};

// ---- kinds of properties that are read only -----------------------------------------------------

/// A string. An empty one reads as null.
struct StringReading {
  std::string (*read)(const Readable& from);
};

/// An int from `least` on.
struct IntReading {
  int (*read)(const Readable& from);
  int least;
};

/// One of an enum's values.
struct EnumReading {
  GType (*type)();
  int (*read)(const Readable& from);
};

struct FlagsReading {
  GType (*type)();
  std::uint32_t (*read)(const Readable& from);
};

/// A GstValueArray of four ints: left, top, width and height. Nullopt reads as four zeros.
struct RectangleReading {
  std::optional<v4l2_rect> (*read)(const Readable& from);
};

/// A GstStructure, new for each reader.
struct StructureReading {
  GstStructure* (*read)(const Readable& from);
};

/// The kinds above. They have a function that reads, and no member to set.
template <class Kind>
concept ReadOnly = requires(const Kind& kind) { kind.read; };

// ---- the table ----------------------------------------------------------------------------------

using PropertyKind = std::variant<StringSetting, RectangleSetting, MarginSetting, BoolSetting,
                                  UintSetting, TimeoutSetting, DescriptorSetting, EnumSetting,
                                  ControlsSetting, ControlSetting, StringReading, IntReading,
                                  EnumReading, FlagsReading, RectangleReading, StructureReading>;

/// One property. Its id is its place in the table, counted from 1.
struct PropertyRow {
  const char* name;
  const char* nick;
  const char* blurb;
  GParamFlags flags;
  PropertyKind kind;
  /// The commands that apply a change to an open device (Commands::Command).
  unsigned commands{};
};

using PropertyTable = std::span<const PropertyRow>;

/// Installs each row as a property, in the table's order. Enums and flags become part of the
/// plug-in's documented API. `defaults` is what a new element reads.
void install_properties(GObjectClass* klass, PropertyTable table, const Readable& defaults);

/// Changes the setting of property `id`. Returns false if the table has no such property that can
/// be set.
bool set_property(PropertyTable table, guint id, const GValue* value, const Writable& to);

/// Returns the commands that apply a change of property `id`; 0 if it acts at the next start.
unsigned commands_of(PropertyTable table, guint id);

/// Reads property `id` into `value`. Returns false if the table has no such property.
bool get_property(PropertyTable table, guint id, const Readable& from, GValue* value);

}  // namespace v4l2gst
