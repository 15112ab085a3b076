#include "device/media_mend.h"

#include <algorithm>
#include <map>
#include <utility>

#include "device/media_links.h"
#include "device/media_names.h"
#include "device/media_nodes.h"

namespace v4l2 {
namespace {

/// The limit of tries. A user would not try more by hand.
constexpr int most_replays = 64;
constexpr int most_depth = 16;

using Wishes = std::map<std::size_t, PadFormat>;  // by pad

/// Returns true if a pad has the format that it was asked for. A field or colours of 0 were not
/// asked for.
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

/// Returns the name of a format, if it can stand between the quotes of a shell.
std::optional<std::string> plain(Fourcc fourcc) {
  auto text = fourcc.to_string();
  const bool harmless = std::ranges::all_of(text, [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= 'a' && letter <= 'z') || letter == ' ' || letter == '-';
  });
  return harmless ? std::optional{std::move(text)} : std::nullopt;
}

/// Tries commands on a copy of the graph.
class Trial {
public:
  Trial(const MediaGraph& graph, const Node& own) : graph_{graph}, links_{graph}, nodes_{own} {}

  std::vector<std::string> solve(const std::optional<Target>& target, Sources sources);

private:
  /// The place where the commands fail.
  struct Stuck {
    std::optional<std::size_t> link;    ///< its sink refuses the format of its source
    std::optional<std::size_t> source;  ///< a pad that lost its wish
  };

  // These work on the whole graph.
  std::vector<std::string> solve_as_linked(const std::optional<Target>& target);
  bool solve(const Wishes& wishes, int depth);
  std::optional<Stuck> replay(const Wishes& wishes);

  // These work on one pad or link.
  std::optional<PadFormat> command(std::size_t pad, const PadFormat& wanted);
  [[nodiscard]] std::optional<std::size_t> link_into(std::size_t sink) const;
  std::optional<std::size_t> follow(const Wishes& wishes, std::size_t sink);
  bool restore(const Wishes& wishes, std::size_t source);
  bool suit_node(std::size_t link);
  bool require(Wishes& wishes, std::size_t source, const PadFormat& wanted, int depth);
  std::vector<PadFormat> ways_around(std::size_t link);

  /// The graph before the commands, with its links switched.
  [[nodiscard]] const MediaGraph& original() const { return links_.graph(); }

