#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <json-glib/json-glib.h>

namespace v4l2describe {

/// A JsonWriter puts together one JSON object. Members keep the order in which they are written. A
/// text that is no UTF-8 is mended.
class JsonWriter {
public:
  /// `write` writes the members of the object.
  template <class Write>
  static std::string document(Write write) {
    JsonWriter writer;
    writer.object(write);
    return writer.text();
  }

  void member(const char* name, const std::string& text) {
    json_builder_set_member_name(builder_.get(), name);
    value(text);
  }

  void member(const char* name, bool is) {
    json_builder_set_member_name(builder_.get(), name);
    json_builder_add_boolean_value(builder_.get(), is ? TRUE : FALSE);
  }

  void member(const char* name, std::int64_t number) {
    json_builder_set_member_name(builder_.get(), name);
    value(number);
  }

  void member(const char* name, double number) {
    json_builder_set_member_name(builder_.get(), name);
    json_builder_add_double_value(builder_.get(), number);
  }

  void member(const char* name, const std::vector<std::string>& texts) {
    array(name, texts, [this](const std::string& text) { value(text); });
  }

  void member(const char* name, const char* text) = delete;

  void null(const char* name) {
    json_builder_set_member_name(builder_.get(), name);
    json_builder_add_null_value(builder_.get());
  }

  /// Writes the text, or null if it is empty.
  void text_or_null(const char* name, const std::string& text) {
    if (text.empty())
      null(name);
    else
      member(name, text);
  }

  template <class Write>
  void object(const char* name, Write write) {
    json_builder_set_member_name(builder_.get(), name);
    object(write);
  }

  /// Writes an array. `write` writes one value for each of `values`.
  template <class Values, class Write>
  void array(const char* name, const Values& values, Write write) {
    json_builder_set_member_name(builder_.get(), name);
    json_builder_begin_array(builder_.get());
    for (const auto& each : values)
      write(each);
    json_builder_end_array(builder_.get());
  }

  // Values of an array.

  template <class Write>
  void object(Write write) {
    json_builder_begin_object(builder_.get());
    write(*this);
    json_builder_end_object(builder_.get());
  }

  void value(const std::string& text) {
    const std::unique_ptr<char, Free> valid{
        g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()))};
    json_builder_add_string_value(builder_.get(), valid.get());
  }

  void value(std::int64_t number) { json_builder_add_int_value(builder_.get(), number); }

private:
  struct Free {
    void operator()(char* text) const { g_free(text); }

    void operator()(JsonBuilder* builder) const { g_object_unref(builder); }

    void operator()(JsonNode* node) const { json_node_unref(node); }
  };

  JsonWriter() = default;

  [[nodiscard]] std::string text() const {
    const std::unique_ptr<JsonNode, Free> root{json_builder_get_root(builder_.get())};
    const std::unique_ptr<char, Free> text{json_to_string(root.get(), TRUE)};
    return std::string{text.get()} + "\n";
  }

  std::unique_ptr<JsonBuilder, Free> builder_{json_builder_new()};
};

}  // namespace v4l2describe
