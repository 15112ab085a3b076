#include "device/media_mend.h"

#include <algorithm>
#include <map>
#include <memory>
#include <queue>
#include <tuple>
#include <utility>

#include "device/media_names.h"

namespace v4l2 {
namespace {

/// What a user would have to try by hand is not worth more than this.
constexpr int most_replays = 64;
constexpr std::size_t most_switches = 8;
constexpr int most_depth = 16;
constexpr std::uint32_t most_codes = 256;

using Wishes = std::map<std::size_t, PadFormat>;  // by pad

/// Whether a pad does what it was asked for; colours of 0 were not asked for.
bool meets(const PadFormat& wanted, const PadFormat& given) {
  const auto same = [](std::uint32_t asked, std::uint32_t got) {
    return asked == 0 || asked == got;
  };
  const auto& asked = wanted.colorimetry;
  const auto& got = given.colorimetry;
  return wanted.code == given.code && wanted.size == given.size &&
         same(wanted.field, given.field) && same(asked.colorspace, got.colorspace) &&
         same(asked.transfer, got.transfer) && same(asked.encoding, got.encoding) &&
         same(asked.quantization, got.quantization);
}

/// A name that can stand between the quotes of a shell.
std::optional<std::string> plain(Fourcc fourcc) {
  auto text = fourcc.to_string();
  const bool harmless = std::ranges::all_of(text, [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= 'a' && letter <= 'z') || letter == ' ' || letter == '-';
  });
  return harmless ? std::optional{std::move(text)} : std::nullopt;
}

/// A graph on which commands are tried.
class Trial {
public:
  Trial(const MediaGraph& graph, const Node& own) : graph_{graph}, original_{graph}, own_{own} {}

  std::vector<std::string> solve(const std::optional<Target>& target, Sources sources);

private:
  // On the graph as a whole.
  std::vector<std::string> solve_as_linked(const std::optional<Target>& target);
  [[nodiscard]] std::vector<std::size_t> switches() const;
  bool enable_links();
  [[nodiscard]] std::vector<std::size_t> path_to_source() const;
  void enable(std::size_t link);
  void set_link(std::size_t link, bool enabled);
  [[nodiscard]] std::vector<std::size_t> downstream_order() const;

  // On one pad.
  const Node* node_of(std::size_t entity);
  std::optional<PadFormat> set(std::size_t pad, const PadFormat& wanted);
  std::optional<PadFormat> command(std::size_t pad, const PadFormat& wanted);
  std::vector<std::uint32_t> codes_of(std::size_t pad);
  std::vector<Fourcc> formats_of(std::size_t entity, std::uint32_t code);
  [[nodiscard]] std::optional<std::size_t> link_into(std::size_t sink) const;

  // On all of them.
  bool solve(const Wishes& wishes, int depth);

  /// Where the commands have come to nothing.
  struct Stuck {
    std::optional<std::size_t> link;    ///< whose sink does not take what comes
    std::optional<std::size_t> source;  ///< a pad that is not as it is wished
  };

  std::optional<Stuck> replay(const Wishes& wishes);
  std::optional<std::size_t> follow(const Wishes& wishes, std::size_t sink);
  bool restore(const Wishes& wishes, std::size_t source);
  bool suit_node(std::size_t link);
  bool require(Wishes& wishes, std::size_t source, const PadFormat& wanted, int depth);
  std::vector<PadFormat> ways_around(std::size_t link);

