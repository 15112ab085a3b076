#include "element/property_table.h"

#include <algorithm>
#include <memory>

#include "common/overloaded.h"
#include "controls/control_wishes.h"
#include "controls/known_controls.h"
#include "kernel/node.h"
#include "session/shared_info.h"
#include "settings/control_value.h"
#include "settings/rectangle.h"
#include "settings/selection.h"

namespace v4l2gst {

namespace {

/// Returns the row of property `id`; null if there is none.
const PropertyRow* row_of(PropertyTable table, guint id) {
  return id >= 1 && id <= table.size() ? &table[id - 1] : nullptr;
}

const char* null_if_empty(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

std::string empty_if_null(const char* text) {
  return text != nullptr ? text : "";
}

/// Rounds up to milliseconds, in which the kernel waits. Properties count nanoseconds, as
/// everywhere in GStreamer.
std::chrono::milliseconds rounded_up(std::uint64_t nanoseconds) {
  return std::chrono::milliseconds{nanoseconds / GST_MSECOND +
                                   (nanoseconds % GST_MSECOND != 0 ? 1 : 0)};
}

/// Returns the nanoseconds of a setting, at most `most`. `most` need not be a whole number of
/// milliseconds, of which rounded_up() makes more.
std::uint64_t nanoseconds_of(std::chrono::milliseconds duration, std::uint64_t most) {
  return std::min(static_cast<std::uint64_t>(duration.count()) * GST_MSECOND, most);
}

/// Returns the node of the open device; null while none is.
std::shared_ptr<const v4l2::Node> open_node(const Readable& from) {
  return from.facts.controls ? from.facts.controls->node() : nullptr;
}

/// Returns the value of the control. A device that is open knows it better than the user.
int control_of(const ControlSetting& kind, const Readable& from) {
  const auto open = open_node(from);
  std::int64_t number = from.wishes.number_for(kind.key).value_or(0);
  if (open) {
    v4l2::ControlInfo control;
    control.id = kind.id;
    control.type = V4L2_CTRL_TYPE_INTEGER;
    if (const auto value = v4l2::read_value(*open, control).value_or(std::nullopt))
      if (const auto* const is = std::get_if<std::int64_t>(&*value)) number = *is;
  }
  return static_cast<int>(std::clamp<std::int64_t>(number, G_MININT, G_MAXINT));
}

/// Marks an enum or flags type as part of the plug-in's API. Documentation then lists its values.
GType documented(GType type) {
  gst_type_mark_as_plugin_api(type, GstPluginAPIFlags{});
  return type;
}

/// Returns the spec of a GstValueArray of ints, as v4l2src's "crop-bounds" has it.
GParamSpec* rectangle_spec(const PropertyRow& row) {
  auto* const number = g_param_spec_int(
      "rectangle-value", "Rectangle value", "One of left, top, width and height", G_MININT,
      G_MAXINT, 0, static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  return gst_param_spec_array(row.name, row.nick, row.blurb, number, row.flags);
}

void set_rectangle(GValue* value, const v4l2_rect& rectangle) {
  for (const auto number : {rectangle.left, rectangle.top, static_cast<gint>(rectangle.width),
                            static_cast<gint>(rectangle.height)}) {
    GValue one = G_VALUE_INIT;
    g_value_init(&one, G_TYPE_INT);
    g_value_set_int(&one, number);
    gst_value_array_append_and_take_value(value, &one);
  }
}

/// Returns the rectangle that the open device has, or the wish for it while none is open. Empty if
/// the device has no such rectangle.
std::string text_of(const RectangleSetting& kind, const Readable& from) {
  const auto open = open_node(from);
  if (!open) return from.settings.*kind.member;
  const auto known = v4l2::selected(*open, kind.target);
  if (!known) return from.settings.*kind.member;  // the device went away
  const auto& actual = *known;
  return actual ? v4l2::rectangle_text(*actual) : std::string{};
}

GParamSpec* spec_of(const PropertyRow& row, const Readable& from) {
  const auto& settings = from.settings;
  const auto make = [&row](auto* make_spec, auto... rest) {
    return make_spec(row.name, row.nick, row.blurb, rest..., row.flags);
  };
  return std::visit(
      Overloaded{
          [&](const StringSetting& kind) {
            return make(g_param_spec_string, null_if_empty(settings.*kind.member));
          },
          [&](const RectangleSetting& kind) {
            return make(g_param_spec_string, null_if_empty(settings.*kind.member));
          },
          [&](const MarginSetting& kind) {
            return make(g_param_spec_uint, guint{0}, G_MAXUINT,
                        (settings.*kind.member).value_or(0));
          },
          [&](const BoolSetting& kind) {
            return make(g_param_spec_boolean, gboolean{settings.*kind.member});
          },
          [&](const UintSetting& kind) {
            return make(g_param_spec_uint, kind.least, kind.most, settings.*kind.member);
          },
          [&](const TimeoutSetting& kind) {
            return make(g_param_spec_uint64, guint64{0}, kind.most,
                        nanoseconds_of(settings.*kind.member, kind.most));
          },
          [&](const DescriptorSetting&) {
            return make(g_param_spec_int, -1, G_MAXINT, settings.device_fd);
          },
          [&](const EnumSetting& kind) {
            return make(g_param_spec_enum, documented(kind.type()), kind.get(settings));
          },
          [&](const ControlsSetting&) { return make(g_param_spec_boxed, GST_TYPE_STRUCTURE); },
          [&](const ControlSetting&) { return make(g_param_spec_int, G_MININT, G_MAXINT, 0); },
          [&](const StringReading& kind) {
            return make(g_param_spec_string, null_if_empty(kind.read(from)));
          },
          [&](const IntReading& kind) {
            return make(g_param_spec_int, kind.least, G_MAXINT, kind.read(from));
          },
          [&](const EnumReading& kind) {
            return make(g_param_spec_enum, documented(kind.type()), kind.read(from));
          },
          [&](const FlagsReading& kind) {
            return make(g_param_spec_flags, documented(kind.type()), kind.read(from));
          },
          [&](const RectangleReading&) { return rectangle_spec(row); },
          [&](const StructureReading&) { return make(g_param_spec_boxed, GST_TYPE_STRUCTURE); },
      },
      row.kind);
}

}  // namespace

void install_properties(GObjectClass* klass, PropertyTable table, const Readable& defaults) {
  guint id{};
  for (const auto& row : table)
    g_object_class_install_property(klass, ++id, spec_of(row, defaults));
}

bool set_property(PropertyTable table, guint id, const GValue* value, const Writable& to) {
  auto& settings = to.settings;
  const auto* const row = row_of(table, id);
  if (row == nullptr || (row->flags & G_PARAM_WRITABLE) == 0) return false;
  std::visit(
      Overloaded{
          [&](const StringSetting& kind) {
            settings.*kind.member = empty_if_null(g_value_get_string(value));
          },
          [&](const RectangleSetting& kind) {
            settings.*kind.member = empty_if_null(g_value_get_string(value));
          },
          [&](const MarginSetting& kind) { settings.*kind.member = g_value_get_uint(value); },
          [&](const BoolSetting& kind) {
            settings.*kind.member = g_value_get_boolean(value) != FALSE;
          },
          [&](const UintSetting& kind) { settings.*kind.member = g_value_get_uint(value); },
          [&](const TimeoutSetting& kind) {
            settings.*kind.member = rounded_up(g_value_get_uint64(value));
          },
          [&](const DescriptorSetting&) { settings.device_fd = g_value_get_int(value); },
          [&](const EnumSetting& kind) { kind.set(settings, g_value_get_enum(value)); },
          [&](const ControlsSetting&) {
            to.wishes.set_structure(static_cast<const GstStructure*>(g_value_get_boxed(value)));
          },
          [&](const ControlSetting& kind) {
            to.wishes.add(to.by_controller ? ControlWishes::controller : kind.key,
                          {.name = kind.key, .value = g_value_get_int(value)});
          },
          [](const ReadOnly auto&) {},
      },
      row->kind);
  return true;
}

unsigned commands_of(PropertyTable table, guint id) {
  const auto* const row = row_of(table, id);
  return row != nullptr ? row->commands : 0;
}

bool get_property(PropertyTable table, guint id, const Readable& from, GValue* value) {
  const auto* const row = row_of(table, id);
  if (row == nullptr) return false;
  const auto& settings = from.settings;
  std::visit(
      Overloaded{
          [&](const StringSetting& kind) {
            g_value_set_string(value, null_if_empty(settings.*kind.member));
          },
          [&](const RectangleSetting& kind) {
            g_value_set_string(value, null_if_empty(text_of(kind, from)));
          },
          [&](const MarginSetting& kind) {
            g_value_set_uint(value, (settings.*kind.member).value_or(0));
          },
          [&](const BoolSetting& kind) { g_value_set_boolean(value, settings.*kind.member); },
          [&](const UintSetting& kind) { g_value_set_uint(value, settings.*kind.member); },
          [&](const TimeoutSetting& kind) {
            g_value_set_uint64(value, nanoseconds_of(settings.*kind.member, kind.most));
          },
          [&](const DescriptorSetting&) {
            const auto open = from.facts.device_fd;
            g_value_set_int(value, open >= 0 ? open : settings.device_fd);
          },
          [&](const EnumSetting& kind) { g_value_set_enum(value, kind.get(settings)); },
          [&](const ControlsSetting&) { g_value_set_boxed(value, from.wishes.structure()); },
          [&](const ControlSetting& kind) { g_value_set_int(value, control_of(kind, from)); },
          [&](const StringReading& kind) {
            g_value_set_string(value, null_if_empty(kind.read(from)));
          },
          [&](const IntReading& kind) { g_value_set_int(value, kind.read(from)); },
          [&](const EnumReading& kind) { g_value_set_enum(value, kind.read(from)); },
          [&](const FlagsReading& kind) { g_value_set_flags(value, kind.read(from)); },
          [&](const RectangleReading& kind) {
            set_rectangle(value, kind.read(from).value_or(v4l2_rect{}));
          },
          [&](const StructureReading& kind) { g_value_take_boxed(value, kind.read(from)); },
      },
      row->kind);
  return true;
}

}  // namespace v4l2gst
