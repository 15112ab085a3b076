#include "camera/geometry.h"

#include <utility>

#include "camera/camera.h"
#include "common/settings.h"
#include "device/format.h"
#include "messages/failures.h"
#include "messages/geometry_failures.h"
#include "messages/messages.h"
#include "settings/rectangle.h"
#include "settings/selection.h"

namespace v4l2gst {
namespace {

/// A rectangle that the device has, or not.
using Known = std::optional<v4l2_rect>;

Outcome<Known> rectangle_of(const Camera& camera, std::uint32_t target) {
  auto known = v4l2::selected(camera.node(), target);
  if (!known) return std::unexpected{failed(camera.path(), known.error(), "to ask for rectangles")};
  return *known;
}

/// Returns "crop-left=320 crop-top=16"; empty if the user set no margin.
std::string words_of_margins(const Settings& settings) {
  std::string words;
  const auto add = [&](const char* name, const std::optional<std::uint32_t>& margin) {
    if (!margin) return;
    words.append(words.empty() ? "" : " ").append(name).append("=");
    words += std::to_string(*margin);
  };
  add("crop-left", settings.crop_left);
  add("crop-top", settings.crop_top);
  add("crop-right", settings.crop_right);
  add("crop-bottom", settings.crop_bottom);
  return words;
}

}  // namespace

/// One rectangle: the wish for it, and what became of the wish.
struct Geometry::Part {
  const char* name;
  std::uint32_t target;
  std::uint32_t bounds;                  ///< V4L2_SEL_TGT_* in which it has to lie
  std::string asked{};                   ///< the user's words; empty without a wish
  std::optional<v4l2_rect> rectangle{};  ///< nullopt if `asked` is no rectangle of the device
  GeometryTrouble trouble{};             ///< why `rectangle` is nullopt
  v4l2::Error error{};                   ///< of VIDIOC_S_SELECTION
  std::optional<v4l2::Size> frames{};    ///< that the rectangle would lead to
  bool other_shape{};                    ///< downstream did not take the shape of its pixels
  std::string told{};                    ///< the text of the latest WARNING

  [[nodiscard]] bool named() const { return !asked.empty(); }

