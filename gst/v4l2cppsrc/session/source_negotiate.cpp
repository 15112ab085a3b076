// How a Source agrees with the driver and downstream.

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/log.h"
#include "device/media_mend.h"
#include "formats/colorimetry.h"
#include "negotiation/bandwidth.h"
#include "negotiation/refusal.h"
#include "session/source.h"

namespace v4l2gst {

/// While the device is away there is nothing to agree on, and GstBaseSrc can't interrupt this; it
/// can interrupt create(), which waits for the device and has this called again.
bool Source::negotiate() {
  for (;;) {
    // Not filtered by our own caps: their order would pass for a preference of downstream's.
    const CapsPtr wanted{gst_pad_peer_query_caps(GST_BASE_SRC_PAD(element_), nullptr)};
    bool overtaken{};
    const auto agreed = [&]() -> Outcome<CapsPtr> {
      const std::lock_guard lock{context_};
      if (!device_) return CapsPtr{};
      // A change elsewhere in the pipeline that still takes what flows is no reason to stop the
      // flow.
      if (agreement_ && capture_ &&
          gst_caps_is_subset(agreement().caps.get(), wanted.get()) != FALSE)
        return CapsPtr{gst_caps_ref(agreement().caps.get())};
      overtaken_ = false;
      auto caps = agree(wanted.get());
      overtaken = overtaken_;
      if (caps || overtaken) return caps;
      const int code = caps.error().error.code;
      if ((code == EINVAL || code == EBUSY) && device().lacks_format())
        return std::unexpected{no_format(path())};
      return caps;
    }();
    post_notices();
    if (overtaken) continue;
    if (agreed) return !*agreed || gst_base_src_set_caps(element_, agreed->get()) != FALSE;
    if (survives(agreed.error())) return true;
    report(agreed.error());
    return false;
  }
}

CapsKinds Source::caps_kinds() const {
  return {.dmabuf = exports_ && may_share(settings().io_mode),
          .alternate = input_ && input_->has_source()};
}

/// Sets the device to what its source sends, and wants to be told of changes.
Source::Outcome<> Source::follow() {
  if (device().look_at_graph()) update_facts();
  if (!input_) return {};
  const auto& node = *device().node();
  if (!subscribed_) {
    const auto told = v4l2::subscribe_source_change(node, input_->index);
    if (!told) return std::unexpected{failed(path(), told.error(), "to subscribe to its events")};
    subscribed_ = true;
  }
  if (!input_->has_source()) return {};
  const auto source = v4l2::follow_source(node, *input_);
  if (!source) return std::unexpected{failed(path(), source.error(), "to follow its source")};
  GST_INFO_OBJECT(element_, "input %u (%s): signal %d%s", input_->index, input_->name.c_str(),
                  static_cast<int>(source->signal), source->changed ? ", changed" : "");
  tell_signal(source->signal, input_->name);
  if (!source->changed) return {};
  device().renew_modes();
  update_facts();
  return {};
}

void Source::tell_signal(v4l2::Signal signal, const std::string& input) {
  const auto lost = [](v4l2::Signal it) {
    return it != v4l2::Signal::present && it != v4l2::Signal::unknown;
  };
  const auto before = std::exchange(signal_, signal);
  if (lost(signal) && before != signal)
    tell(Notice::State::signal_lost, path(), no_signal(path(), input).text, {});
  if (signal == v4l2::Signal::present && before && lost(*before))
    notices_.push_back(signal_found(path(), input));
}

/// The size that the source sends: what the driver is set to once it follows it, or by who has set
/// up its media graph. Nothing where no source decides.
Source::Outcome<std::optional<v4l2::Size>> Source::native_size() const {
  const bool behind_graph = device().capability().behind_graph();
  if (!behind_graph && (!input_ || !input_->has_source())) return std::nullopt;
  const auto current = device().modes()->current();
  if (!current) return std::unexpected{failed(path(), current.error(), "to ask for its format")};
  if (current->size.width == 0 || current->size.height == 0) return std::nullopt;
  return v4l2::Size{current->size.width, frame_height(*current)};
}

/// What the user has set instead of what the driver says.
Source::Outcome<Source::Overrides> Source::overrides() const {
  const auto wishes = settings();
  Overrides overrides{.pixel_aspect = std::nullopt,
                      .carry_pixel_aspect = wishes.force_aspect_ratio,
                      .colorimetry = std::nullopt,
                      .colorimetry_text = {}};
  if (!wishes.pixel_aspect_ratio.empty()) {
    overrides.pixel_aspect = parse_pixel_aspect(wishes.pixel_aspect_ratio);
    if (!overrides.pixel_aspect)
      return std::unexpected{bad_setting(path(), "pixel-aspect-ratio", wishes.pixel_aspect_ratio,
                                         "a ratio such as 59/54")};
  }
  if (!wishes.colorimetry.empty()) {
    overrides.colorimetry = parse_colorimetry(wishes.colorimetry);
    if (!overrides.colorimetry)
      return std::unexpected{bad_setting(path(), "colorimetry", wishes.colorimetry,
                                         "a name such as bt709, or four numbers such as 2:4:7:1")};
    overrides.colorimetry_text = colorimetry_text(*overrides.colorimetry).get();
  }
  return overrides;
}

/// Modes that `wanted` names, for which the device's need not be listed.
Source::Outcome<std::vector<Choice>> Source::named_choices(const GstCaps* wanted, CapsKinds kinds) {
  // Its driver may take any, and then nothing comes but what is sent.
  if (device().delivered()) return std::vector<Choice>{};
  const bool multiplanar = device().buffer_type() == v4l2::BufferType::capture_mplane;
  auto direct = direct_choices(wanted, multiplanar, kinds);
  // After a loss, what flowed before comes first.
  if (former_caps_ && gst_caps_can_intersect(former_caps_.get(), wanted) != FALSE) {
    auto former = direct_choices(former_caps_.get(), multiplanar, kinds);
    direct.insert(direct.begin(), former.begin(), former.end());
  }
  for (auto& choice : direct) {
    if (choice.interval.known()) continue;
    const auto intervals = device().modes()->intervals({choice.row->fourcc}, choice.size);
    if (!intervals)
      return std::unexpected{failed(path(), intervals.error(), "to list its frame rates")};
    choice.interval = best_interval(*intervals, choice, wanted);
  }
  return direct;
}

/// Modes of the device that `wanted` takes, the best first, but for those that were `tried`.
Source::Outcome<std::vector<Choice>> Source::listed_choices(const GstCaps* wanted, CapsKinds kinds,
                                                            std::span<const Choice> tried) {
  const auto native = native_size();
  if (!native) return std::unexpected{native.error()};
  const auto offers = offers_within(*device().modes(), wanted, kinds, *native);
  if (!offers) return std::unexpected{failed(path(), offers.error(), "to list its modes")};
  auto best = choices(*offers, wanted, {.prefer = settings().prefer, .native = *native});
  if (device().capability().behind_graph() && !device().delivered()) {
    // Where its graph can't be seen, what the node is set to is most likely what comes.
    const auto current = device().modes()->current();
    if (!current) return std::unexpected{failed(path(), current.error(), "to ask for its format")};
    std::ranges::stable_partition(
        best, [&](const Choice& choice) { return choice.row->fourcc == current->fourcc.code; });
  }
  std::erase_if(
      best, [&](const Choice& choice) { return std::ranges::find(tried, choice) != tried.end(); });
  return best;
}

Source::Outcome<CapsPtr> Source::agree(const GstCaps* wanted) {
  const auto overrides = this->overrides();
  if (!overrides) return std::unexpected{overrides.error()};
  // The driver takes no other format as long as buffers are allocated; and one that knows no
  // orphans, as long as downstream holds one of them.
  const auto held = capture_ && capture_->pinned() ? capture_->held() : 0;
  capture_.reset();
  agreement_.reset();
  wanted_.reset(gst_caps_copy(wanted));
  GST_DEBUG_OBJECT(element_, "downstream takes %" GST_PTR_FORMAT, static_cast<const void*>(wanted));
  if (const auto followed = follow(); !followed) return std::unexpected{followed.error()};
  const auto kinds = caps_kinds();
  if (shortage_) {
    const auto cheaper = cheaper_modes_for(wanted, shortage_->demand);
    if (!cheaper) return std::unexpected{cheaper.error()};
    const auto tried = try_choices(*cheaper, wanted, *overrides, held);
    if (!tried) return std::unexpected{tried.error()};
    if (!agreement_) {
      auto refusal = shortage_->refusal;
      if (shortage_->refused > 1) refusal.text += tries(shortage_->refused);
      return std::unexpected{std::move(refusal)};
    }
    return agreed(wanted);
  }
  const auto named = named_choices(wanted, kinds);
  if (!named) return std::unexpected{named.error()};
  auto given = try_choices(*named, wanted, *overrides, held);
  if (!given) return std::unexpected{given.error()};
  if (!agreement_) {
    const auto listed = listed_choices(wanted, kinds, *named);
    if (!listed) return std::unexpected{listed.error()};
    GST_DEBUG_OBJECT(element_, "downstream names %zu modes, none will do; the device lists %zu",
                     named->size(), listed->size());
    auto other = try_choices(*listed, wanted, *overrides, held);
    if (!other) return std::unexpected{other.error()};
    if (*other) given = std::move(other);
  }
  if (!agreement_) {
    auto why = refusal(wanted, *given);
    return std::unexpected{why ? *std::move(why) : why.error()};
  }
  return agreed(wanted);
}

Source::Outcome<CapsPtr> Source::agreed(const GstCaps* wanted) {
  const bool restoring = former_setup_.has_value();
  if (const auto set_up = complete_setup(); !set_up) return std::unexpected{set_up.error()};
  if (restoring) {
    const auto holding = holds();
    if (!holding) return std::unexpected{holding.error()};
    if (!*holding) return agree(wanted);  // when there is nothing more to restore
  }
  return CapsPtr{gst_caps_ref(agreement().caps.get())};
}

/// Nothing once there is an agreement; else what the driver made of the first choice.
Source::Outcome<std::optional<Source::Given>> Source::try_choices(std::span<const Choice> best,
                                                                  const GstCaps* wanted,
                                                                  const Overrides& overrides,
                                                                  std::uint32_t held) {
  // Each costs calls that may be slow; who has not found one among so many will not.
  constexpr std::size_t most_tries = 8;
  std::optional<Given> first;
  for (const auto& choice : best.first(std::min(best.size(), most_tries))) {
    if (choice.dmabuf_caps && !exports_) continue;  // which one of them has found out
    auto given = settle(choice, wanted, overrides);
    if (!given && held > 0 && given.error().cause == Cause::busy)
      return std::unexpected{held_downstream(path(), held, given.error().error)};
    // Only what the driver changed is worth another try; a failed call is not.
    if (!given) return std::unexpected{given.error()};
    if (!*given && shortage_ && !clearly_less(agreed_mode(), shortage_->demand)) {
      GST_DEBUG_OBJECT(element_, "asked for %s, got %s, which takes no less",
                       describe(choice).c_str(), describe(agreed_mode()).c_str());
      agreement_.reset();
      continue;
    }
    if (!*given) {
      GST_INFO_OBJECT(element_, "chose %s, the best of %zu: %" GST_PTR_FORMAT,
                      describe(choice).c_str(), best.size(),
                      static_cast<void*>(agreement().caps.get()));
      // That it is slow was said before, or is by the WARNING of what the bus has no room for.
      if (shortage_ || keeps_caps()) return std::nullopt;
      const auto warned = warn_of_crawl(choice, wanted);
      if (!warned) return std::unexpected{warned.error()};
      return std::nullopt;
    }
    GST_DEBUG_OBJECT(element_, "asked for %s, got %" GST_PTR_FORMAT, describe(choice).c_str(),
                     static_cast<void*>((*given)->caps.get()));
    if (!first) first = std::move(*given);
  }
  return first;
}

// ---- what it tells ------------------------------------------------------------------------------

namespace {

/// Whether downstream takes nothing but raw video, at whatever rate: who takes something else, or
/// named a rate, has chosen.
bool asks_for_raw_video(const GstCaps* wanted) {
  if (gst_caps_is_any(wanted) != FALSE) return false;
  for (guint i = 0; i < gst_caps_get_size(wanted); ++i) {
    const auto* const structure = gst_caps_get_structure(wanted, i);
    if (gst_structure_has_name(structure, "video/x-raw") == FALSE) return false;
    const auto* const asked = gst_structure_get_value(structure, "framerate");
    if (asked != nullptr && GST_VALUE_HOLDS_FRACTION(asked)) return false;
  }
  return true;
}

v4l2::Interval shortest_of(std::span<const v4l2::IntervalRange> offered) {
  v4l2::Interval shortest{};
  for (const auto& range : offered)
    if (rate_of(range.shortest) > rate_of(shortest)) shortest = range.shortest;
  return shortest;
}

}  // namespace

/// Raw video that crawls where a compressed mode would run: whoever asks for raw video of a size
/// often does not know that the bus is too narrow for it.
Source::Outcome<> Source::warn_of_crawl(const Choice& choice, const GstCaps* wanted) {
  const auto rate = rate_of(agreement().interval);
  if (!choice.row->raw() || rate == 0 || rate >= fluent || !asks_for_raw_video(wanted)) return {};
  const auto formats = device().modes()->formats();
  if (!formats) return std::unexpected{failed(path(), formats.error(), "to list its formats")};
  for (const auto& format : *formats) {
    const auto* const row = row_of(format.fourcc.code);
    if (row == nullptr || row->has_lines()) continue;
    const auto intervals = device().modes()->intervals(format.fourcc, choice.size);
    if (!intervals)
      return std::unexpected{failed(path(), intervals.error(), "to list its frame rates")};
    const auto shortest = shortest_of(*intervals);
    if (rate_of(shortest) < fluent) continue;
    const Choice better{.row = row, .size = choice.size, .interval = shortest, .colorimetry = {}};
    const Offer offer{.row = row,
                      .sizes = {.smallest = choice.size, .largest = choice.size},
                      .intervals = {{.shortest = shortest, .longest = shortest}}};
    warnings_.push_back(crawl(path(), describe(choice), describe(better), shown(offer, nullptr)));
    return {};
  }
  return {};
}

static v4l2::Target target_of(const Choice& choice) {
  v4l2::Target target{.fourcc = {choice.row->fourcc}, .size = choice.size};
  if (choice.field != V4L2_FIELD_ANY) target.field = choice.field;
  if (choice.field == V4L2_FIELD_ALTERNATE) target.size.height /= 2;
  if (!choice.colorimetry.empty())
    if (const auto colours = parse_colorimetry(choice.colorimetry))
      target.colorimetry = wire_colorimetry(*colours);
  return target;
}

/// What has the media graph send something that `wanted` takes; empty where there is no graph, or
/// where nothing does.
std::vector<std::string> Source::commands_for(const GstCaps* wanted) const {
  const auto delivered = device().delivered();
  if (!delivered) return {};
  const auto& node = device().node();
  const auto graph = v4l2::read_media_graph(*node, v4l2::Extent::all);
  if (!graph) return {};
  // All that the node could capture, of whatever size. What comes now is better than the rest.
  v4l2::Modes any{node, device().buffer_type()};
  const auto now = device().modes()->formats();
  const auto offers = offers_within(any, wanted, caps_kinds(), delivered->size);
  if (!now || !offers) return {};
  auto best = choices(*offers, wanted, {.prefer = settings().prefer, .native = delivered->size});
  std::ranges::stable_partition(best, [&](const Choice& choice) {
    return std::ranges::find(*now, v4l2::Fourcc{choice.row->fourcc},
                             &v4l2::OfferedFormat::fourcc) != now->end();
  });
  constexpr std::size_t most_tries = 8;
  best.resize(std::min(best.size(), most_tries));
  // Another source is another camera as a rule: rather another mode of this one.
  for (const auto sources : {v4l2::Sources::current, v4l2::Sources::other})
    for (const auto& choice : best)
      if (auto commands = commands_to_set_up(*graph, *node, target_of(choice), sources);
          !commands.empty())
        return commands;
  return {};
}

Source::Outcome<Report> Source::refusal(const GstCaps* wanted,
                                        const std::optional<Given>& given) const {
  constexpr std::size_t near_enough = 8;
  auto& modes = *device().modes();
  const auto cannot_list = [this](const v4l2::Error& error) {
    return std::unexpected{failed(path(), error, "to list its modes")};
  };
  const auto all = all_offers(modes);
  if (!all) return cannot_list(all.error());
  auto inexpressible = inexpressible_formats(modes);
  if (!inexpressible) return cannot_list(inexpressible.error());
  auto near = nearest_offers(*all, wanted, near_enough);
  for (auto& offer : near) {
    const auto size = size_within(offer, nullptr, std::nullopt);
    const auto intervals = modes.intervals({offer.row->fourcc}, size.value_or(offer.sizes.largest));
    if (!intervals) return cannot_list(intervals.error());
    offer.intervals.assign(intervals->begin(), intervals->end());
  }
  auto why = given ? refuse_given(given->caps,
                                  {.field = given->field,
                                   .has = given->has,
                                   .rate_answer = given->rate_answer,
                                   .format_answer = given->format_answer},
                                  *all, near, std::move(*inexpressible), wanted)
                   : refuse(*all, near, std::move(*inexpressible), wanted);
  auto commands = commands_for(wanted);
  if (!commands.empty())
    why.advice = "Its media graph sends nothing else. " + advice_to_run(commands);
  auto report = not_negotiated(path(), std::move(why));
  report.commands = std::move(commands);
  return report;
}

}  // namespace v4l2gst
