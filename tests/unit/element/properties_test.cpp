// Each property reads back its value, and has a setting of its own. The cases come from the class,
// so that a new property is tested without a line here.

#include <string>
#include <vector>

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "element/gstv4l2cppsrc.h"

namespace {

/// A Value owns a GValue of a property's type.
class Value {
public:
  explicit Value(GParamSpec* spec) { g_value_init(&value_, spec->value_type); }

  Value(const Value& other) {
    g_value_init(&value_, G_VALUE_TYPE(&other.value_));
    g_value_copy(&other.value_, &value_);
  }

  Value& operator=(const Value&) = delete;

  ~Value() { g_value_unset(&value_); }

  GValue* get() { return &value_; }

private:
  GValue value_ = G_VALUE_INIT;
};

template <class Set, class Item>
Value made(GParamSpec* spec, Set set, Item item) {
  Value value{spec};
  set(value.get(), item);
  return value;
}

/// The element alone, in state NULL.
class Properties : public testing::Test {
protected:
  Properties() {
    guint count{};
    GParamSpec** const specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element_), &count);
    for (guint i = 0; i < count; ++i)
      if (specs[i]->owner_type == GST_TYPE_V4L2_CPP_SRC) specs_.push_back(specs[i]);
    g_free(specs);
  }

  ~Properties() override { gst_object_unref(element_); }

  /// Compares as the property's type does. Strings are compared by their characters, and structures
  /// by their fields.
  bool reads(GParamSpec* spec, const GValue* wanted) {
    Value is{spec};
    g_object_get_property(element_, spec->name, is.get());
    if (spec->value_type == GST_TYPE_STRUCTURE) {
      const auto* const have = gst_value_get_structure(is.get());
      const auto* const want = gst_value_get_structure(wanted);
      if (have == nullptr || want == nullptr) return have == want;
      return gst_structure_is_equal(have, want) != FALSE;
    }
    return g_param_values_cmp(spec, is.get(), wanted) == 0;
  }

  bool reads_default(GParamSpec* spec) { return reads(spec, g_param_spec_get_default_value(spec)); }

  void set(GParamSpec* spec, const GValue* value) {
    g_object_set_property(element_, spec->name, value);
  }

  static bool writable(GParamSpec* spec) { return (spec->flags & G_PARAM_WRITABLE) != 0; }

  GObject* element_{G_OBJECT(gst_object_ref_sink(g_object_new(GST_TYPE_V4L2_CPP_SRC, nullptr)))};
  std::vector<GParamSpec*> specs_;
};

/// Returns values of a property. They have both ends of its range, every choice and the default.
std::vector<Value> values_of(GParamSpec* spec) {
  std::vector<Value> values;
  if (G_IS_PARAM_SPEC_STRING(spec)) {
    values.push_back(made(spec, g_value_set_string, "/dev/v4l/by-id/a camera"));
  } else if (G_IS_PARAM_SPEC_BOOLEAN(spec)) {
    for (const bool item : {false, true})
      values.push_back(made(spec, g_value_set_boolean, item));
  } else if (spec->value_type == GST_TYPE_STRUCTURE) {
    auto* const structure =
        gst_structure_from_string("c,sharpness=5,auto_exposure=manual", nullptr);
    values.push_back(made(spec, g_value_set_boxed, structure));
    gst_structure_free(structure);
  } else if (G_IS_PARAM_SPEC_INT(spec)) {
    const auto* const range = G_PARAM_SPEC_INT(spec);
    for (const gint item : {range->minimum, range->minimum + 1, range->maximum})
      values.push_back(made(spec, g_value_set_int, item));
  } else if (G_IS_PARAM_SPEC_UINT(spec)) {
    const auto* const range = G_PARAM_SPEC_UINT(spec);
    for (const guint item : {range->minimum, range->minimum + 1, range->maximum})
      values.push_back(made(spec, g_value_set_uint, item));
  } else if (G_IS_PARAM_SPEC_UINT64(spec)) {
    const auto* const range = G_PARAM_SPEC_UINT64(spec);
    for (const guint64 item : {range->minimum, guint64{5 * GST_SECOND}, range->maximum})
      values.push_back(made(spec, g_value_set_uint64, item));
  } else if (G_IS_PARAM_SPEC_ENUM(spec)) {
    const auto* const choices = G_PARAM_SPEC_ENUM(spec)->enum_class;
    for (guint i = 0; i < choices->n_values; ++i)
      values.push_back(made(spec, g_value_set_enum, choices->values[i].value));
  }
  return values;
}