  void ask(std::string words, std::optional<v4l2_rect> wanted, GeometryTrouble if_none);
  [[nodiscard]] GeometryTrouble trouble_with(const std::optional<v4l2_rect>& actual) const;
};

// The bounds of a compose rectangle may exceed the frame, which has no room for more.
Geometry::Geometry()
    : crop_{new Part{
          .name = "crop", .target = V4L2_SEL_TGT_CROP, .bounds = V4L2_SEL_TGT_CROP_BOUNDS}},
      compose_{new Part{.name = "compose",
                        .target = V4L2_SEL_TGT_COMPOSE,
                        .bounds = V4L2_SEL_TGT_COMPOSE_DEFAULT}} {}

Geometry::Geometry(Geometry&& other) noexcept = default;
Geometry& Geometry::operator=(Geometry&& other) noexcept = default;
Geometry::~Geometry() = default;

bool Geometry::names_crop() const {
  return crop_->named();
}

bool Geometry::names_compose() const {
  return compose_->named();
}

// ---- the wishes ---------------------------------------------------------------------------------

void Geometry::Part::ask(std::string words, std::optional<v4l2_rect> wanted,
                         GeometryTrouble if_none) {
  if (words != asked) told.clear();
  asked = std::move(words);
  rectangle = wanted;
  trouble = if_none;
  error = {};
  frames.reset();
  other_shape = false;
}

Outcome<> Geometry::wish(const Camera& camera, const Settings& settings) {
  const auto words = [](const char* name, const std::string& text) {
    return text.empty() ? text : std::string{name} + "=" + text;
  };
  compose_->ask(words("compose", settings.compose), v4l2::parse_rectangle(settings.compose),
                GeometryTrouble::unreadable);
  auto margins = words_of_margins(settings);
  if (!settings.crop.empty() || margins.empty()) {
    crop_->ask(words("crop", settings.crop), v4l2::parse_rectangle(settings.crop),
               GeometryTrouble::unreadable);
    return {};
  }
  const auto bounds = rectangle_of(camera, V4L2_SEL_TGT_CROP_BOUNDS);
  if (!bounds) return std::unexpected{bounds.error()};
  Known rest;
  if (const auto& whole = *bounds)
    rest = v4l2::without(*whole, {.top = settings.crop_top.value_or(0),
                                  .left = settings.crop_left.value_or(0),
                                  .bottom = settings.crop_bottom.value_or(0),
                                  .right = settings.crop_right.value_or(0)});
  crop_->ask(std::move(margins), rest,
             *bounds ? GeometryTrouble::nothing_left : GeometryTrouble::no_rectangle);
  return {};
}

void Geometry::yield(v4l2::Size frames) {
  for (auto* const part : {crop_.get(), compose_.get()})
    if (part->named()) part->frames = frames;
}

// ---- the device ---------------------------------------------------------------------------------

/// Sets a rectangle unless it is as wanted. Returns the former one if it has changed. A refusal is
/// noted, and is no error.
Outcome<std::optional<Geometry::Former>> Geometry::set_part(const Camera& camera, Part& part) {
  if (!part.rectangle) return std::nullopt;
  const auto known = rectangle_of(camera, part.target);
  if (!known) return std::unexpected{known.error()};
  const auto& former = *known;
  if (!former || v4l2::same(*former, *part.rectangle)) return std::nullopt;
  part.error = {};
  const auto set = v4l2::set_selection(camera.node(), part.target, *part.rectangle);
  if (!set) {
    if (set.error().gone())
      return std::unexpected{failed(camera.path(), set.error(), "to set a rectangle")};
    part.error = set.error();
    return std::nullopt;
  }
  if (v4l2::same(*former, *set)) return std::nullopt;
  return Former{.target = part.target, .rectangle = *former};
}

Outcome<std::optional<v4l2::Size>> Geometry::prepare(const Camera& camera) {
  if (const auto set = set_part(camera, *crop_); !set) return std::unexpected{set.error()};
  // A picture in a part of the frame needs a frame that is large enough.
  if (const auto& place = compose_->rectangle; place && place->left >= 0 && place->top >= 0) {
    const auto composes = rectangle_of(camera, compose_->target);
    if (!composes) return std::unexpected{composes.error()};
    if (*composes)
      return v4l2::Size{static_cast<std::uint32_t>(place->left) + place->width,
                        static_cast<std::uint32_t>(place->top) + place->height};
  }
  if (!crop_->rectangle) return std::nullopt;
  const auto cropped = rectangle_of(camera, crop_->target);
  if (!cropped) return std::unexpected{cropped.error()};
  const auto& actual = *cropped;
  if (!actual || actual->width == 0 || actual->height == 0) return std::nullopt;
  return v4l2::Size{actual->width, actual->height};
}

/// The compose rectangle comes last. A driver that can't scale sets its size when crop is set.
Outcome<> Geometry::set(const Camera& camera) {
  for (auto* const part : {crop_.get(), compose_.get()})
    if (const auto set = set_part(camera, *part); !set) return std::unexpected{set.error()};
  return {};
}

Outcome<std::vector<Geometry::Former>> Geometry::change(const Camera& camera,
                                                        const v4l2::Format& format) {
  std::vector<Former> changed;
  for (auto* const part : {crop_.get(), compose_.get()}) {
    const auto former = set_part(camera, *part);
    if (!former) return std::unexpected{former.error()};
    if (!*former) continue;
    // The driver has to refuse what would change the frames. One that does not is put right.
    const auto now = camera.device.format();
    if (!now) return std::unexpected{failed(camera.path(), now.error(), "to ask for its format")};
    if (same_picture(*now, format)) {
      changed.push_back(**former);
      continue;
    }
    part->frames = now->size;
    if (const auto back = put_back(camera, {**former}); !back) return std::unexpected{back.error()};
  }
  return changed;
}

Outcome<> Geometry::put_back(const Camera& camera, const std::vector<Former>& former) {
  for (const auto& [target, rectangle] : former) {
    const auto set = v4l2::set_selection(camera.node(), target, rectangle);
    if (!set && set.error().gone())
      return std::unexpected{failed(camera.path(), set.error(), "to set a rectangle")};
    auto& part = target == crop_->target ? *crop_ : *compose_;
    part.other_shape = !part.frames;
  }
  return {};
}

// ---- what is told -------------------------------------------------------------------------------

GeometryTrouble Geometry::Part::trouble_with(const std::optional<v4l2_rect>& actual) const {
  if (!rectangle) return trouble;
  if (!actual) return GeometryTrouble::no_rectangle;
  if (error.code != 0) return GeometryTrouble::refused;
  if (frames) return GeometryTrouble::other_frames;
  return other_shape ? GeometryTrouble::other_shape : GeometryTrouble::adjusted;
}

Outcome<> Geometry::report_part(const Camera& camera, Part& part, bool streaming,
                                Messages& messages) {
  if (!part.named()) return {};
  const auto known = rectangle_of(camera, part.target);
  if (!known) return std::unexpected{known.error()};
  const auto& actual = *known;
  if (part.rectangle && actual && v4l2::same(*part.rectangle, *actual)) {
    part.told.clear();
    return {};
  }
  const auto bounds = rectangle_of(camera, part.bounds);
  if (!bounds) return std::unexpected{bounds.error()};
  auto warning = not_as_wished(camera.path(), {.trouble = part.trouble_with(actual),
                                               .name = part.name,
                                               .asked = part.asked,
                                               .actual = actual,
                                               .bounds = *bounds,
                                               .error = part.error,
                                               .frames = part.frames.value_or(v4l2::Size{}),
                                               .streaming = streaming});
  if (warning.text == part.told) return {};
  part.told = warning.text;
  messages.warn(std::move(warning));
  return {};
}

Outcome<> Geometry::report(const Camera& camera, bool streaming, Messages& messages) {
  for (auto* const part : {crop_.get(), compose_.get()})
    if (auto told = report_part(camera, *part, streaming, messages); !told) return told;
  return {};
}

Outcome<bool> look_at_bounds(Camera& camera, Messages& messages) {
  const auto bounds = rectangle_of(camera, V4L2_SEL_TGT_CROP_BOUNDS);
  if (!bounds) return std::unexpected{bounds.error()};
  const auto before = std::exchange(camera.crop_bounds, *bounds);
  const auto& now = camera.crop_bounds;
  if (!now || (before && v4l2::same(*before, *now))) return false;
  messages.notify("crop-bounds");
  return true;
}

}  // namespace v4l2gst
