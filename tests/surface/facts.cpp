// Prints what introspection knows of an element: one fact a line, its name, a tab and its value.
// The scripts beside this program compare two elements by it, and write the reference from it.
//
//   facts FACTORY

#include <iostream>
#include <map>
#include <span>
#include <string>

#include <gst/gst.h>

namespace {

using Facts = std::map<std::string, std::string>;

/// Returns the text of `value`, and frees it.
std::string taken(gchar* value) {
  std::string text{value != nullptr ? value : "unset"};
  g_free(value);
  return text;
}

void add_word(std::string& words, const std::string& word) {
  if (!words.empty()) words += ", ";
  words += word;
}

std::string default_of(GParamSpec* property) {
  const auto* const value = g_param_spec_get_default_value(property);
  if (G_VALUE_HOLDS_BOXED(value) && g_value_get_boxed(value) == nullptr) return "unset";
  return taken(gst_value_serialize(value));
}

/// Returns the name of a type; of an enum or flags only that it is one, for the type's own name is
/// the plug-in's.
std::string type_of(GParamSpec* property) {
  const auto type = property->value_type;
  if (G_TYPE_IS_ENUM(type)) return "enum";
  if (G_TYPE_IS_FLAGS(type)) return "flags";
  std::string name = g_type_name(type);
  if (GST_IS_PARAM_SPEC_ARRAY_LIST(property)) {
    const auto* const element = GST_PARAM_SPEC_ARRAY_LIST(property)->element_spec;
    if (element != nullptr) name += std::string{" of "} + g_type_name(element->value_type);
  }
  return name;
}

/// Returns the range of a numeric property; nothing for the others.
std::string range_of(GParamSpec* property) {
  const auto text = [](auto least, auto most) {
    return std::to_string(least) + " to " + std::to_string(most);
  };
  if (G_IS_PARAM_SPEC_INT(property))
    return text(G_PARAM_SPEC_INT(property)->minimum, G_PARAM_SPEC_INT(property)->maximum);
  if (G_IS_PARAM_SPEC_UINT(property))
    return text(G_PARAM_SPEC_UINT(property)->minimum, G_PARAM_SPEC_UINT(property)->maximum);
  if (G_IS_PARAM_SPEC_INT64(property))
    return text(G_PARAM_SPEC_INT64(property)->minimum, G_PARAM_SPEC_INT64(property)->maximum);
  if (G_IS_PARAM_SPEC_UINT64(property))
    return text(G_PARAM_SPEC_UINT64(property)->minimum, G_PARAM_SPEC_UINT64(property)->maximum);
  if (G_IS_PARAM_SPEC_DOUBLE(property))
    return text(G_PARAM_SPEC_DOUBLE(property)->minimum, G_PARAM_SPEC_DOUBLE(property)->maximum);
  return {};
}

std::string access_of(GParamSpec* property) {
  std::string words;
  if ((property->flags & G_PARAM_READABLE) != 0) add_word(words, "readable");
  if ((property->flags & G_PARAM_WRITABLE) != 0) add_word(words, "writable");
  if ((property->flags & G_PARAM_CONSTRUCT) != 0) add_word(words, "construct");
  if ((property->flags & G_PARAM_CONSTRUCT_ONLY) != 0) add_word(words, "construct only");
  if ((property->flags & GST_PARAM_CONTROLLABLE) != 0) add_word(words, "controllable");
  if ((property->flags & GST_PARAM_CONDITIONALLY_AVAILABLE) != 0) add_word(words, "conditional");
  if ((property->flags & G_PARAM_DEPRECATED) != 0) add_word(words, "deprecated");
  return words;
}

/// Returns the highest state in which the property may be set, as its flags say it.
std::string state_of(GParamSpec* property) {
  if ((property->flags & GST_PARAM_MUTABLE_PLAYING) != 0) return "PLAYING";
  if ((property->flags & GST_PARAM_MUTABLE_PAUSED) != 0) return "PAUSED";
  if ((property->flags & GST_PARAM_MUTABLE_READY) != 0) return "READY";
  return "not said";
}

void add_values(Facts& facts, const std::string& name, GParamSpec* property) {
  if (G_IS_PARAM_SPEC_ENUM(property)) {
    const auto* const all = G_PARAM_SPEC_ENUM(property)->enum_class;
    for (const auto& value : std::span{all->values, all->n_values}) {
      const auto key = name + " value " + std::to_string(value.value);
      facts[key] = value.value_nick;
      facts[key + " text"] = value.value_name;
    }
  }
  if (G_IS_PARAM_SPEC_FLAGS(property)) {
    const auto* const all = G_PARAM_SPEC_FLAGS(property)->flags_class;
    for (const auto& value : std::span{all->values, all->n_values}) {
      const auto key = name + " value " + std::to_string(value.value);
      facts[key] = value.value_nick;
      facts[key + " text"] = value.value_name;
    }
  }
}

void add_properties(Facts& facts, GstElement* element) {
  guint count{};
  auto** const all = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  for (auto* const property : std::span{all, count}) {
    const auto name = std::string{"property "} + property->name;
    const auto owner = property->owner_type;
    const bool own = owner == G_OBJECT_TYPE(element) || G_TYPE_IS_INTERFACE(owner);
    facts[name] = own ? "its own" : "of a base class";
    facts[name + " type"] = type_of(property);
    facts[name + " access"] = access_of(property);
    facts[name + " state"] = state_of(property);
    facts[name + " default"] = default_of(property);
    const auto range = range_of(property);
    if (!range.empty()) facts[name + " range"] = range;
    facts[name + " text"] = g_param_spec_get_blurb(property);
    add_values(facts, name, property);
  }
  g_free(all);
}

void add_signals(Facts& facts, GstElement* element) {
  guint count{};
  auto* const all = g_signal_list_ids(G_OBJECT_TYPE(element), &count);
  for (const auto id : std::span{all, count}) {
    GSignalQuery query;
    g_signal_query(id, &query);
    std::string parameters;
    for (const auto type : std::span{query.param_types, query.n_params})
      add_word(parameters, g_type_name(type));
    const bool action = (query.signal_flags & G_SIGNAL_ACTION) != 0;
    facts[std::string{action ? "action " : "signal "} + query.signal_name] =
        std::string{g_type_name(query.return_type)} + " (" + parameters + ")";
  }
  g_free(all);
}

void add_interfaces(Facts& facts, GstElement* element) {
  guint count{};
  auto* const all = g_type_interfaces(G_OBJECT_TYPE(element), &count);
  for (const auto type : std::span{all, count})
    facts[std::string{"interface "} + g_type_name(type)] = "yes";
  g_free(all);
  if (!GST_IS_URI_HANDLER(element)) return;
  const auto* const* protocols = gst_uri_handler_get_protocols(GST_URI_HANDLER(element));
  for (; protocols != nullptr && *protocols != nullptr; ++protocols)
    facts[std::string{"URI protocol "} + *protocols] = "yes";
}

/// Adds each raw or Bayer format of a structure of caps.
void add_formats(Facts& facts, const GstStructure* structure, const std::string& media) {
  const auto* const formats = gst_structure_get_value(structure, "format");
  const auto add = [&](const GValue* one) {
    if (G_VALUE_HOLDS_STRING(one)) facts["format " + media + " " + g_value_get_string(one)] = "yes";
  };
  if (formats == nullptr) return;
  if (!GST_VALUE_HOLDS_LIST(formats)) return add(formats);
  for (guint i = 0; i < gst_value_list_get_size(formats); ++i)
    add(gst_value_list_get_value(formats, i));
}

void add_pads(Facts& facts, GstElement* element) {
  auto* const list = gst_element_class_get_pad_template_list(GST_ELEMENT_GET_CLASS(element));
  for (auto* node = list; node != nullptr; node = node->next) {
    auto* const pad = GST_PAD_TEMPLATE(node->data);
    const std::string direction =
        GST_PAD_TEMPLATE_DIRECTION(pad) == GST_PAD_SRC ? "source" : "sink";
    const auto presence = GST_PAD_TEMPLATE_PRESENCE(pad);
    facts[std::string{"pad "} + GST_PAD_TEMPLATE_NAME_TEMPLATE(pad)] =
        direction + (presence == GST_PAD_ALWAYS      ? ", always"
                     : presence == GST_PAD_SOMETIMES ? ", sometimes"
                                                     : ", on request");
    auto* const caps = gst_pad_template_get_caps(pad);
    for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
      const auto* const structure = gst_caps_get_structure(caps, i);
      const auto features = taken(gst_caps_features_to_string(gst_caps_get_features(caps, i)));
      std::string media = gst_structure_get_name(structure);
      if (features != "memory:SystemMemory") media += "(" + features + ")";
      facts["media type " + media] = "yes";
      if (features == "memory:SystemMemory") add_formats(facts, structure, media);
    }
    gst_caps_unref(caps);
  }
}

void add_class(Facts& facts, GstElement* element) {
  auto* const factory = gst_element_get_factory(element);
  facts["class"] = gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS);
  facts["rank"] = std::to_string(gst_plugin_feature_get_rank(GST_PLUGIN_FEATURE(factory)));
  facts["parent"] = g_type_name(g_type_parent(G_OBJECT_TYPE(element)));
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  auto* const element = argc == 2 ? gst_element_factory_make(argv[1], nullptr) : nullptr;
  if (element == nullptr) {
    std::cerr << "usage: facts FACTORY, of an element that there is\n";
    return 2;
  }
  gst_object_ref_sink(element);
  Facts facts;
  add_class(facts, element);
  add_interfaces(facts, element);
  add_pads(facts, element);
  add_properties(facts, element);
  add_signals(facts, element);
  for (const auto& [name, value] : facts)
    std::cout << name << '\t' << value << '\n';
  gst_object_unref(element);
  return 0;
}
