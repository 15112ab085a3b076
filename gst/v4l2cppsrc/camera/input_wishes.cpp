#include "camera/input_wishes.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "camera/camera.h"
#include "common/log.h"
#include "common/settings.h"
#include "kernel/node.h"
#include "messages/failures.h"
#include "messages/input_failures.h"
#include "messages/messages.h"
#include "settings/audio_inputs.h"
#include "settings/edid.h"
#include "settings/standards.h"
#include "settings/timings.h"
#include "settings/tuner.h"

namespace v4l2gst {
namespace {

/// Reads the EDID of a name or a file. A Report's text says why there is none.
std::expected<v4l2::Edid, std::string> edid_of(const std::string& text) {
  if (auto known = v4l2::default_edid(text)) return *std::move(known);
  // To open a FIFO could wait for ever.
  if (std::error_code error;
      std::filesystem::exists(text, error) && !std::filesystem::is_regular_file(text, error))
    return std::unexpected{std::string{"is no file"}};
  std::ifstream file{text, std::ios::binary};
  if (!file) return std::unexpected{std::string{"can't be read: "} + std::strerror(errno)};
  // The largest EDID in hexadecimal text with some room for comments.
  constexpr std::size_t longest = std::size_t{1} << 18U;
  std::string content(longest, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  auto edid = v4l2::parse_edid(content);
  if (!edid) return std::unexpected{std::string{"is no EDID, neither as bytes nor in hexadecimal"}};
  return *std::move(edid);
}

template <class Named>
std::vector<std::string> names_of(const std::vector<Named>& all) {
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const auto& one : all)
    names.push_back(one.name);
  return names;
}

/// Applies wishes to one camera, and drops itself afterwards. The camera and the messages are
/// borrowed.
class Applier {
public:
  Applier(Camera& camera, InputWishes&& wishes, Messages& messages)
      : camera_{camera},
        wishes_{std::move(wishes)},
        before_{std::exchange(camera.input_wishes, wishes_)},
        messages_{messages} {}

  Outcome<> apply() {
    if (wishes_ == before_) return {};
    using Part = v4l2::Result<> (Applier::*)();
    for (const Part part : {&Applier::input, &Applier::standard, &Applier::edid, &Applier::timings,
                            &Applier::audio, &Applier::frequency})
      if (const auto done = (this->*part)(); !done && done.error().gone())
        return std::unexpected{failed(camera_.path(), done.error(), "to set its input")};
    return {};
  }

private:
  /// Returns true if a wish is to be applied. All others belong to the input.
  template <class Value>
  [[nodiscard]] bool due(Value InputWishes::*wish) const {
    return wishes_.*wish != Value{} && (moved_ || wishes_.*wish != before_.*wish);
  }

  [[nodiscard]] const v4l2::Node& node() const { return camera_.node(); }

  [[nodiscard]] std::string at_input() const {
    return camera_.input ? "The input " + v4l2gst::quoted(camera_.input->name) + " of the device"
                         : std::string{"The device"};
  }

  void refuse(const char* property, const std::string& wanted, std::string_view why,
              std::vector<std::string> possible) {
    messages_.warn(refused_input(camera_.path(), {.property = property,
                                                  .wanted = wanted,
                                                  .subject = at_input(),
                                                  .why = std::string{why},
                                                  .possible = std::move(possible)}));
  }

  /// Tells a refusal, unless the wish was met. Returns the error if the device is gone.
  v4l2::Result<> settle(const v4l2::Result<bool>& done, const char* property,
                        const std::string& wanted, std::vector<std::string> possible) {
    if (!done && done.error().gone()) return std::unexpected{done.error()};
    if (done && *done) return {};
    refuse(property, wanted,
           done ? "is refused by the driver"
                : std::string{"can't be set: "} + std::strerror(done.error().code),
           std::move(possible));
    return {};
  }

  v4l2::Result<> input() {
    if (!due(&InputWishes::input)) return {};
    const auto all = v4l2::list_inputs(node());
    if (!all) return std::unexpected{all.error()};
    const auto names = names_of(*all);
    const auto found = v4l2::find_by_name(names, wishes_.input);
    if (!found) {
      refuse("input", wishes_.input, "is not one of its inputs", names);
      return {};
    }
    const auto index = (*all)[*found].index;
    const auto done = v4l2::select_input(node(), index);
    if (auto told = settle(done, "input", wishes_.input, names); !told || !done || !*done)
      return told;
    if (!camera_.input || camera_.input->index != index) {
      moved_ = true;
      camera_.subscribed = false;
      camera_.signal.reset();
      camera_.device.renew_modes();
    }
    camera_.input = (*all)[*found];
    GST_INFO_OBJECT(messages_.element(), "input %u (%s) is selected", index, names[*found].c_str());
    return {};
  }

