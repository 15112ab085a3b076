#include "controls/gstv4l2cppcontrol.h"

#include <utility>
#include <vector>

#include <linux/videodev2.h>

#include "common/handles.h"
#include "controls/control_access.h"
#include "controls/gstv4l2cppcontrolflags.h"
#include "controls/known_controls.h"
#include "controls/value_kind.h"
#include "kernel/node.h"

using v4l2::ControlInfo;
using v4l2::ControlValue;
using v4l2gst::ValueKind;

namespace {

/// The C++ part of a child. The GstObject's lock guards it.
struct Child {
  ControlInfo info;
  std::shared_ptr<v4l2gst::KnownControls> device;  ///< holds the node weakly
  std::optional<ControlValue> last{};              ///< the latest value that was read
  v4l2gst::ControlAccess* access{};  ///< to be used only with a reference to the parent
};

}  // namespace

struct GstV4l2CppControl {
  GstObject parent{};
  Child child;
};

namespace {

using ControlClass = struct GstV4l2CppControlClass {
  GstObjectClass parent;
  const ValueKind* kind;
};

enum Property : guint {
  id = 1,
  title,
  type,
  flags,
  minimum,
  maximum,
  step,
  standard,
  menu,
  range,
  value,
  index
};

gpointer parent_class{};

constexpr auto readable = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
constexpr auto settable =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_CONTROLLABLE |
                             GST_PARAM_MUTABLE_PLAYING);

GstV4l2CppControl* control_of(gpointer object) {
  return static_cast<GstV4l2CppControl*>(object);
}

const ValueKind& kind_of(gpointer object) {
  return *G_TYPE_INSTANCE_GET_CLASS(object, gst_v4l2_cpp_control_get_type(), ControlClass)->kind;
}

/// Runs `action` on the C++ part, under the object's lock.
template <class Action>
auto with(GstV4l2CppControl* self, Action action) {
  GST_OBJECT_LOCK(self);
  auto result = action(self->child);
  GST_OBJECT_UNLOCK(self);
  return result;
}

/// Queries the description again, since flags and range depend on other controls.
ControlInfo refreshed(GstV4l2CppControl* self) {
  auto [info, device] = with(self, [](const Child& child) {
    return std::pair{child.info, child.device};
  });
  const auto node = device ? device->node() : nullptr;
  if (!node) return info;
  auto now = v4l2::refreshed(*node, info);
  if (!now) return info;
  with(self, [&](Child& child) { return child.info = *now; });
  return *std::move(now);
}

/// Wishes for a value. The element is referenced meanwhile, so `access` is alive.
void wish(GstV4l2CppControl* self, ControlValue wanted) {
  auto* const element = gst_object_get_parent(GST_OBJECT_CAST(self));
  if (element == nullptr) {
    GST_WARNING_OBJECT(self, "not set: its element is gone");
    return;
  }
  auto [access, key] = with(self, [](const Child& child) {
    return std::pair{child.access, child.info.key};
  });
  access->wish("child", {{.name = std::move(key), .value = std::move(wanted)}});
  gst_object_unref(element);
}

void set_property(GObject* object, guint property, const GValue* from, GParamSpec* spec) noexcept {
  auto* const self = control_of(object);
  const auto& kind = kind_of(object);
  if (property == index) return wish(self, std::int64_t{g_value_get_int(from)});
  if (property != value) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, property, spec);
    return;
  }
  // To let go of a button is no wish.
  if (v4l2gst::is_button(kind) && g_value_get_boolean(from) == FALSE) return;
  wish(self, kind.wish(from));
}

void read_value_into(GstV4l2CppControl* self, guint property, GValue* to) {
  const auto now = gst_v4l2_cpp_control_read(self);
  if (!now) return;
  if (property == value) {
    const auto info = gst_v4l2_cpp_control_info(self);
    return kind_of(self).write(info, *now, to);
  }
  if (const auto* const number = std::get_if<std::int64_t>(&*now))
    g_value_set_int(to, static_cast<int>(*number));
}