  MediaGraph graph_;  // as the commands so far would leave it
  LinkCommands links_;
  MediaNodes nodes_;
  std::vector<std::string> commands_;  // those for formats, which come after those for links
  int replays_{};
};

/// Sets a pad by media-ctl, which sets the other ends of enabled links too. Returns nullopt if the
/// driver refuses, or if the code has no name.
std::optional<PadFormat> Trial::command(std::size_t pad, const PadFormat& wanted) {
  if (!has_name(wanted.code)) return std::nullopt;
  const auto given = nodes_.set(graph_, pad, wanted);
  if (!given) return std::nullopt;
  commands_.push_back("media-ctl -d " + graph_.path + " -V '" + media_ctl_pad(graph_, pad) + " [" +
                      "fmt:" + media_ctl_format(wanted) + "]'");
  for (const auto& link : graph_.links)
    if (link.enabled && link.source == pad) nodes_.set(graph_, link.sink, *given);
  return given;
}

std::optional<std::size_t> Trial::link_into(std::size_t sink) const {
  for (std::size_t i = 0; i < graph_.links.size(); ++i)
    if (graph_.links[i].enabled && graph_.links[i].sink == sink) return i;
  return std::nullopt;
}

// ---- pads and links -----------------------------------------------------------------------------

/// Sets a sink to the format of its source, or to its wish. Returns the link on which that fails.
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

/// Sets a source to its wish, or back to the format that it had. Returns false if a wish fails. A
/// format that the source had is only preferred.
bool Trial::restore(const Wishes& wishes, std::size_t source) {
  const auto& now = graph_.pads[source].format;
  const auto& before = original().pads[source].format;
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

/// Sets a video node to the format that its link brings. The node of the stream is only checked.
/// Returns false if the node has no format for the link.
bool Trial::suit_node(std::size_t link) {
  const auto& source = graph_.pads[graph_.links[link].source].format;
  auto& sink = graph_.pads[graph_.links[link].sink];
  if (!source || !sink.captures) return true;
  auto& captures = *sink.captures;
  auto possible = nodes_.formats_of(graph_, sink.entity, source->code);
  captures.impossible = possible.empty() && !nodes_.formats_of(graph_, sink.entity, 0).empty();
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

/// Makes all links agree, from the sources down. Returns the first place where that fails.
std::optional<Trial::Stuck> Trial::replay(const Wishes& wishes) {
  graph_ = original();
  commands_.clear();
  ++replays_;
  for (const auto entity : downstream_order(original())) {
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

/// Returns formats that the source of a link could send instead, so that its sink takes them.
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
    for (const auto code : nodes_.codes_of(graph_, source))
      if (!nodes_.formats_of(graph_, graph_.pads[sink].entity, code).empty()) with_code(code);
    return ways;
  }
  for (const auto& format : {original().pads[sink].format, graph_.pads[sink].format}) {
    if (!format) continue;
    with_code(format->code);
    auto way = *format;
    way.colorimetry = now.colorimetry;
    if (way.field == V4L2_FIELD_NONE) way.field = now.field;
    add(way);
  }
  const auto taken = nodes_.codes_of(graph_, sink);
  for (const auto code : nodes_.codes_of(graph_, source))
    if (std::ranges::find(taken, code) != taken.end()) with_code(code);
  return ways;
}

/// Adds the wishes that make a source send `wanted`, upstream too. Returns false if none do.
bool Trial::require(Wishes& wishes, std::size_t source, const PadFormat& wanted, int depth) {
  if (depth > most_depth) return false;
  if (const auto wish = wishes.find(source); wish != wishes.end())
    return meets(wanted, wish->second);
  const auto pads = graph_.pads;
  if (const auto given = nodes_.set(graph_, source, wanted); given && meets(wanted, *given)) {
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
        const auto taken = nodes_.set(graph_, sink, asked);
        const auto given = taken ? nodes_.set(graph_, source, wanted) : std::nullopt;
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
    // The pad lost its format when its sinks changed. Its sinks and the pads upstream need wishes
    // too.
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

std::vector<std::string> Trial::solve(const std::optional<Target>& target, Sources sources) {
  if (sources == Sources::current) return solve_as_linked(target);
  const auto as_found = links_;
  for (const auto link : switchable_links(as_found.graph())) {
    links_.enable(link);
    auto commands = solve_as_linked(target);
    if (!commands.empty()) return commands;
    links_ = as_found;
  }
  return {};
}

/// Uses the links that are enabled now. Others are enabled only if no source sends to the node, or
/// if a pad must be connected.
std::vector<std::string> Trial::solve_as_linked(const std::optional<Target>& target) {
  if (!links_.enable_missing()) return {};
  const auto all_commands = [this] {
    auto all = links_.commands();
    all.insert(all.end(), commands_.begin(), commands_.end());
    return all;
  };
  if (!target) return solve(Wishes{}, 0) ? all_commands() : std::vector<std::string>{};
  const auto sender = original().sender();
  if (!sender || !original().pads[*sender].format) return {};
  graph_ = original();
  auto wanted = *original().pads[*sender].format;
  wanted.size = target->size;
  if (target->field) wanted.field = *target->field;
  if (target->colorimetry) wanted.colorimetry = *target->colorimetry;
  std::vector codes{wanted.code};
  for (const auto code : nodes_.codes_of(graph_, *sender))
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
  for (const auto code : codes) {
    const auto fits = nodes_.formats_of(graph_, original().node, code);
    if (std::ranges::find(fits, target->fourcc) == fits.end()) continue;
    wanted.code = code;
    graph_ = original();
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