  v4l2::Result<> standard() {
    if (wishes_.standard == 0) camera_.fixed_standard = false;
    if (!due(&InputWishes::standard)) return {};
    camera_.fixed_standard = false;
    const auto possible = camera_.input ? camera_.input->standards : 0;
    const auto name = v4l2::name_of_standard(wishes_.standard);
    if ((possible & wishes_.standard) == 0) {
      refuse("norm", name,
             possible != 0 ? "is none of its TV standards" : "can't be set: it has no TV standards",
             v4l2::standards_within(possible));
      return {};
    }
    const auto done = v4l2::set_standard(node(), wishes_.standard);
    camera_.fixed_standard = done && *done;
    if (camera_.fixed_standard) camera_.device.renew_modes();
    return settle(done, "norm", name, v4l2::standards_within(possible));
  }

  v4l2::Result<> edid() {
    if (!due(&InputWishes::edid)) return {};
    const auto wanted = edid_of(wishes_.edid);
    if (!wanted) {
      refuse("edid", wishes_.edid, wanted.error(), v4l2::default_edids());
      return {};
    }
    const auto index = camera_.input ? camera_.input->index : 0;
    return settle(v4l2::set_edid(node(), index, *wanted), "edid", wishes_.edid, {});
  }

  v4l2::Result<> timings() {
    const bool automatic = wishes_.timings.empty() || wishes_.timings == "auto";
    if (automatic) camera_.fixed_timings = false;
    if (automatic || !due(&InputWishes::timings)) return {};
    camera_.fixed_timings = false;
    const auto listed = v4l2::list_timings(node());
    if (!listed) return std::unexpected{listed.error()};
    std::vector<std::string> names;
    names.reserve(listed->size());
    for (const auto& one : *listed)
      names.push_back(v4l2::name_of_timings(one));
    const auto found = v4l2::find_timings(*listed, wishes_.timings);
    if (!found) {
      refuse("dv-timings", wishes_.timings,
             names.empty() ? "can't be set: it has no timings" : "is none of its timings", names);
      return {};
    }
    const auto done = v4l2::set_timings(node(), *found);
    camera_.fixed_timings = done && *done;
    if (camera_.fixed_timings) camera_.device.renew_modes();
    return settle(done, "dv-timings", wishes_.timings, std::move(names));
  }

  v4l2::Result<> audio() {
    if (!due(&InputWishes::audio_input)) return {};
    const auto all = v4l2::list_audio_inputs(node(), camera_.input ? camera_.input->audio : 0);
    if (!all) return std::unexpected{all.error()};
    const auto names = names_of(*all);
    const auto found = v4l2::find_by_name(names, wishes_.audio_input);
    if (!found) {
      refuse("audio-input", wishes_.audio_input,
             names.empty() ? "can't be set: it has no audio inputs" : "is none of its audio inputs",
             names);
      return {};
    }
    return settle(v4l2::select_audio_input(node(), (*all)[*found].index), "audio-input",
                  wishes_.audio_input, names);
  }

  v4l2::Result<> frequency() {
    if (!due(&InputWishes::frequency)) return {};
    const auto wanted = std::to_string(wishes_.frequency) + " Hz";
    const auto index = camera_.input ? camera_.input->tuner : std::nullopt;
    const auto tuner = index ? v4l2::Tuner::read(node(), *index) : std::optional<v4l2::Tuner>{};
    if (!tuner) return std::unexpected{tuner.error()};
    const auto& known = *tuner;
    if (!known) {
      refuse("frequency", wanted, "can't be set: it has no tuner", {});
      return {};
    }
    return settle(known->tune(node(), wishes_.frequency), "frequency", wanted,
                  {std::to_string(known->least) + " Hz to " + std::to_string(known->most) + " Hz"});
  }

  Camera& camera_;
  InputWishes wishes_;
  InputWishes before_;
  Messages& messages_;
  bool moved_{};  // another input is selected
};

}  // namespace

InputWishes InputWishes::of(const Settings& settings) {
  return {.input = settings.input,
          .standard = static_cast<std::uint64_t>(settings.norm),
          .timings = settings.dv_timings,
          .edid = settings.edid,
          .audio_input = settings.audio_input,
          .frequency = settings.frequency};
}

bool InputWishes::same_picture(const InputWishes& other) const {
  return input == other.input && standard == other.standard && timings == other.timings &&
         edid == other.edid;
}

Outcome<> apply_input_wishes(Camera& camera, const Settings& settings, Messages& messages) {
  return Applier{camera, InputWishes::of(settings), messages}.apply();
}

Outcome<InputChange> change_input(Camera& camera, const Settings& settings, bool negotiated,
                                  Messages& messages) {
  const auto wishes = InputWishes::of(settings);
  if (wishes == camera.input_wishes) return InputChange::none;
  if (negotiated && !wishes.same_picture(camera.input_wishes)) return InputChange::outdated;
  if (auto applied = apply_input_wishes(camera, settings, messages); !applied)
    return std::unexpected{std::move(applied.error())};
  camera.lacks_picture = false;  // of another input; the next negotiation looks
  return InputChange::applied;
}

}  // namespace v4l2gst