TEST_F(Properties, CanAllBeRead) {
  ASSERT_FALSE(specs_.empty());
  for (auto* const spec : specs_)
    EXPECT_NE(spec->flags & G_PARAM_READABLE, 0U) << spec->name;
}

TEST_F(Properties, AreTheirDefaultsAtFirst) {
  for (auto* const spec : specs_) {
    if (G_IS_PARAM_SPEC_BOXED(spec) || GST_IS_PARAM_SPEC_ARRAY_LIST(spec)) continue;
    EXPECT_TRUE(reads_default(spec)) << spec->name;
  }
}

TEST_F(Properties, ReadBackWhatTheyWereSetTo) {
  for (auto* const spec : specs_) {
    if (!writable(spec)) continue;
    auto values = values_of(spec);
    EXPECT_FALSE(values.empty()) << spec->name << " is of a type that this test does not know";
    for (auto& value : values) {
      set(spec, value.get());
      EXPECT_TRUE(reads(spec, value.get())) << spec->name;
    }
    set(spec, g_param_spec_get_default_value(spec));
    EXPECT_TRUE(reads_default(spec)) << spec->name;
  }
}

TEST_F(Properties, ChangeNoOther) {
  for (auto* const spec : specs_) {
    if (!writable(spec)) continue;
    bool changed{};
    for (auto& value : values_of(spec)) {
      set(spec, value.get());
      changed = changed || !reads_default(spec);
      for (auto* const other : specs_) {
        if (other == spec || !writable(other)) continue;
        EXPECT_TRUE(reads_default(other)) << spec->name << " changed " << other->name;
      }
    }
    EXPECT_TRUE(changed) << spec->name << " was never set to another value than its default";
    set(spec, g_param_spec_get_default_value(spec));
  }
}

TEST_F(Properties, NotifyOnceWhenSet) {
  for (auto* const spec : specs_) {
    if (!writable(spec)) continue;
    int notified{};
    const auto handler = g_signal_connect(
        element_, (std::string{"notify::"} + spec->name).c_str(),
        G_CALLBACK(+[](GObject*, GParamSpec*, gpointer count) { ++*static_cast<int*>(count); }),
        &notified);
    set(spec, g_param_spec_get_default_value(spec));
    EXPECT_EQ(notified, 1) << spec->name;
    g_signal_handler_disconnect(element_, handler);
  }
}

/// The kernel waits in milliseconds. A timeout rounded down to 0 would be no timeout.
TEST_F(Properties, RoundTimeoutsUp) {
  for (auto* const spec : specs_) {
    if (!G_IS_PARAM_SPEC_UINT64(spec)) continue;
    set(spec, made(spec, g_value_set_uint64, guint64{1}).get());
    EXPECT_TRUE(reads(spec, made(spec, g_value_set_uint64, guint64{GST_MSECOND}).get()))
        << spec->name;
  }
}

/// The plugin's documentation lacks the values of other enums.
TEST_F(Properties, HaveEnumsThatThePluginDocuments) {
  for (auto* const spec : specs_) {
    GstPluginAPIFlags flags{};
    if (!G_IS_PARAM_SPEC_ENUM(spec) && !G_IS_PARAM_SPEC_FLAGS(spec)) continue;
    if (spec->value_type == GST_TYPE_VIDEO_ORIENTATION_METHOD) continue;  // GStreamer's own
    EXPECT_TRUE(gst_type_is_plugin_api(spec->value_type, &flags)) << spec->name;
  }
}

/// gst-inspect-1.0 shows the values of an enum, and of no other type.
TEST_F(Properties, HaveAnExampleInTheirBlurbs) {
  for (auto* const spec : specs_) {
    if (!writable(spec) || G_IS_PARAM_SPEC_ENUM(spec) || G_IS_PARAM_SPEC_BOOLEAN(spec)) continue;
    const std::string blurb = g_param_spec_get_blurb(spec);
    EXPECT_NE(blurb.find("such as"), std::string::npos) << spec->name << ": " << blurb;
  }
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(nullptr, nullptr);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
