#include "rigs/controls.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>

namespace real {
namespace {

template <class Field>
std::string as_text(const Field& field) {
  return reinterpret_cast<const char*>(&field[0]);
}

[[noreturn]] void die(const std::string& why) {
  std::printf("Bail out! %s\n", why.c_str());
  std::exit(1);
}

}  // namespace

Controls::Controls(const std::string& path) : descriptor_{open(path.c_str(), O_RDWR | O_CLOEXEC)} {
  if (descriptor_.get() < 0) die(path + " can't be opened");
}

std::uint32_t Controls::id_of(const std::string& name) const {
  v4l2_queryctrl control{};
  do {
    control.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
    if (ioctl(descriptor_.get(), VIDIOC_QUERYCTRL, &control) != 0)
      die("there is no control '" + name + "'");
  } while (as_text(control.name) != name);
  return control.id;
}

Menu Controls::menu(const std::string& name) const {
  v4l2_queryctrl control{};
  control.id = id_of(name);
  if (ioctl(descriptor_.get(), VIDIOC_QUERYCTRL, &control) != 0) die(name + " can't be asked for");
  Menu menu{.id = control.id, .entries = {}};
  for (auto index = control.minimum; index <= control.maximum; ++index) {
    v4l2_querymenu entry{};
    entry.id = control.id;
    entry.index = static_cast<std::uint32_t>(index);
    if (ioctl(descriptor_.get(), VIDIOC_QUERYMENU, &entry) == 0)
      menu.entries.emplace_back(index, as_text(entry.name));
  }
  return menu;
}

bool Controls::set(const Menu& menu, std::int32_t value) const {
  v4l2_control control{.id = menu.id, .value = value};
  return ioctl(descriptor_.get(), VIDIOC_S_CTRL, &control) == 0;
}

void Controls::set(const std::string& name, std::int32_t value) const {
  if (!set(Menu{.id = id_of(name), .entries = {}}, value)) die("'" + name + "' can't be set");
}

void Controls::choose(const std::string& name, const std::string& entry) const {
  const auto all = menu(name);
  const auto found =
      std::ranges::find(all.entries, entry, [](const auto& each) { return each.second; });
  if (found == all.entries.end()) die("the control '" + name + "' has no '" + entry + "'");
  if (!set(all, found->first)) die(name + " can't be set to " + entry);
}

bool Controls::select_input(const std::string& kind) const {
  v4l2_input input{};
  for (; ioctl(descriptor_.get(), VIDIOC_ENUMINPUT, &input) == 0; ++input.index) {
    if (!as_text(input.name).starts_with(kind)) continue;
    auto index = static_cast<int>(input.index);
    return ioctl(descriptor_.get(), VIDIOC_S_INPUT, &index) == 0;
  }
  return false;
}

}  // namespace real
