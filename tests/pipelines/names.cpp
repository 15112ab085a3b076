// Compares the surface of v4l2cppsrc with v4l2src's. gst_parse_launch() leaves out an element with
// an unknown property, so each name that v4l2src knows counts. Prints TAP.
//
//   names

#include <array>
#include <span>
#include <string>

#include <gst/gst.h>

#include "rigs/tap.h"

namespace {

/// An element, of which only the class is looked at.
class Element {
public:
  explicit Element(const char* factory) : element_{gst_element_factory_make(factory, nullptr)} {
    if (element_ != nullptr) gst_object_ref_sink(element_);
  }

  Element(const Element&) = delete;
  Element& operator=(const Element&) = delete;

  ~Element() {
    if (element_ != nullptr) gst_object_unref(element_);
  }

  [[nodiscard]] bool exists() const { return element_ != nullptr; }

  [[nodiscard]] GObjectClass* type() const { return G_OBJECT_GET_CLASS(element_); }

  [[nodiscard]] GParamSpec* find(const char* name) const {
    return g_object_class_find_property(type(), name);
  }

  [[nodiscard]] bool implements(const char* interface) const {
    const auto wanted = g_type_from_name(interface);
    return wanted != 0 && g_type_is_a(G_OBJECT_TYPE(element_), wanted) != FALSE;
  }

private:
  GstElement* element_;
};

std::string default_text(GParamSpec* property) {
  const auto* const value = g_param_spec_get_default_value(property);
  if (G_VALUE_HOLDS_BOXED(value) && g_value_get_boxed(value) == nullptr) return "nothing";
  auto* const text = gst_value_serialize(value);
  std::string result{text != nullptr ? text : "nothing"};
  g_free(text);
  return result;
}

/// Returns the number that a text means for this property, as gst_parse_launch() sees it.
int parsed(GParamSpec* property, const char* text) {
  GValue value = G_VALUE_INIT;
  g_value_init(&value, property->value_type);
  const bool good = gst_value_deserialize(&value, text) != FALSE;
  const int number = good ? g_value_get_enum(&value) : -1;
  g_value_unset(&value);
  return number;
}

/// Returns what differs. `ours` may do more.
std::string difference(GParamSpec* theirs, GParamSpec* ours) {
  if (ours == nullptr) return "it is missing";
  if (G_TYPE_FUNDAMENTAL(theirs->value_type) != G_TYPE_FUNDAMENTAL(ours->value_type))
    return std::string{"its type is "} + g_type_name(ours->value_type);
  const auto needed = static_cast<guint>(theirs->flags) &
                      (G_PARAM_READABLE | G_PARAM_WRITABLE | GST_PARAM_CONTROLLABLE);
  if ((static_cast<guint>(ours->flags) & needed) != needed) return "it allows less";
  if (!G_IS_PARAM_SPEC_ENUM(theirs)) return {};
  auto* const values = G_PARAM_SPEC_ENUM(theirs)->enum_class;
  for (const auto& value : std::span{values->values, values->n_values}) {
    const auto number = std::to_string(value.value);
    for (const char* const text : {value.value_name, value.value_nick, number.c_str()})
      if (parsed(ours, text) != value.value) return std::string{text} + " means something else";
  }
  return {};
}

void compare(real::Tap& tap, const Element& theirs, const Element& ours) {
  guint count{};
  auto* const properties = g_object_class_list_properties(theirs.type(), &count);
  for (auto* const property : std::span{properties, count}) {
    auto* const found = ours.find(property->name);
    const auto text = difference(property, found);
    tap.point(text.empty(), std::string{"the property "} + property->name);
    if (!text.empty()) real::Tap::explain(text);
    if (found != nullptr && default_text(found) != default_text(property))
      real::Tap::explain("v4l2src's default is " + default_text(property) + ", here it is " +
                         default_text(found));
  }
  g_free(properties);
  for (const char* const interface : {"GstColorBalance", "GstVideoOrientation"})
    tap.point(theirs.implements(interface) && ours.implements(interface),
              std::string{"the interface "} + interface);
}

}  // namespace

int main() {
  gst_init(nullptr, nullptr);
  real::Tap tap;
  const Element theirs{"v4l2src"};
  const Element ours{"v4l2cppsrc"};
  const bool both = theirs.exists() && ours.exists();
  tap.point(both, "there are both elements");
  if (both) compare(tap, theirs, ours);
  return tap.end();
}
