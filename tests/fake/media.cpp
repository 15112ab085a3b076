// GCC 12 takes std::regex for uninitialized where the sanitizers are on (GCC bug 105562).
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#include "fake/media.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ranges>
#include <regex>
#include <stdexcept>

#include "device/media_names.h"

namespace fake {
namespace {

using v4l2::PadFormat;

constexpr std::array bayer{MEDIA_BUS_FMT_SRGGB8_1X8, MEDIA_BUS_FMT_SBGGR8_1X8,
                           MEDIA_BUS_FMT_SGRBG8_1X8};
constexpr std::array rgb{MEDIA_BUS_FMT_RGB888_1X24, MEDIA_BUS_FMT_BGR888_1X24};

bool among(std::span<const int> codes, std::uint32_t code) {
  return std::ranges::find(codes, static_cast<int>(code)) != codes.end();
}

bool is_debayer(EntityKind kind) {
  return kind == EntityKind::debayer || kind == EntityKind::one_code_debayer;
}

std::vector<int> codes_of(EntityKind kind, std::uint32_t pad) {
  std::vector<int> codes;
  if (kind == EntityKind::sensor || (is_debayer(kind) && pad == 0))
    codes.assign(bayer.begin(), bayer.end());
  if (!is_debayer(kind) || pad == 1) codes.insert(codes.end(), rgb.begin(), rgb.end());
  return codes;
}

PadFormat vga(std::uint32_t code) {
  return {.code = code, .size = {640, 480}, .field = V4L2_FIELD_NONE, .colorimetry = {}};
}

std::vector<PadFormat> defaults_of(EntityKind kind) {
  switch (kind) {
    case EntityKind::sensor:
      return {vga(MEDIA_BUS_FMT_RGB888_1X24)};
    case EntityKind::debayer:
    case EntityKind::one_code_debayer:
      return {vga(MEDIA_BUS_FMT_SRGGB8_1X8), vga(MEDIA_BUS_FMT_RGB888_1X24)};
    case EntityKind::scaler:
      return {vga(MEDIA_BUS_FMT_RGB888_1X24), vga(MEDIA_BUS_FMT_RGB888_1X24)};
    case EntityKind::node:
      break;
  }
  return {vga(0)};
}

/// Sets the nearest format that the pad has. Drivers never refuse VIDIOC_SUBDEV_S_FMT.
void set(EntityKind kind, std::vector<PadFormat>& pads, std::uint32_t pad, PadFormat wanted) {
  wanted.size.width = std::clamp(wanted.size.width, 16U, 4096U);
  wanted.size.height = std::clamp(wanted.size.height, 16U, 2160U);
  if (wanted.field == V4L2_FIELD_ANY) wanted.field = V4L2_FIELD_NONE;
  const auto codes = codes_of(kind, pad);
  if (!among(codes, wanted.code)) wanted.code = static_cast<std::uint32_t>(codes.front());
  if (is_debayer(kind) && pad == 1) {
    const auto code = kind == EntityKind::debayer ? wanted.code : pads[1].code;
    wanted = pads[0];
    wanted.code = code;
  }
  if (kind == EntityKind::scaler && pad == 1) {
    const auto size = wanted.size;
    wanted = pads[0];
    wanted.size = size;
  }
  pads[pad] = wanted;
  if (pads.size() < 2 || pad != 0) return;
  const auto code = is_debayer(kind) ? pads[1].code : wanted.code;
  pads[1] = wanted;
  pads[1].code = code;
}

// Entities and pads share one sequence of ids, as in a kernel.
std::uint32_t entity_id(std::size_t entity) {
  return static_cast<std::uint32_t>(16 * entity + 1);
}

std::uint32_t pad_id(std::size_t entity, std::size_t pad) {
  return static_cast<std::uint32_t>(16 * entity + 2 + pad);
}

std::uint32_t interface_id(std::size_t entity) {
  return static_cast<std::uint32_t>(16 * entity + 8);
}

/// Copies the items to `address`, or returns only their count for a null address. ENOSPC for too
/// little space.
template <class T>
int give(const std::vector<T>& items, std::uint64_t address, std::uint32_t& count) {
  const auto room = count;
  count = static_cast<std::uint32_t>(items.size());
  if (address == 0) return 0;
  if (room < items.size()) return ENOSPC;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): so the kernel's struct has it
  std::memcpy(reinterpret_cast<void*>(static_cast<std::uintptr_t>(address)), items.data(),
              items.size() * sizeof(T));
  return 0;
}

std::uint32_t number_named(std::string_view name, std::uint32_t most,
                           std::string (*name_of)(std::uint32_t)) {
  for (std::uint32_t number = 0; number <= most; ++number)
    if (name_of(number) == name) return number;
  throw std::invalid_argument{std::string{name}};
}

void set_node(Camera& camera, v4l2::Fourcc fourcc, v4l2::Size size) {
  v4l2::Format wanted;
  wanted.fourcc = fourcc;
  wanted.size = size;
  auto wire = to_wire(wanted, v4l2::BufferType::capture);
  const Opener opener;
  if (camera.ioctl(opener, false, VIDIOC_S_FMT, &wire) != 0) throw std::runtime_error{"S_FMT"};
}

}  // namespace

