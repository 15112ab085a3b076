#include "element/gstv4l2cppuri.h"

#include <array>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "element/gstv4l2cppsrc.h"
#include "element/uri.h"

namespace {

/// A property and the value that a URI has for it.
class Assignment {
public:
  explicit Assignment(GParamSpec* spec) : spec_{spec} { g_value_init(&value_, spec->value_type); }

  Assignment(Assignment&& other) noexcept
      : spec_{other.spec_}, value_{std::exchange(other.value_, GValue{})} {}

  Assignment(const Assignment&) = delete;
  Assignment& operator=(const Assignment&) = delete;
  Assignment& operator=(Assignment&&) = delete;

  ~Assignment() {
    if (G_IS_VALUE(&value_)) g_value_unset(&value_);
  }

  /// Returns false if the text is no value of the property, or one out of its range.
  bool read(const std::string& text) {
    if (G_VALUE_HOLDS_STRING(&value_)) {
      g_value_set_string(&value_, text.c_str());
      return true;
    }
    return gst_value_deserialize(&value_, text.c_str()) != FALSE &&
           g_param_value_validate(spec_, &value_) == FALSE;
  }

  void set_on(gpointer element) const {
    g_object_set_property(static_cast<GObject*>(element), spec_->name, &value_);
  }

private:
  GParamSpec* spec_;
  GValue value_ = G_VALUE_INIT;
};

/// ": balanced, framerate, …" for an enum, otherwise empty.
std::string choices_of(GParamSpec* spec) {
  std::string list;
  if (!G_IS_PARAM_SPEC_ENUM(spec)) return list;
  const auto* const choices = G_PARAM_SPEC_ENUM(spec)->enum_class;
  for (guint i = 0; i < choices->n_values; ++i)
    list.append(i == 0 ? ": " : ", ").append(choices->values[i].value_nick);
  return list;
}

std::expected<std::vector<Assignment>, std::string> assignments_of(gpointer element,
                                                                   const v4l2gst::ParsedUri& uri) {
  std::vector<Assignment> all;
  for (const auto& [name, text] : uri.properties) {
    auto* const spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name.c_str());
    if (spec == nullptr) return std::unexpected{"There is no property '" + name + "'."};
    Assignment assignment{spec};
    if (!assignment.read(text)) {
      std::string complaint{"'"};
      complaint.append(text).append("' in the URI is no value of the property '").append(name);
      return std::unexpected{complaint.append("'").append(choices_of(spec)).append(".")};
    }
    all.push_back(std::move(assignment));
  }
  return all;
}

gboolean refuse(GError** error, GstURIError code, const std::string& text) {
  g_set_error_literal(error, GST_URI_ERROR, code, text.c_str());
  return FALSE;
}

/// Sets all that the URI says, or nothing.
gboolean set_uri(GstURIHandler* self, const gchar* uri, GError** error) noexcept {
  if (GST_STATE(self) > GST_STATE_READY)
    return refuse(error, GST_URI_ERROR_BAD_STATE, "A URI can be set in NULL and READY only.");
  const auto parsed = v4l2gst::parse_uri(uri);
  if (!parsed) return refuse(error, GST_URI_ERROR_BAD_URI, parsed.error());
  const auto assignments = assignments_of(self, *parsed);
  if (!assignments) return refuse(error, GST_URI_ERROR_BAD_URI, assignments.error());
  for (const auto& assignment : *assignments)
    assignment.set_on(self);
  const auto& device = parsed->device;
  g_object_set(self, "device", device.empty() ? nullptr : device.c_str(), "device-fd", -1, nullptr);
  gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(self))
      .info()
      .change_settings([uri](v4l2gst::Settings& settings) { settings.uri = uri; });
  return TRUE;
}

/// Returns the URI that was set. If the device was set by other means since, returns one for it, or
/// null if none can name it.
gchar* get_uri(GstURIHandler* self) noexcept {
  const auto& info = gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(self)).info();
  const auto settings = info.settings();
  const bool given = settings.device_fd >= 0;
  const auto former = v4l2gst::parse_uri(settings.uri);
  if (former && !given && former->device == settings.device) return g_strdup(settings.uri.c_str());
  const auto facts = info.device_info();
  for (const auto& device : {given ? std::string{} : settings.device, facts.id, facts.device})
    if (const auto uri = v4l2gst::uri_of(device); !device.empty() && v4l2gst::parse_uri(uri))
      return g_strdup(uri.c_str());
  const bool any = !given && settings.device.empty();
  return any ? g_strdup(v4l2gst::uri_of({}).c_str()) : nullptr;
}

GstURIType uri_type(GType) noexcept {
  return GST_URI_SRC;
}

const gchar* const* protocols(GType) noexcept {
  static constexpr std::array<const gchar*, 2> all{v4l2gst::uri_scheme, nullptr};
  return all.data();
}

}  // namespace

void gst_v4l2_cpp_src_uri_handler_init(gpointer interface, gpointer) {
  auto* const functions = static_cast<GstURIHandlerInterface*>(interface);
  functions->get_type = uri_type;
  functions->get_protocols = protocols;
  functions->get_uri = get_uri;
  functions->set_uri = set_uri;
}