void get_property(GObject* object, guint property, GValue* to, GParamSpec* spec) noexcept {
  auto* const self = control_of(object);
  if (property == value || property == index) return read_value_into(self, property, to);
  const auto info = property == id || property == title || property == type || property == menu
                        ? gst_v4l2_cpp_control_info(self)
                        : refreshed(self);
  switch (property) {
    case id:
      return g_value_set_uint(to, info.id);
    case title:
      return g_value_set_string(to, info.name.c_str());
    case type:
      return g_value_set_string(to, v4l2gst::type_name_of(info));
    case flags:
      return g_value_set_flags(to, info.flags & 0xfffU);
    case minimum:
      return g_value_set_int64(to, info.minimum);
    case maximum:
      return g_value_set_int64(to, info.maximum);
    case step:
      return g_value_set_uint64(to, info.step);
    case standard:
      return g_value_set_int64(to, info.default_value);
    case menu:
      return g_value_take_boxed(to, v4l2gst::menu_structure(info));
    case range:
      return g_value_set_string(to, v4l2::range_text(info).c_str());
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, property, spec);
  }
}

void finalize(GObject* object) noexcept {
  std::destroy_at(&control_of(object)->child);
  G_OBJECT_CLASS(parent_class)->finalize(object);
}

void init(GTypeInstance* instance, gpointer) {
  std::construct_at(&reinterpret_cast<GstV4l2CppControl*>(instance)->child);
}

void install(GObjectClass* klass, Property property, GParamSpec* spec) {
  g_object_class_install_property(klass, property, spec);
}

void base_class_init(gpointer data, gpointer) {
  parent_class = g_type_class_peek_parent(data);
  auto* const klass = G_OBJECT_CLASS(data);
  klass->finalize = finalize;
  klass->set_property = set_property;
  klass->get_property = get_property;
  install(klass, id,
          g_param_spec_uint("id", "Id", "V4L2_CID_* of the control", 0, G_MAXUINT, 0, readable));
  install(klass, title,
          g_param_spec_string("title", "Title", "The driver's name of the control, for people",
                              nullptr, readable));
  install(klass, type,
          g_param_spec_string("type", "Type", "Type of the control, as v4l2-ctl names it", nullptr,
                              readable));
  install(klass, flags,
          g_param_spec_flags("flags", "Flags", "V4L2_CTRL_FLAG_* as they are now",
                             gst_v4l2_cpp_control_flags_get_type(), 0, readable));
  install(klass, minimum,
          g_param_spec_int64("minimum", "Minimum",
                             "The least value; of a string its least length; of a list that of "
                             "each number",
                             G_MININT64, G_MAXINT64, 0, readable));
  install(klass, maximum,
          g_param_spec_int64("maximum", "Maximum",
                             "The greatest value; of a bitmask all its bits; of a string its "
                             "greatest length; of a list that of each number",
                             G_MININT64, G_MAXINT64, 0, readable));
  install(klass, step,
          g_param_spec_uint64("step", "Step", "The distance between two values", 0, G_MAXUINT64, 0,
                              readable));
  install(klass, standard,
          g_param_spec_int64("default", "Default",
                             "The driver's default; of a menu its index; of a list that of each "
                             "number",
                             G_MININT64, G_MAXINT64, 0, readable));
  install(klass, menu,
          g_param_spec_boxed("menu", "Menu",
                             "The label of each index of a menu: menu, 1=\"Manual Mode\"",
                             GST_TYPE_STRUCTURE, readable));
  install(klass, range,
          g_param_spec_string("range", "Range", "The values that the control takes, for people",
                              nullptr, readable));
}

/// `data` is the ValueKind of this GType.
void kind_class_init(gpointer klass, gpointer data) {
  const auto& kind = *static_cast<const ValueKind*>(data);
  static_cast<ControlClass*>(klass)->kind = &kind;
  // A class does not inherit these two.
  G_OBJECT_CLASS(klass)->set_property = set_property;
  G_OBJECT_CLASS(klass)->get_property = get_property;
  install(G_OBJECT_CLASS(klass), value, kind.make_spec(kind, settable));
  if (v4l2gst::is_menu(kind))
    install(G_OBJECT_CLASS(klass), index,
            g_param_spec_int("index", "Index", "The index of the chosen entry", G_MININT, G_MAXINT,
                             0, settable));
}