MediaDevice::MediaDevice(std::vector<ModelEntity> entities, std::vector<ModelLink> links)
    : links_{std::move(links)} {
  std::uint32_t subdevice = 128;
  for (auto& entity : entities) {
    auto pads = defaults_of(entity.kind);
    const auto digits = entity.path.find_first_of("0123456789", std::strlen("/dev/v4"));
    const auto minor = entity.kind == EntityKind::node
                           ? static_cast<std::uint32_t>(std::stoul(entity.path.substr(digits)))
                           : subdevice++;
    entities_.push_back({.is = std::move(entity), .pads = std::move(pads), .minor = minor});
  }
}

std::size_t MediaDevice::named(const std::string& name) const {
  const auto found = std::ranges::find(
      entities_, name, [](const Entity& one) -> const auto& { return one.is.name; });
  if (found == entities_.end()) throw std::invalid_argument{name};
  return static_cast<std::size_t>(found - entities_.begin());
}

std::size_t MediaDevice::source_pad(std::size_t entity) const {
  return entities_[entity].pads.size() - 1;
}

void MediaDevice::attach(const std::string& path, const std::shared_ptr<Camera>& camera) {
  {
    const std::lock_guard lock{mutex_};
    cameras_[path] = camera;
  }
  // vimc's capture nodes have this format when the module is loaded.
  set_node(*camera, {V4L2_PIX_FMT_RGB24}, {.width = 640, .height = 480});
  camera->guard_start([this, path](const v4l2::Format& own) { return validate(path, own); });
}

void MediaDevice::set_format(const std::string& entity, std::uint32_t pad,
                             const PadFormat& format) {
  const std::lock_guard lock{mutex_};
  auto& its = entities_[named(entity)];
  set(its.is.kind, its.pads, pad, format);
}

void MediaDevice::set_link(const std::string& source, const std::string& sink, bool enabled) {
  const std::lock_guard lock{mutex_};
  for (auto& link : links_)
    if (link.source == source && link.sink == sink) link.enabled = enabled;
}

PadFormat MediaDevice::format(const std::string& entity, std::uint32_t pad) {
  const std::lock_guard lock{mutex_};
  return entities_[named(entity)].pads[pad];
}

std::string MediaDevice::state() {
  const std::lock_guard lock{mutex_};
  std::string text;
  for (const auto& entity : entities_)
    for (const auto& pad : entity.pads)
      text += entity.is.name + " " + v4l2::media_ctl_format(pad) + "\n";
  for (const auto& link : links_)
    text += link.source + (link.enabled ? " -> " : " .. ") + link.sink + "\n";
  return text;
}

