// Tests the pinned surface, which is what an application sees of the element. A change here is a
// change for users. It belongs into the README and the CHANGELOG too.
//
//   pinned_surface_test --print      prints the golden file

#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "controls/gstv4l2cppcontrol.h"
#include "controls/value_kind.h"
#include "element/gstv4l2cppsrc.h"
#include "messages/control_failures.h"
#include "messages/input_failures.h"
#include "messages/loss_failures.h"
#include "messages/report.h"
#include "negotiation/refusal.h"
#include "negotiation/refusal_text.h"
#include "provider/device_facts.h"
#include "provider/device_properties.h"
#include "provider/gstv4l2cppdevice.h"
#include "provider/gstv4l2cppdeviceprovider.h"
#include "settings/control_setter.h"

namespace {

/// Returns a value as gst-inspect shows it.
std::string text_of(const GValue* value) {
  if (G_VALUE_HOLDS_BOXED(value) && g_value_get_boxed(value) == nullptr) return "null";
  gchar* const text = gst_value_serialize(value);
  std::string copy = text != nullptr ? text : "null";
  g_free(text);
  return copy;
}

void describe_choices(std::ostream& out, GType type) {
  if (G_TYPE_IS_ENUM(type)) {
    auto* const klass = static_cast<GEnumClass*>(g_type_class_ref(type));
    for (guint i = 0; i < klass->n_values; ++i)
      out << "    " << klass->values[i].value << " " << klass->values[i].value_nick << "\n";
    g_type_class_unref(klass);
  } else if (G_TYPE_IS_FLAGS(type)) {
    auto* const klass = static_cast<GFlagsClass*>(g_type_class_ref(type));
    for (guint i = 0; i < klass->n_values; ++i)
      out << "    0x" << std::hex << klass->values[i].value << std::dec << " "
          << klass->values[i].value_nick << "\n";
    g_type_class_unref(klass);
  }
}

void describe_property(std::ostream& out, GParamSpec* spec) {
  out << "property " << spec->name << ": " << g_type_name(spec->value_type);
  if ((spec->flags & G_PARAM_WRITABLE) == 0) out << ", read-only";
  if ((spec->flags & GST_PARAM_MUTABLE_READY) != 0) out << ", until READY";
  if ((spec->flags & GST_PARAM_MUTABLE_PLAYING) != 0) out << ", in any state";
  if ((spec->flags & GST_PARAM_CONTROLLABLE) != 0) out << ", controllable";
  out << ", default " << text_of(g_param_spec_get_default_value(spec)) << "\n  "
      << g_param_spec_get_blurb(spec) << "\n";
  describe_choices(out, spec->value_type);
}

void describe_signals(std::ostream& out, GType type) {
  guint count{};
  guint* const ids = g_signal_list_ids(type, &count);
  for (guint i = 0; i < count; ++i) {
    GSignalQuery query;
    g_signal_query(ids[i], &query);
    out << "signal " << query.signal_name << ": " << g_type_name(query.return_type) << " (";
    for (guint k = 0; k < query.n_params; ++k)
      out << (k > 0 ? ", " : "") << g_type_name(query.param_types[k]);
    out << ")\n";
  }
  g_free(ids);
}

/// Adds the fields of reports about controls.
void add_control_fields(v4l2gst::Report& report) {
  v4l2::ControlOutcome outcome;
  outcome.suggestions = {""};
  auto fields = v4l2gst::control_failure("/dev/video0", outcome, {}).details;
  outcome.control.emplace().menu = {{.index = 0, .label = ""}};
  outcome.actual = std::int64_t{};
  for (auto& field : v4l2gst::control_failure("/dev/video0", outcome, "a mode").details)
    fields.push_back(std::move(field));
  report.details.insert(report.details.end(), fields.begin(), fields.end());
}

/// Adds the fields of reports about the input.
void add_input_fields(v4l2gst::Report& report) {
  for (auto& field :
       v4l2gst::refused_input("/dev/video0", {.property = "norm", .possible = {""}}).details)
    report.details.push_back(std::move(field));
}

/// Adds the fields of reports about lost frames and the rate.
void add_loss_fields(v4l2gst::Report& report) {
  for (const auto& other :
       {v4l2gst::frames_lost("/dev/video0", {}), v4l2gst::rate_not_kept("/dev/video0", {})})
    report.details.insert(report.details.end(), other.details.begin(), other.details.end());
}

/// Writes the fields of a message's details, and each cause. The first message has all fields that
/// any message has.
void describe_details(std::ostream& out) {
  auto* const element =
      GST_ELEMENT(gst_object_ref_sink(g_object_new(GST_TYPE_V4L2_CPP_SRC, nullptr)));
  auto* const bus = gst_bus_new();
  gst_element_set_bus(element, bus);
  std::string causes;
  for (int cause = 0; cause <= static_cast<int>(v4l2gst::last_cause); ++cause) {
    auto report = v4l2gst::not_negotiated("/dev/video0", {});
    report.cause = static_cast<v4l2gst::Cause>(cause);
    report.holders = report.cheaper = report.commands = {""};
    report.bytes_per_second = 1;
    add_control_fields(report);
    add_input_fields(report);
    report.details.push_back({.name = "bounds", .value = ""});
    add_loss_fields(report);
    v4l2gst::post(element, report);
    auto* const message = gst_bus_pop(bus);
    const GstStructure* details{};
    gst_message_parse_error_details(message, &details);
    if (cause == 0) {
      out << "details " << gst_structure_get_name(details) << ":";
      for (int i = 0; i < gst_structure_n_fields(details); ++i) {
        const auto* const name = gst_structure_nth_field_name(details, static_cast<guint>(i));
        out << (i > 0 ? ", " : " ") << name << " ("
            << g_type_name(gst_structure_get_field_type(details, name)) << ")";
      }
    }
    causes += std::string{cause > 0 ? ", " : " "} + gst_structure_get_string(details, "cause");
    gst_message_unref(message);
  }
  out << "\ncauses:" << causes << "\n";
  gst_element_set_bus(element, nullptr);
  gst_object_unref(bus);
  gst_object_unref(element);
}

void describe_interfaces(std::ostream& out, GType type) {
  guint count{};
  GType* const interfaces = g_type_interfaces(type, &count);
  std::set<std::string> names;
  for (guint i = 0; i < count; ++i)
    names.insert(g_type_name(interfaces[i]));
  for (const auto& name : names)
    out << "interface " << name << "\n";
  g_free(interfaces);
}

/// Writes the properties that the class itself installs, or that its interfaces make it install.
void describe_properties(std::ostream& out, GType type) {
  auto* const klass = static_cast<GObjectClass*>(g_type_class_ref(type));
  guint count{};
  GParamSpec** const specs = g_object_class_list_properties(klass, &count);
  for (guint i = 0; i < count; ++i)
    if (specs[i]->owner_type == type || G_TYPE_IS_INTERFACE(specs[i]->owner_type))
      describe_property(out, specs[i]);
  g_free(specs);
  g_type_class_unref(klass);
}

/// Writes the types of the children, which are the device's controls.
void describe_children(std::ostream& out) {
  const auto describe = [&out](GType type) {
    out << "child type " << g_type_name(type) << ", a " << g_type_name(g_type_parent(type)) << "\n";
    describe_properties(out, type);
  };
  describe(gst_v4l2_cpp_control_get_type());
  for (const auto& kind : v4l2gst::value_kinds())
    describe(gst_v4l2_cpp_control_type_of(kind));
}

/// Writes what an application sees of the device provider and its devices.
void describe_provider(std::ostream& out) {
  auto* const provider = GST_DEVICE_PROVIDER(
      gst_object_ref_sink(g_object_new(GST_TYPE_V4L2_CPP_DEVICE_PROVIDER, nullptr)));
  out << "provider " << G_OBJECT_TYPE_NAME(provider) << ", class "
      << gst_device_provider_get_metadata(provider, GST_ELEMENT_METADATA_KLASS) << "\n";
  gst_object_unref(provider);
  const auto device = GST_TYPE_V4L2_CPP_DEVICE;
  out << "device type " << g_type_name(device) << ", a " << g_type_name(g_type_parent(device))
      << "\n";
  describe_properties(out, device);
  v4l2gst::DeviceFacts facts{.node = {.path = "/dev/video0", .id = "id"},
                             .sysfs_path = "sysfs",
                             .parent_path = "sysfs",
                             .manufacturer = "maker"};
  facts.capability.card[0] = facts.capability.driver[0] = facts.capability.bus_info[0] = 'x';
  facts.node.identity.vendor_id = facts.node.identity.product_id = "0000";
  facts.node.identity.serial = "serial";
  const auto properties = v4l2gst::properties_of(facts);
  out << "device properties:";
  for (int i = 0; i < gst_structure_n_fields(properties.get()); ++i) {
    const auto* const name = gst_structure_nth_field_name(properties.get(), static_cast<guint>(i));
    out << (i > 0 ? ", " : " ") << name << " ("
        << g_type_name(gst_structure_get_field_type(properties.get(), name)) << ")";
  }
  out << "\n";
}

std::string surface() {
  std::ostringstream out;
  const auto type = GST_TYPE_V4L2_CPP_SRC;
  auto* const klass = static_cast<GObjectClass*>(g_type_class_ref(type));
  auto* const element = GST_ELEMENT_CLASS(klass);
  out << "type " << g_type_name(type) << ", a " << g_type_name(g_type_parent(type)) << "\nclass "
      << gst_element_class_get_metadata(element, GST_ELEMENT_METADATA_KLASS) << "\n";
  describe_interfaces(out, type);
  describe_properties(out, type);
  describe_children(out);
  describe_signals(out, type);
  describe_details(out);
  describe_provider(out);
  auto* const caps = gst_pad_template_get_caps(gst_element_class_get_pad_template(element, "src"));
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    gchar* const text = gst_structure_to_string(gst_caps_get_structure(caps, i));
    gchar* const memory = gst_caps_features_to_string(gst_caps_get_features(caps, i));
    out << "caps (" << memory << ") " << text << "\n";
    g_free(text);
    g_free(memory);
  }
  gst_caps_unref(caps);
  g_type_class_unref(klass);
  return out.str();
}

TEST(Surface, IsAsTheGoldenFileHasIt) {
  std::ifstream file{GOLDEN_FILE};
  ASSERT_TRUE(file.is_open())
      << "The surface is not pinned for GStreamer " GST_RELEASE
         ". Make its file with\n"
         "  pinned_surface_test --print > " GOLDEN_FILE
         "\n"
         "and see with diff that what it has other than the next older one is GStreamer's doing.";
  std::ostringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(golden.str(), surface())
      << "if this is meant: pinned_surface_test --print > " << GOLDEN_FILE
      << ", and tell of it in the README and the CHANGELOG";
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(nullptr, nullptr);
  if (argc > 1 && std::string_view{argv[1]} == "--print") {
    std::cout << surface();
    return 0;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