  MediaGraph graph_;     // as the commands so far would have left it
  MediaGraph original_;  // as it is, but for the links
  const Node& own_;
  std::map<std::size_t, std::shared_ptr<const Node>> nodes_;
  std::vector<std::string> links_;     // commands
  std::vector<std::string> commands_;  // that come behind
  int replays_{};
};

// ---- links --------------------------------------------------------------------------------------

void Trial::set_link(std::size_t link, bool enabled) {
  auto& changed = original_.links[link];
  changed.enabled = enabled;
  links_.push_back("media-ctl -d " + original_.path + " -l '" +
                   media_ctl_pad(original_, changed.source) + " -> " +
                   media_ctl_pad(original_, changed.sink) + (enabled ? " [1]'" : " [0]'"));
}

void Trial::enable(std::size_t link) {
  // Few sinks take from two sources.
  for (std::size_t other = 0; other < original_.links.size(); ++other)
    if (original_.links[other].sink == original_.links[link].sink &&
        original_.links[other].enabled && !original_.links[other].immutable)
      set_link(other, false);
  set_link(link, true);
}

/// The links from a source to the node with the fewest that must be enabled, then with the fewest
/// disagreements; then those that the driver lists first, which are as a rule the usual ones. Empty
/// where there is none.
std::vector<std::size_t> Trial::path_to_source() const {
  using Cost = std::tuple<unsigned, unsigned, std::size_t, unsigned>;
  std::vector<bool> takes(original_.entities.size());
  for (const auto& pad : original_.pads)
    if (pad.sink) takes[pad.entity] = true;
  std::map<std::size_t, std::pair<Cost, std::size_t>> best;  // by entity: and the link out of it
  using Entry = std::pair<Cost, std::size_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  open.push({{}, original_.node});
  while (!open.empty()) {
    const auto [cost, entity] = open.top();
    open.pop();
    if (const auto known = best.find(entity); known != best.end() && known->second.first < cost)
      continue;
    if (!takes[entity] && !original_.entities[entity].video) {
      std::vector<std::size_t> path;
      for (auto at = entity; at != original_.node;) {
        const auto link = best.at(at).second;
        path.push_back(link);
        at = original_.pads[original_.links[link].sink].entity;
      }
      return path;
    }
    for (std::size_t i = 0; i < original_.links.size(); ++i) {
      const auto& link = original_.links[i];
      if (original_.pads[link.sink].entity != entity || (!link.enabled && link.immutable)) continue;
      const auto next = original_.pads[link.source].entity;
      auto there = cost;
      if (!link.enabled) {
        ++std::get<0>(there);
        std::get<2>(there) += i;
      }
      const auto& source = original_.pads[link.source].format;
      const auto& sink = original_.pads[link.sink].format;
      if (source && sink && disagreement(*source, *sink)) ++std::get<1>(there);
      ++std::get<3>(there);
      const auto known = best.find(next);
      if (next == original_.node || (known != best.end() && known->second.first <= there)) continue;
      best.insert_or_assign(next, std::pair{there, i});
      open.emplace(there, next);
    }
  }
  return {};
}

bool Trial::enable_links() {
  if (!original_.chained()) {
    for (const auto link : path_to_source())
      if (!original_.links[link].enabled) enable(link);
    if (!original_.chained()) return false;
  }
  for (const auto pad : judge(original_, OwnFormat::open).unconnected) {
    const auto link = std::ranges::find_if(original_.links, [&](const MediaGraph::Link& one) {
      return (one.source == pad || one.sink == pad) && !one.immutable;
    });
    if (link == original_.links.end()) return false;
    enable(static_cast<std::size_t>(link - original_.links.begin()));
  }
  return true;
}

/// The entities of the pipeline, each behind those that it takes from.
std::vector<std::size_t> Trial::downstream_order() const {
  const auto within = original_.pipeline();
  std::vector<bool> placed(original_.entities.size());
  std::vector<std::size_t> order;
  const auto ready = [&](std::size_t entity) {
    return std::ranges::all_of(original_.links, [&](const MediaGraph::Link& link) {
      return !link.enabled || original_.pads[link.sink].entity != entity ||
             placed[original_.pads[link.source].entity];
    });
  };
  for (bool grows = true; grows;) {
    grows = false;
    for (std::size_t entity = 0; entity < placed.size(); ++entity) {
      if (!within[entity] || placed[entity] || !ready(entity)) continue;
      order.push_back(entity);
      placed[entity] = grows = true;
    }
  }
  return order;  // what is in a circle is left out
}

// ---- pads ---------------------------------------------------------------------------------------

/// Null where it can't be opened.
const Node* Trial::node_of(std::size_t entity) {
  if (entity == original_.node) return &own_;
  const auto known = nodes_.find(entity);
  if (known != nodes_.end()) return known->second.get();
  const auto& path = original_.entities[entity].path;
  auto opened =
      path.empty() ? Result<std::shared_ptr<const Node>>{nullptr} : Node::open(own_.kernel(), path);
  return nodes_.emplace(entity, opened ? std::move(*opened) : nullptr).first->second.get();
}

/// What the subdevice makes of it; what that does to its other pads is then known too. Nothing
/// where it refuses.
std::optional<PadFormat> Trial::set(std::size_t pad, const PadFormat& wanted) {
  const auto entity = graph_.pads[pad].entity;
  const auto* const node = graph_.entities[entity].video ? nullptr : node_of(entity);
  if (node == nullptr) return std::nullopt;
  const auto tried = [&](std::size_t which, const PadFormat& format) -> std::optional<PadFormat> {
    v4l2_subdev_format wire{};
    wire.which = V4L2_SUBDEV_FORMAT_TRY;
    wire.pad = graph_.pads[which].index;
    wire.format = to_wire(format);
    if (!node->call<v4l2_subdev_format>(request::subdev_s_fmt, wire)) return std::nullopt;
    return from_wire(wire.format);
  };
  // A descriptor begins with the driver's defaults. Sources follow sinks, so sinks come first.
  for (const bool sink : {true, false})
    for (std::size_t other = 0; other < graph_.pads.size(); ++other) {
      const auto& known = graph_.pads[other];
      if (known.entity == entity && known.sink == sink && known.format)
        static_cast<void>(tried(other, *known.format));
    }
  const auto given = tried(pad, wanted);
  if (!given) return std::nullopt;
  graph_.pads[pad].format = *given;
  if (!graph_.pads[pad].sink) return given;
  for (auto& other : graph_.pads) {
    if (other.entity != entity || other.sink) continue;
    v4l2_subdev_format wire{};
    wire.which = V4L2_SUBDEV_FORMAT_TRY;
    wire.pad = other.index;
    if (node->call<v4l2_subdev_format>(request::subdev_g_fmt, wire))
      other.format = from_wire(wire.format);
  }
  return given;
}

/// The same by media-ctl, which sets the other ends of enabled links too.
std::optional<PadFormat> Trial::command(std::size_t pad, const PadFormat& wanted) {
  if (!has_name(wanted.code)) return std::nullopt;
  const auto given = set(pad, wanted);
  if (!given) return std::nullopt;
  commands_.push_back("media-ctl -d " + graph_.path + " -V '" + media_ctl_pad(graph_, pad) + " [" +
                      "fmt:" + media_ctl_format(wanted) + "]'");
  for (const auto& link : graph_.links)
    if (link.enabled && link.source == pad) set(link.sink, *given);
  return given;
}

std::vector<std::uint32_t> Trial::codes_of(std::size_t pad) {
  const auto& its = graph_.pads[pad];
  const auto* const node = graph_.entities[its.entity].video ? nullptr : node_of(its.entity);
  std::vector<std::uint32_t> codes;
  for (std::uint32_t index = 0; node != nullptr && index < most_codes; ++index) {
    v4l2_subdev_mbus_code_enum wire{};
    wire.which = V4L2_SUBDEV_FORMAT_TRY;
    wire.pad = its.index;
    wire.index = index;
    if (!node->call<v4l2_subdev_mbus_code_enum>(request::subdev_enum_mbus_code, wire)) break;
    codes.push_back(wire.code);
  }
  return codes;
}

std::vector<Fourcc> Trial::formats_of(std::size_t entity, std::uint32_t code) {
  const auto* const node = node_of(entity);
  return node == nullptr ? std::vector<Fourcc>{} : formats_for(*node, code);
}

std::optional<std::size_t> Trial::link_into(std::size_t sink) const {
  for (std::size_t i = 0; i < graph_.links.size(); ++i)
    if (graph_.links[i].enabled && graph_.links[i].sink == sink) return i;
  return std::nullopt;
}

// ---- the whole ----------------------------------------------------------------------------------

/// A sink takes what comes, or what is wished. Otherwise the link that this fails on.
std::optional<std::size_t> Trial::follow(const Wishes& wishes, std::size_t sink) {
  const auto link = link_into(sink);
  if (!link) return std::nullopt;
  const auto& source = graph_.pads[graph_.links[*link].source].format;
  if (!source || !graph_.pads[sink].format) return std::nullopt;
  const auto wish = wishes.find(sink);
  const auto wanted = wish == wishes.end() ? *source : wish->second;
  const auto now = *graph_.pads[sink].format;
  if (wish == wishes.end() ? !disagreement(*source, now) : meets(wanted, now)) return std::nullopt;
  const auto given = command(sink, wanted);
  if (!given || disagreement(*source, *given)) return link;
  return std::nullopt;
}

/// A source is as it is wished; else it stays as it was, if it can. False for a wish that fails.
bool Trial::restore(const Wishes& wishes, std::size_t source) {
  const auto& now = graph_.pads[source].format;
  const auto& before = original_.pads[source].format;
  if (!now || !before) return true;
  const auto wish = wishes.find(source);
  const auto wanted = wish == wishes.end() ? *before : wish->second;
  if (meets(wanted, *now)) return true;
  const auto pads = graph_.pads;
  const auto commands = commands_.size();
  const auto given = command(source, wanted);
  if (given && meets(wanted, *given)) return true;
  graph_.pads = pads;
  commands_.resize(commands);
  return wish == wishes.end();
}

/// A video node has a format for what comes; another one than the own is set to it.
bool Trial::suit_node(std::size_t link) {
  const auto& source = graph_.pads[graph_.links[link].source].format;
  auto& sink = graph_.pads[graph_.links[link].sink];
  if (!source || !sink.captures) return true;
  auto& captures = *sink.captures;
  auto possible = formats_of(sink.entity, source->code);
  captures.impossible = possible.empty() && !formats_of(sink.entity, 0).empty();
  captures.possible = std::move(possible);
  if (captures.impossible) return false;
  if (sink.entity == graph_.node) return true;
  const auto& fits = captures.possible;
  const bool fourcc_fits = fits.empty() || std::ranges::find(fits, captures.fourcc) != fits.end();
  const bool field_fits = captures.field == source->field || captures.field == V4L2_FIELD_NONE;
  if (fourcc_fits && captures.size == source->size && field_fits) return true;
  if (!fourcc_fits) captures.fourcc = fits.front();
  captures.size = source->size;
  captures.field = source->field;
  const auto name = plain(captures.fourcc);
  if (!name) return false;
  commands_.push_back("v4l2-ctl -d " + graph_.entities[sink.entity].path +
                      " --set-fmt-video='width=" + std::to_string(captures.size.width) +
                      ",height=" + std::to_string(captures.size.height) + ",pixelformat=" + *name +
                      ",field=" + field_name(captures.field) + "'");
  return true;
}

/// Makes all links agree, from the sources down. Otherwise the first place where that fails.
std::optional<Trial::Stuck> Trial::replay(const Wishes& wishes) {
  graph_ = original_;
  commands_.clear();
  ++replays_;
  for (const auto entity : downstream_order()) {
    for (std::size_t pad = 0; pad < graph_.pads.size(); ++pad) {
      if (graph_.pads[pad].entity != entity || !graph_.pads[pad].sink) continue;
      if (!graph_.entities[entity].video) {
        if (const auto link = follow(wishes, pad)) return Stuck{.link = link, .source = {}};
      } else if (const auto link = link_into(pad); link && !suit_node(*link)) {
        return Stuck{.link = link, .source = {}};
      }
    }
    for (std::size_t pad = 0; pad < graph_.pads.size(); ++pad)
      if (graph_.pads[pad].entity == entity && !graph_.pads[pad].sink && !restore(wishes, pad))
        return Stuck{.link = {}, .source = pad};
  }
  return std::nullopt;
}

/// What the source of a link could send instead, so that its sink takes it.
std::vector<PadFormat> Trial::ways_around(std::size_t link) {
  const auto source = graph_.links[link].source;
  const auto sink = graph_.links[link].sink;
  std::vector<PadFormat> ways;
  if (!graph_.pads[source].format) return ways;
  const auto now = *graph_.pads[source].format;
  const auto add = [&](PadFormat way) {
    if (std::ranges::find(ways, way) == ways.end() && way != now) ways.push_back(way);
  };
  const auto with_code = [&](std::uint32_t code) {
    auto way = now;
    way.code = code;
    add(way);
  };
  if (graph_.pads[sink].captures) {
    for (const auto code : codes_of(source))
      if (!formats_of(graph_.pads[sink].entity, code).empty()) with_code(code);
    return ways;
  }
  for (const auto& format : {original_.pads[sink].format, graph_.pads[sink].format}) {
    if (!format) continue;
    with_code(format->code);
    auto way = *format;
    way.colorimetry = now.colorimetry;
    if (way.field == V4L2_FIELD_NONE) way.field = now.field;
    add(way);
  }
  const auto taken = codes_of(sink);
  for (const auto code : codes_of(source))
    if (std::ranges::find(taken, code) != taken.end()) with_code(code);
  return ways;
}

/// Adds to the wishes what makes a source send this, upstream too. False where nothing does.
bool Trial::require(Wishes& wishes, std::size_t source, const PadFormat& wanted, int depth) {
  if (depth > most_depth) return false;
  if (const auto wish = wishes.find(source); wish != wishes.end())
    return meets(wanted, wish->second);
  const auto pads = graph_.pads;
  if (const auto given = set(source, wanted); given && meets(wanted, *given)) {
    wishes.emplace(source, wanted);
    return true;
  }
  graph_.pads = pads;
  for (std::size_t sink = 0; sink < pads.size(); ++sink) {
    const auto link = link_into(sink);
    if (pads[sink].entity != pads[source].entity || !link || !pads[sink].format) continue;
    const auto before = *pads[sink].format;
    for (const auto code : {before.code, wanted.code}) {
      for (const auto size : {before.size, wanted.size}) {
        const PadFormat asked{
            .code = code, .size = size, .field = wanted.field, .colorimetry = wanted.colorimetry};
        const auto taken = set(sink, asked);
        const auto given = taken ? set(source, wanted) : std::nullopt;
        auto more = wishes;
        more.emplace(source, wanted);
        more.emplace(sink, asked);
        const auto upstream = graph_.links[*link].source;
        const bool possible = given && meets(wanted, *given) && meets(asked, *taken) &&
                              pads[upstream].format &&
                              (!disagreement(*pads[upstream].format, *taken) ||
                               require(more, upstream, *taken, depth + 1));
        graph_.pads = pads;
        if (!possible) continue;
        wishes = std::move(more);
        return true;
      }
    }
  }
  return false;
}

bool Trial::solve(const Wishes& wishes, int depth) {
  if (replays_ >= most_replays || depth > most_depth) return false;
  const auto stuck = replay(wishes);
  if (!stuck) return judge(graph_, OwnFormat::open).set_up();
  const auto at = graph_;
  if (stuck->source) {
    // It was so only as long as its sinks were. They have to be, and what comes before them.
    auto more = wishes;
    const auto wanted = more.at(*stuck->source);
    more.erase(*stuck->source);
    return require(more, *stuck->source, wanted, 0) && more != wishes && solve(more, depth + 1);
  }
  if (!stuck->link) return false;
  const auto link = graph_.links[*stuck->link];
  for (const auto& way : ways_around(*stuck->link)) {
    graph_ = at;
    auto more = wishes;
    more.erase(link.sink);
    if (require(more, link.source, way, 0) && solve(more, depth + 1)) return true;
  }
  return false;
}

/// The links that would have a sink upstream of the node take from another source.
std::vector<std::size_t> Trial::switches() const {
  const auto& links = original_.links;
  const auto upstream = original_.upstream();
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < links.size() && found.size() < most_switches; ++i) {
    const auto held = std::ranges::any_of(links, [&](const MediaGraph::Link& other) {
      return other.sink == links[i].sink && other.enabled && other.immutable;
    });
    if (!links[i].enabled && !links[i].immutable && !held &&
        upstream[original_.pads[links[i].sink].entity])
      found.push_back(i);
  }
  return found;
}