/// Registers the GType of each kind. Returns them in the order of value_kinds().
std::vector<GType> register_kinds() {
  std::vector<GType> types;
  for (const auto& kind : v4l2gst::value_kinds()) {
    GTypeInfo info{};
    info.class_size = sizeof(ControlClass);
    info.class_init = kind_class_init;
    info.class_data = &kind;
    info.instance_size = sizeof(GstV4l2CppControl);
    types.push_back(g_type_register_static(gst_v4l2_cpp_control_get_type(), kind.type_name, &info,
                                           GTypeFlags{}));
  }
  return types;
}

}  // namespace

GType gst_v4l2_cpp_control_type_of(const ValueKind& kind) {
  static const std::vector<GType> types = register_kinds();
  return types.at(static_cast<std::size_t>(&kind - v4l2gst::value_kinds().data()));
}

GType gst_v4l2_cpp_control_get_type() {
  static const GType registered = [] {
    GTypeInfo info{};
    info.class_size = sizeof(ControlClass);
    info.class_init = base_class_init;
    info.instance_size = sizeof(GstV4l2CppControl);
    info.instance_init = init;
    return g_type_register_static(GST_TYPE_OBJECT, "GstV4l2CppControl", &info,
                                  G_TYPE_FLAG_ABSTRACT);
  }();
  return registered;
}

GstV4l2CppControl* gst_v4l2_cpp_control_new(const ControlInfo& control,
                                            std::shared_ptr<v4l2gst::KnownControls> device,
                                            v4l2gst::ControlAccess& access) {
  auto* const self =
      control_of(g_object_new(gst_v4l2_cpp_control_type_of(v4l2gst::kind_of(control)), "name",
                              control.key.c_str(), nullptr));
  self->child = {.info = control, .device = std::move(device), .access = &access};
  return self;
}

void gst_v4l2_cpp_control_move(GstV4l2CppControl* self, const ControlInfo& control,
                               std::shared_ptr<v4l2gst::KnownControls> device) {
  with(self, [&](Child& child) {
    child.info = control;
    child.device = std::move(device);
    return true;
  });
}

ControlInfo gst_v4l2_cpp_control_info(GstV4l2CppControl* self) {
  return with(self, [](const Child& child) { return child.info; });
}

bool gst_v4l2_cpp_control_fits(GstV4l2CppControl* self, const ControlInfo& control) {
  return &kind_of(self) == &v4l2gst::kind_of(control);
}

std::optional<ControlValue> gst_v4l2_cpp_control_read(GstV4l2CppControl* self) {
  const auto [device, last] = with(self, [](const Child& child) {
    return std::pair{child.device, child.last};
  });
  const auto node = device ? device->node() : nullptr;
  if (!node) return last;
  auto info = gst_v4l2_cpp_control_info(self);
  if (!info.readable()) return std::nullopt;
  if (info.dynamic()) info = refreshed(self);
  const auto now = v4l2::read_value(*node, info);
  if (!now || !*now) return last;
  with(self, [&](Child& child) {
    child.last = *now;
    return true;
  });
  return *now;
}

void gst_v4l2_cpp_control_changed(GstV4l2CppControl* self, std::uint32_t changes) {
  auto* const object = G_OBJECT(self);
  if ((changes & V4L2_EVENT_CTRL_CH_FLAGS) != 0) g_object_notify(object, "flags");
  if ((changes & V4L2_EVENT_CTRL_CH_RANGE) != 0)
    for (const auto* const property : {"minimum", "maximum", "step", "default", "range"})
      g_object_notify(object, property);
  if ((changes & V4L2_EVENT_CTRL_CH_VALUE) == 0) return;
  g_object_notify(object, "value");
  if (v4l2gst::is_menu(kind_of(self))) g_object_notify(object, "index");
}