void MediaDevice::run(const std::string& command) {
  static const std::regex link{
      R"re(media-ctl -d \S+ -l '"([^"]+)":\d -> "([^"]+)":0 \[([01])\]')re"};
  static const std::regex pad{
      R"re(media-ctl -d \S+ -V '"([^"]+)":(\d) \[fmt:(\w+)/(\d+)x(\d+)([^\]]*)\]')re"};
  static const std::regex node{
      R"re(v4l2-ctl -d (\S+) --set-fmt-video='width=(\d+),height=(\d+),pixelformat=(....).*)re"};
  std::smatch match;
  const auto number = [&](std::size_t group) {
    return static_cast<std::uint32_t>(std::stoul(match[group]));
  };
  if (std::regex_match(command, match, link)) {
    set_link(match[1], match[2], match[3] == "1");
  } else if (std::regex_match(command, match, pad)) {
    constexpr std::uint32_t most_code = 0x4000;
    const auto name = match[3].str();
    PadFormat wanted{.code = number_named(name, most_code, v4l2::code_name),
                     .size = {number(4), number(5)},
                     .field = V4L2_FIELD_ANY,
                     .colorimetry = {}};
    const auto rest = match[6].str();
    std::smatch field;
    if (std::regex_search(rest, field, std::regex{"field:(\\S+)"}))
      wanted.field = number_named(field[1].str(), V4L2_FIELD_INTERLACED_BT, v4l2::field_name);
    if (rest.find("colorspace:rec709") != std::string::npos)
      wanted.colorimetry.colorspace = V4L2_COLORSPACE_REC709;
    const auto which = number(2);
    const auto entity = match[1].str();
    set_format(entity, which, wanted);
    const auto given = format(entity, which);
    std::vector<std::string> sinks;
    {
      const std::lock_guard lock{mutex_};
      for (const auto& one : links_)
        if (one.enabled && one.source == entity && which == source_pad(named(entity)) &&
            entities_[named(one.sink)].is.kind != EntityKind::node)
          sinks.push_back(one.sink);
    }
    for (const auto& sink : sinks)
      set_format(sink, 0, given);
  } else if (std::regex_match(command, match, node)) {
    const auto name = match[4].str();
    v4l2::Format wanted;
    wanted.fourcc = {v4l2_fourcc(name[0], name[1], name[2], name[3])};
    wanted.size = {number(2), number(3)};
    auto wire = to_wire(wanted, v4l2::BufferType::capture);
    const fake::Opener opener;
    std::shared_ptr<Camera> camera;
    {
      const std::lock_guard lock{mutex_};
      camera = cameras_.at(match[1]);
    }
    if (camera->ioctl(opener, false, VIDIOC_S_FMT, &wire) != 0) throw std::runtime_error{command};
  } else {
    throw std::invalid_argument{command};
  }
}

// ---- calls of the kernel ------------------------------------------------------------------------

std::vector<std::string> MediaDevice::subdevices() const {
  std::vector<std::string> paths;
  for (const auto& entity : entities_)
    if (entity.is.kind != EntityKind::node && !entity.is.path.empty())
      paths.push_back(entity.is.path);
  return paths;
}

int MediaDevice::ioctl(Opener& opener, unsigned long request, void* argument) {
  const std::lock_guard lock{mutex_};
  if (const auto error = faults_.failure(request)) return *error;
  const int error = request == MEDIA_IOC_G_TOPOLOGY
                        ? topology(*static_cast<media_v2_topology*>(argument))
                        : subdevice(opener, request, argument);
  if (error == 0) faults_.tell_lies(request, argument);
  return error;
}

int MediaDevice::topology(media_v2_topology& wanted) const {
  std::vector<media_v2_entity> entities;
  std::vector<media_v2_interface> interfaces;
  std::vector<media_v2_pad> pads;
  std::vector<media_v2_link> links;
  std::uint32_t next_link = 0x1000;
  for (std::size_t i = 0; i < entities_.size(); ++i) {
    const auto& its = entities_[i];
    media_v2_entity entity{};
    entity.id = entity_id(i);
    std::memcpy(entity.name, its.is.name.data(),
                std::min(its.is.name.size(), sizeof entity.name - 1));
    entities.push_back(entity);
    media_v2_interface interface {};
    interface.id = interface_id(i);
    const bool video = its.is.kind == EntityKind::node;
    interface.intf_type = video ? MEDIA_INTF_T_V4L_VIDEO : MEDIA_INTF_T_V4L_SUBDEV;
    interface.devnode = {.major = 81, .minor = its.minor};
    interfaces.push_back(interface);
    media_v2_link its_interface{};
    its_interface.id = next_link++;
    its_interface.source_id = interface.id;
    its_interface.sink_id = entity.id;
    its_interface.flags = MEDIA_LNK_FL_INTERFACE_LINK | MEDIA_LNK_FL_ENABLED;
    links.push_back(its_interface);
    for (std::uint32_t index = 0; index < its.pads.size(); ++index) {
      media_v2_pad pad{};
      pad.id = pad_id(i, index);
      pad.entity_id = entity.id;
      const bool source = its.is.kind == EntityKind::sensor || index == 1;
      pad.flags = source ? MEDIA_PAD_FL_SOURCE : MEDIA_PAD_FL_SINK;
      pad.index = index;
      pads.push_back(pad);
    }
  }
  for (const auto& its : links_) {
    media_v2_link link{};
    link.id = next_link++;
    link.source_id = pad_id(named(its.source), source_pad(named(its.source)));
    link.sink_id = pad_id(named(its.sink), 0);
    link.flags =
        (its.enabled ? MEDIA_LNK_FL_ENABLED : 0U) | (its.immutable ? MEDIA_LNK_FL_IMMUTABLE : 0U);
    links.push_back(link);
  }
  // A member of this packed struct can't be bound to a reference.
  auto counts =
      std::array{wanted.num_entities, wanted.num_interfaces, wanted.num_pads, wanted.num_links};
  const auto errors =
      std::array{give(entities, wanted.ptr_entities, counts[0]),
                 give(interfaces, wanted.ptr_interfaces, counts[1]),
                 give(pads, wanted.ptr_pads, counts[2]), give(links, wanted.ptr_links, counts[3])};
  wanted.num_entities = counts[0];
  wanted.num_interfaces = counts[1];
  wanted.num_pads = counts[2];
  wanted.num_links = counts[3];
  return std::ranges::find(errors, ENOSPC) == errors.end() ? 0 : ENOSPC;
}

int MediaDevice::subdevice(Opener& opener, unsigned long request, void* argument) {
  const auto found = std::ranges::find(
      entities_, opener.path, [](const Entity& one) -> const auto& { return one.is.path; });
  if (found == entities_.end()) return ENOTTY;
  const auto kind = found->is.kind;
  if (opener.tried.empty()) opener.tried = defaults_of(kind);
  if (request == VIDIOC_SUBDEV_ENUM_MBUS_CODE) {
    auto& answer = *static_cast<v4l2_subdev_mbus_code_enum*>(argument);
    if (answer.pad >= found->pads.size()) return EINVAL;
    const auto codes = codes_of(kind, answer.pad);
    if (answer.index >= codes.size()) return EINVAL;
    answer.code = static_cast<std::uint32_t>(codes[answer.index]);
    return 0;
  }
  if (request != VIDIOC_SUBDEV_G_FMT && request != VIDIOC_SUBDEV_S_FMT) return ENOTTY;
  auto& wire = *static_cast<v4l2_subdev_format*>(argument);
  auto& pads = wire.which == V4L2_SUBDEV_FORMAT_TRY ? opener.tried : found->pads;
  if (wire.pad >= pads.size()) return EINVAL;
  if (request == VIDIOC_SUBDEV_S_FMT) set(kind, pads, wire.pad, v4l2::from_wire(wire.format));
  wire.format = v4l2::to_wire(pads[wire.pad]);
  return 0;
}

bool MediaDevice::agrees(const ModelLink& link, const std::string& path, const v4l2::Format& own) {
  const auto& source = entities_[named(link.source)];
  const auto& sink = entities_[named(link.sink)];
  const auto& given = source.pads.back();
  if (sink.is.kind != EntityKind::node) {
    const auto& taken = sink.pads.front();
    return given.code == taken.code && given.size == taken.size &&
           (given.field == taken.field || taken.field == V4L2_FIELD_NONE);
  }
  const auto camera = cameras_.find(sink.is.path);
  if (camera == cameras_.end()) return true;
  const auto format = sink.is.path == path ? own : camera->second->format();
  const bool coloured = given.colorimetry.colorspace == 0 || format.colorimetry.colorspace == 0 ||
                        given.colorimetry.colorspace == format.colorimetry.colorspace;
  return camera->second->takes(given.code, format.fourcc.code) && given.size == format.size &&
         (given.field == format.field || format.field == V4L2_FIELD_NONE) && coloured;
}

int MediaDevice::validate(const std::string& path, const v4l2::Format& own) {
  const std::lock_guard lock{mutex_};
  const auto node = std::ranges::find(entities_, path,
                                      [](const Entity& one) -> const auto& { return one.is.path; });
  if (node == entities_.end()) return EPIPE;
  std::vector<std::string> members{node->is.name};
  const auto within = [&](const std::string& name) {
    return std::ranges::find(members, name) != members.end();
  };
  for (bool grows = true; grows;) {
    grows = false;
    for (const auto& link : links_) {
      if (!link.enabled || within(link.source) == within(link.sink)) continue;
      members.push_back(within(link.source) ? link.sink : link.source);
      grows = true;
    }
  }
  for (const auto& link : links_)
    if (link.enabled && within(link.source) && !agrees(link, path, own)) return EPIPE;
  // vimc follows the links up to the first entity without a source.
  auto at = node->is.name;
  while (entities_[named(at)].is.kind != EntityKind::sensor) {
    const auto link = std::ranges::find_if(
        links_, [&](const ModelLink& one) { return one.enabled && one.sink == at; });
    if (link == links_.end()) return EPIPE;
    at = link->source;
  }
  return 0;
}

// ---- models -------------------------------------------------------------------------------------

Model graph_node(std::string card) {
  Model model;
  model.card = std::move(card);
  model.device_caps =
      V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_IO_MC | V4L2_CAP_EXT_PIX_FORMAT;
  model.has_rates = false;
  model.has_controls = false;
  model.fields = {V4L2_FIELD_INTERLACED};
  using Pair = std::pair<std::uint32_t, std::uint32_t>;
  for (const auto& [fourcc, code] : {Pair{V4L2_PIX_FMT_RGB24, MEDIA_BUS_FMT_RGB888_1X24},
                                     Pair{V4L2_PIX_FMT_BGR24, MEDIA_BUS_FMT_BGR888_1X24},
                                     Pair{V4L2_PIX_FMT_SRGGB8, MEDIA_BUS_FMT_SRGGB8_1X8},
                                     Pair{V4L2_PIX_FMT_SBGGR8, MEDIA_BUS_FMT_SBGGR8_1X8}})
    model.formats.push_back(
        {.fourcc = fourcc,
         .modes = {{.size = {16, 16}, .intervals = {}}, {.size = {4096, 2160}, .intervals = {}}},
         .step = {1, 1},
         .media_bus_code = code});
  return model;
}

std::shared_ptr<MediaDevice> small_graph(EntityKind debayer) {
  return std::make_shared<MediaDevice>(
      std::vector<ModelEntity>{{"Sensor A", EntityKind::sensor, "/dev/v4l-subdev0"},
                               {"Debayer A", debayer, "/dev/v4l-subdev1"},
                               {"Raw Capture", EntityKind::node, "/dev/video0"},
                               {"Scaler", EntityKind::scaler, "/dev/v4l-subdev2"},
                               {"RGB Input", EntityKind::sensor, "/dev/v4l-subdev3"},
                               {"RGB Capture", EntityKind::node, "/dev/video1"}},
      std::vector<ModelLink>{
          {.source = "Sensor A", .sink = "Debayer A", .enabled = true, .immutable = true},
          {.source = "Sensor A", .sink = "Raw Capture", .enabled = true, .immutable = true},
          {.source = "Debayer A", .sink = "Scaler", .enabled = true},
          {.source = "RGB Input", .sink = "Scaler"},
          {.source = "Scaler", .sink = "RGB Capture", .enabled = true, .immutable = true}});
}

}  // namespace fake