std::vector<std::string> Trial::solve(const std::optional<Target>& target, Sources sources) {
  if (sources == Sources::current) return solve_as_linked(target);
  const auto as_found = original_;
  for (const auto link : switches()) {
    links_.clear();
    enable(link);
    auto commands = solve_as_linked(target);
    if (!commands.empty()) return commands;
    original_ = as_found;
  }
  return {};
}

/// By the links that are enabled now, and by others only where a source or a pad is left alone.
std::vector<std::string> Trial::solve_as_linked(const std::optional<Target>& target) {
  if (!enable_links()) return {};
  const auto all_commands = [this] {
    auto all = links_;
    all.insert(all.end(), commands_.begin(), commands_.end());
    return all;
  };
  if (!target) return solve(Wishes{}, 0) ? all_commands() : std::vector<std::string>{};
  const auto sender = original_.sender();
  if (!sender || !original_.pads[*sender].format) return {};
  graph_ = original_;
  auto wanted = *original_.pads[*sender].format;
  wanted.size = target->size;
  if (target->field) wanted.field = *target->field;
  if (target->colorimetry) wanted.colorimetry = *target->colorimetry;
  std::vector codes{wanted.code};
  for (const auto code : codes_of(*sender))
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
  for (const auto code : codes) {
    const auto fits = formats_of(original_.node, code);
    if (std::ranges::find(fits, target->fourcc) == fits.end()) continue;
    wanted.code = code;
    graph_ = original_;
    Wishes wishes;
    if (require(wishes, *sender, wanted, 0) && solve(wishes, 0)) return all_commands();
  }
  return {};
}

}  // namespace

std::vector<std::string> commands_to_set_up(const MediaGraph& graph, const Node& node,
                                            const std::optional<Target>& target, Sources sources) {
  return Trial{graph, node}.solve(target, sources);
}

}  // namespace v4l2
