// How a Source sets a device that comes back up as it was.

#include <algorithm>
#include <utility>

#include "session/source.h"

namespace v4l2gst {
namespace {

void add_new(std::vector<std::string>& names, std::vector<std::string>&& more) {
  for (auto& name : more)
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
}

}  // namespace

/// Whether it may ever have to be restored. It takes calls at the start, so not for nothing.
bool Source::keeps_setup() const {
  const auto wishes = settings();
  return wishes.on_disconnect == OnDisconnect::wait || wishes.on_stall == OnStall::reopen;
}

/// What the device is set to is known from before; of the last changes it can tell only if it is
/// still there.
void Source::put_setup_by() {
  // If it goes away again before it is as it was, then what it was before holds.
  auto setup = std::exchange(setup_, std::nullopt);
  if (!setup) return;
  const auto& node = *device().node();
  constexpr int most_events = 1024;  // of a driver that never runs out of them
  for (int i = 0; i < most_events; ++i) {
    const auto fetched = v4l2::next_event(node);
    if (!fetched) break;
    const auto& event = *fetched;
    if (!event) break;
    if (const auto* const change = std::get_if<v4l2::ControlChanged>(&*event))
      setup->controls.note(node, *change);
  }
  setup->look_again(node);
  former_setup_ = std::move(setup);
}

/// The device that was away.
Source::Outcome<> Source::take_back(v4l2::Device&& device) {
  if (auto taken = adopt(std::move(device)); !taken) return taken;
  not_restored_.clear();
  return prepare_setup();
}

/// All that its modes may depend on.
Source::Outcome<> Source::prepare_setup() {
  if (!former_setup_) return {};
  const auto& node = *device().node();
  const auto stopped = [this](const v4l2::Error& error) {
    return std::unexpected{failed(path(), error, "to restore its settings")};
  };
  auto refused = former_setup_->restore_feed(node);
  if (!refused) return stopped(refused.error());
  add_new(not_restored_, std::move(*refused));
  auto input = v4l2::current_input(node);
  if (!input) return stopped(input.error());
  input_ = std::move(*input);
  update_facts();
  // What is refused now may be taken once the mode is set, when it counts.
  if (const auto set = former_setup_->controls.restore(node); !set) return stopped(set.error());
  if (const auto cropped = former_setup_->prepare_crop(node); !cropped)
    return stopped(cropped.error());
  return {};
}

/// Returns what the format is then, which is what it was: the mode comes first.
Source::Outcome<v4l2::Format> Source::restore_picture(const v4l2::Format& format) {
  if (!former_setup_) return format;
  const v4l2::Size frame{.width = format.size.width, .height = format.size.height};
  auto refused = former_setup_->restore_picture(*device().node(), frame);
  if (!refused) return std::unexpected{failed(path(), refused.error(), "to restore its settings")};
  // What was refused with another mode counts no longer.
  std::erase_if(not_restored_,
                [](const std::string& name) { return name == "crop" || name == "compose"; });
  add_new(not_restored_, std::move(*refused));
  const auto now = device().format();
  if (!now) return std::unexpected{failed(path(), now.error(), "to ask for its format")};
  if (now->fourcc == format.fourcc && now->size == format.size) return format;
  add_new(not_restored_, {"crop"});
  auto former = device().set_format(format);
  if (!former) return std::unexpected{failed(path(), former.error(), "to set the format again")};
  former->convert = format.convert;
  former->from_pad = format.from_pad;
  return *former;
}

/// Once the mode is set: what it may have changed is restored, and then known.
Source::Outcome<> Source::complete_setup() {
  if (!keeps_setup()) {
    former_setup_.reset();
    return {};
  }
  const auto& node = *device().node();
  const auto stopped = [this](const v4l2::Error& error) {
    return std::unexpected{failed(path(), error, "to ask for its settings")};
  };
  if (former_setup_) {
    auto refused = former_setup_->controls.restore(node);
    if (!refused) return stopped(refused.error());
    add_new(not_restored_, std::move(*refused));
    tell_not_restored();
    former_setup_.reset();
  }
  auto setup = v4l2::Setup::watch(node, input_, agreement().format.size);
  if (!setup) return stopped(setup.error());
  setup_ = std::move(*setup);
  return {};
}

void Source::tell_not_restored() {
  auto names = std::exchange(not_restored_, {});
  if (names.empty()) return;
  notices_.push_back(not_restored(path(), std::move(names)));
}

}  // namespace v4l2gst
