#include "rigs/random_caps.h"

#include <algorithm>
#include <array>
#include <string>

#include <gst/video/video.h>

#include "formats/caps.h"
#include "formats/format_table.h"

namespace fuzz {
namespace {

/// A Value owns one GValue.
class Value {
public:
  Value() = default;
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;

  Value(Value&& other) noexcept : value_{other.value_} { other.value_ = G_VALUE_INIT; }

  Value& operator=(Value&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }

  ~Value() {
    if (G_IS_VALUE(&value_)) g_value_unset(&value_);
  }

  explicit Value(GType type) { g_value_init(&value_, type); }

  [[nodiscard]] GValue* get() { return &value_; }

private:
  GValue value_ = G_VALUE_INIT;
};

gint whole(Random& random) {
  static constexpr std::array<gint, 22> usual{
      0,   1,   2,   15,   16,   30,   120,  239,  240,   320,      480,
      640, 641, 720, 1280, 1920, 1080, 4096, 8192, 32768, G_MAXINT, G_MININT};
  return once_in(random, 12) ? static_cast<gint>(random()) : pick<gint>(random, usual);
}

Value integer(Random& random) {
  Value value{G_TYPE_INT};
  g_value_set_int(value.get(), whole(random));
  return value;
}

Value integer_range(Random& random) {
  auto least = whole(random);
  auto most = whole(random);
  if (least > most) std::swap(least, most);
  if (least == most) return integer(random);
  Value value{GST_TYPE_INT_RANGE};
  const gint step = 1 << below(random, 5);
  if (once_in(random, 3) && least >= 0 && least % step == 0 && most % step == 0)
    gst_value_set_int_range_step(value.get(), least, most, step);
  else
    gst_value_set_int_range(value.get(), least, most);
  return value;
}

gint part(Random& random, gint least) {
  static constexpr std::array<gint, 14> usual{0,  1,  2,  5,    10,    15,     24,
                                              30, 59, 60, 1001, 30000, 100000, G_MAXINT};
  return std::max(pick<gint>(random, usual), least);
}

Value fraction(Random& random) {
  Value value{GST_TYPE_FRACTION};
  const gint sign = once_in(random, 15) ? -1 : 1;
  gst_value_set_fraction(value.get(), sign * part(random, 0), part(random, 1));
  return value;
}

Value fraction_range(Random& random) {
  auto least = fraction(random);
  auto most = fraction(random);
  if (once_in(random, 3)) gst_value_set_fraction(least.get(), 0, 1);
  if (once_in(random, 3)) gst_value_set_fraction(most.get(), G_MAXINT, 1);
  const auto order = gst_value_compare(least.get(), most.get());
  if (order == GST_VALUE_EQUAL) return least;
  if (order == GST_VALUE_GREATER_THAN) std::swap(least, most);
  Value value{GST_TYPE_FRACTION_RANGE};
  gst_value_set_fraction_range(value.get(), least.get(), most.get());
  return value;
}

Value text(std::string_view content) {
  Value value{G_TYPE_STRING};
  g_value_set_string(value.get(), std::string{content}.c_str());
  return value;
}

template <class Make>
Value list_of(Random& random, Make make) {
  Value list{GST_TYPE_LIST};
  for (auto count = below(random, 5); count > 0; --count) {
    auto entry = make();
    gst_value_list_append_value(list.get(), entry.get());
  }
  return list;
}

bool is_range(const GValue* value) {
  return GST_VALUE_HOLDS_INT_RANGE(value) || GST_VALUE_HOLDS_FRACTION_RANGE(value);
}

/// Returns one value, a list, or a list of lists. `make` may return a range.
template <class Make>
Value some(Random& random, Make make) {
  if (!once_in(random, 3)) return make();
  auto list = list_of(random, make);
  if (!once_in(random, 10)) return list;
  // GStreamer itself fails on lists of lists of ranges (gst_caps_can_intersect()).
  for (guint i = 0; i < gst_value_list_get_size(list.get()); ++i)
    if (is_range(gst_value_list_get_value(list.get(), i))) return list;
  Value lists{GST_TYPE_LIST};
  gst_value_list_append_value(lists.get(), list.get());
  return lists;
}

/// Returns a value of a type that no such field has.
Value wrong(Random& random) {
  switch (below(random, 9)) {
    case 0:
      return text("640");
    case 1: {
      Value value{G_TYPE_DOUBLE};
      g_value_set_double(value.get(), 29.97);
      return value;
    }
    case 2: {
      Value value{G_TYPE_BOOLEAN};
      g_value_set_boolean(value.get(), TRUE);
      return value;
    }
    case 3: {
      Value value{G_TYPE_UINT};
      g_value_set_uint(value.get(), odd_number(random));
      return value;
    }
    case 4: {
      Value value{GST_TYPE_INT64_RANGE};
      gst_value_set_int64_range(value.get(), 0, G_MAXINT64);
      return value;
    }
    case 5: {
      Value value{GST_TYPE_ARRAY};
      auto entry = integer(random);
      gst_value_array_append_value(value.get(), entry.get());
      return value;
    }
    case 6:
      return Value{G_TYPE_STRING};  // no string in it
    case 7:
      return fraction(random);
    default:
      return integer(random);
  }
}

template <class Make>
void set(Random& random, GstStructure* structure, const char* field, std::uint32_t once_of,
         Make make) {
  if (!once_in(random, once_of)) return;
  auto value = once_in(random, 20) ? wrong(random) : some(random, make);
  gst_structure_set_value(structure, field, value.get());
}

Value format(Random& random) {
  static constexpr std::array<const char*, 8> odd{"",     "rggb",  "DMA_DRM", "NV12_Q08C",
                                                  "yuy2", "I420 ", "encoded", "bggr10le"};
  if (once_in(random, 4)) return text(pick<const char*>(random, odd));
  const auto& row = pick<v4l2gst::FormatRow>(random, v4l2gst::format_table);
  return text(row.raw() ? gst_video_format_to_string(row.video) : "YUY2");
}

Value of(Random& random, std::span<const char* const> names) {
  return text(pick<const char*>(random, names));
}

Value number(Random& random) {
  return once_in(random, 2) ? integer(random) : integer_range(random);
}

Value rate(Random& random) {
  return once_in(random, 2) ? fraction(random) : fraction_range(random);
}

GstStructure* random_structure(Random& random) {
  static constexpr std::array<const char*, 12> media{
      "video/x-raw",   "video/x-raw", "video/x-raw",  "video/x-raw", "image/jpeg", "video/x-h264",
      "video/x-bayer", "video/mpeg",  "video/mpegts", "audio/x-raw", "x/y",        "video/x-dv"};
  static constexpr std::array<const char*, 6> modes{"progressive", "interleaved", "alternate",
                                                    "mixed",       "fields",      "none"};
  static constexpr std::array<const char*, 4> orders{"top-field-first", "bottom-field-first",
                                                     "unknown", ""};
  static constexpr std::array<const char*, 12> colours{
      "bt601",   "bt709",   "sRGB",        "1:1:7:1",    "2:4:16:3", "bt2100-pq",
      "0:0:0:0", "9:9:9:9", "-1:-1:-1:-1", "1:2:3:4:5:", "colour",   ""};
  static constexpr std::array<const char*, 4> streams{"byte-stream", "avc", "au", ""};
  static constexpr std::array<const char*, 4> drm{"NV12", "YUYV:0x0", "XR24:0xffffffffffffffff",
                                                  "?"};
  auto* const structure = gst_structure_new_empty(pick<const char*>(random, media));
  const auto set_text = [&](const char* field, std::uint32_t once_of,
                            std::span<const char* const> names) {
    set(random, structure, field, once_of, [&] { return of(random, names); });
  };
  set(random, structure, "format", 2, [&] { return format(random); });
  set(random, structure, "width", 2, [&] { return number(random); });
  set(random, structure, "height", 2, [&] { return number(random); });
  set(random, structure, "framerate", 2, [&] { return rate(random); });
  // GStreamer itself fails on two lists of ranges in a field. The element handles its own fields
  // only.
  if (once_in(random, 2))
    set(random, structure, "pixel-aspect-ratio", 4, [&] { return fraction(random); });
  else if (auto ratio = fraction_range(random); once_in(random, 4))
    gst_structure_set_value(structure, "pixel-aspect-ratio", ratio.get());
  set_text("interlace-mode", 5, modes);
  set_text("field-order", 10, orders);
  set_text("colorimetry", 7, colours);
  set_text("stream-format", 12, streams);
  set_text("alignment", 12, streams);
  set_text("drm-format", 12, drm);
  set(random, structure, v4l2gst::significant_bits_field, 15, [&] { return integer(random); });
  set(random, structure, "max-framerate", 15, [&] { return fraction(random); });
  if (once_in(random, 12)) gst_structure_set(structure, "parsed", G_TYPE_BOOLEAN, TRUE, nullptr);
  return structure;
}

GstCapsFeatures* random_features(Random& random) {
  static constexpr std::array<const char*, 7> names{
      "memory:DMABuf",     "memory:SystemMemory",
      "format:Interlaced", "memory:DMABuf, format:Interlaced",
      "memory:GLMemory",   "memory:DMABuf, x:Whatever",
      "meta:GstVideoMeta"};
  if (!once_in(random, 4)) return nullptr;
  if (once_in(random, 4)) return gst_caps_features_new_any();
  return gst_caps_features_from_string(pick<const char*>(random, names));
}

}  // namespace

v4l2gst::CapsPtr random_caps(Random& random) {
  if (once_in(random, 60)) return v4l2gst::CapsPtr{gst_caps_new_any()};
  v4l2gst::CapsPtr caps{gst_caps_new_empty()};
  if (once_in(random, 60)) return caps;
  for (auto count = 1 + below(random, 4); count > 0; --count)
    gst_caps_append_structure_full(caps.get(), random_structure(random), random_features(random));
  return caps;
}

}  // namespace fuzz
