#include "negotiation/negotiator.h"

#include <algorithm>
#include <utility>

#include "camera/camera.h"
#include "camera/geometry.h"
#include "camera/restoration.h"
#include "common/log.h"
#include "common/settings.h"
#include "device/modes.h"
#include "formats/offered_mode.h"
#include "kernel/waker.h"
#include "messages/failures.h"
#include "messages/messages.h"
#include "negotiation/bandwidth.h"
#include "negotiation/candidates.h"
#include "negotiation/explanation.h"
#include "negotiation/format_setter.h"
#include "negotiation/offers.h"
#include "negotiation/shortage.h"

namespace v4l2gst {

v4l2::Device& Negotiator::device() {
  return camera_.device;
}

const v4l2::Device& Negotiator::device() const {
  return camera_.device;
}

const std::string& Negotiator::path() const {
  return camera_.path();
}

// ---- candidates ---------------------------------------------------------------------------------

/// Returns the modes that downstream names. The device's modes need not be listed for these.
Outcome<std::vector<Candidate>> Negotiator::named_candidates(const Wish& wish) const {
  // The driver of a node behind a media graph may take any mode. Frames come only in the format
  // that the graph sends.
  if (device().delivered()) return std::vector<Candidate>{};
  const auto kinds = camera_.caps_kinds(settings_.io_mode);
  const bool multiplanar = device().buffer_type() == v4l2::BufferType::capture_mplane;
  auto direct = direct_candidates(wish.wanted, multiplanar, kinds);
  // The caps from before a loss come first.
  if (wish.former != nullptr && gst_caps_can_intersect(wish.former, wish.wanted) != FALSE) {
    auto former = direct_candidates(wish.former, multiplanar, kinds);
    direct.insert(direct.begin(), former.begin(), former.end());
  }
  for (auto& candidate : direct) {
    if (candidate.interval.known()) continue;
    const auto intervals = device().modes()->intervals({candidate.row->fourcc}, candidate.size);
    if (!intervals)
      return std::unexpected{failed(path(), intervals.error(), "to list its frame rates")};
    candidate.interval = best_interval(*intervals, candidate, wish.wanted);
  }
  return direct;
}

/// Returns the device's modes that downstream takes, the best first, without those in `tried`.
Outcome<std::vector<Candidate>> Negotiator::listed_candidates(
    const Wish& wish, std::span<const Candidate> tried) const {
  auto native = camera_.native_size();
  if (!native) return std::unexpected{native.error()};
  if (suiting_) *native = suiting_;
  const auto offers =
      offers_within(*device().modes(), wish.wanted, camera_.caps_kinds(settings_.io_mode), *native);
  if (!offers) return std::unexpected{failed(path(), offers.error(), "to list its modes")};
  auto best =
      ranked_candidates(*offers, wish.wanted, {.prefer = settings_.prefer, .native = *native});
  if (device().capability().behind_graph() && !device().delivered()) {
    // A node whose graph can't be read most likely captures what it is set to.
    const auto current = device().modes()->current();
    if (!current) return std::unexpected{failed(path(), current.error(), "to ask for its format")};
    std::ranges::stable_partition(best, [&](const Candidate& candidate) {
      return candidate.row->fourcc == current->fourcc.code;
    });
  }
  if (suiting_ && !best.empty() && best.front().size != *suiting_) {
    // A driver that lists no sizes may have the one that suits the user's rectangles.
    const auto sizes = device().modes()->sizes({best.front().row->fourcc});
    if (!sizes) return std::unexpected{failed(path(), sizes.error(), "to list its sizes")};
    if (sizes->empty()) {
      auto suiting = best.front();
      suiting.size = *suiting_;
      best.insert(best.begin(), suiting);
    }
  }
  std::erase_if(best, [&](const Candidate& candidate) {
    return std::ranges::find(tried, candidate) != tried.end();
  });
  return best;
}

// ---- trying candidates --------------------------------------------------------------------------

/// Returns true if the mode that is set is accepted. Returns false during a shortage if the mode
/// takes no less of the bus than the one before.
Outcome<bool> Negotiator::accept(const Candidate& candidate, const StreamConfig& config,
                                 std::size_t choices, const Wish& wish) {
  const auto mode = mode_of(config);
  if (wish.shortage != nullptr && !clearly_less(mode, wish.shortage->demand)) {
    GST_DEBUG_OBJECT(messages_.element(), "asked for %s, got %s, which takes no less",
                     describe(candidate).c_str(), describe(mode).c_str());
    return false;
  }
  accepted_caps_.reset(gst_caps_ref(config.caps.get()));
  GST_INFO_OBJECT(messages_.element(), "chose %s, the best of %zu: %" GST_PTR_FORMAT,
                  describe(candidate).c_str(), choices, static_cast<void*>(config.caps.get()));
  // The WARNING about slow video was posted before, or the one about bandwidth covers it.
  if (wish.shortage != nullptr || keeps_caps(config, wish.flowing)) return true;
  auto slow = find_smoother_mode(camera_, candidate, config.interval, wish.wanted);
  if (!slow) return std::unexpected{slow.error()};
  if (auto& warning = *slow) messages_.warn(std::move(*warning));
  return true;
}

/// Returns the first mode that is accepted, otherwise the driver's answer to the first candidate.
Outcome<Negotiator::Tried> Negotiator::try_candidates(std::span<const Candidate> best,
                                                      const Wish& wish) {
  // Each candidate costs calls that may be slow. If so many are refused, others will be too.
  constexpr std::size_t most_tries = 8;
  FormatSetter setter{camera_, restoration_, geometry_, waker_, overrides_, prepare_};
  std::optional<DriverAnswer> first;
  std::size_t attempts{};
  for (const auto& candidate : best) {
    if (candidate.dmabuf_caps && !camera_.exports) continue;  // as an earlier one found out
    if (attempts++ == most_tries) break;
    auto answer = setter.set(candidate, wish.wanted);
    overtaken_ = setter.overtaken();
    if (!answer && wish.held_downstream > 0 && answer.error().cause == Cause::busy)
      return std::unexpected{held_downstream(path(), wish.held_downstream, answer.error().error)};
    // A candidate that the driver changed is worth another try. A failed call is not.
    if (!answer) return std::unexpected{answer.error()};
    if (auto* const config = std::get_if<StreamConfig>(&*answer)) {
      const auto accepted = accept(candidate, *config, best.size(), wish);
      if (!accepted) return std::unexpected{accepted.error()};
      if (*accepted) return std::move(*config);
      continue;
    }
    auto& given = std::get<DriverAnswer>(*answer);
    GST_DEBUG_OBJECT(messages_.element(), "asked for %s, got %" GST_PTR_FORMAT,
                     describe(candidate).c_str(), static_cast<void*>(given.caps.get()));
    if (!first) first = std::move(given);
  }
  return first;
}

Outcome<StreamConfig> Negotiator::choose_cheaper_mode(const Wish& wish) {
  const auto& shortage = *wish.shortage;
  const auto cheaper = cheaper_modes_of(camera_, settings_, wish.wanted, shortage.demand);
  if (!cheaper) return std::unexpected{cheaper.error()};
  auto tried = try_candidates(*cheaper, wish);
  if (!tried) return std::unexpected{tried.error()};
  if (auto* const config = std::get_if<StreamConfig>(&*tried)) return std::move(*config);
  auto refusal = shortage.refusal;
  if (shortage.refused > 1) refusal.text += tries(shortage.refused);
  return std::unexpected{std::move(refusal)};
}

Outcome<StreamConfig> Negotiator::choose_mode(const Wish& wish) {
  accepted_caps_.reset();
  GST_DEBUG_OBJECT(messages_.element(), "downstream takes %" GST_PTR_FORMAT,
                   static_cast<const void*>(wish.wanted));
  if (auto prepared = prepare_geometry(); !prepared)
    return std::unexpected{std::move(prepared.error())};
  if (wish.shortage != nullptr) return choose_cheaper_mode(wish);
  const auto named = named_candidates(wish);
  if (!named) return std::unexpected{named.error()};
  auto tried = try_candidates(*named, wish);
  if (!tried) return std::unexpected{tried.error()};
  if (auto* const config = std::get_if<StreamConfig>(&*tried)) return std::move(*config);
  auto given = std::get<std::optional<DriverAnswer>>(std::move(*tried));
  const auto listed = listed_candidates(wish, *named);
  if (!listed) return std::unexpected{listed.error()};
  GST_DEBUG_OBJECT(messages_.element(),
                   "downstream names %zu modes, none will do; the device lists %zu", named->size(),
                   listed->size());
  tried = try_candidates(*listed, wish);
  if (!tried) return std::unexpected{tried.error()};
  if (auto* const config = std::get_if<StreamConfig>(&*tried)) return std::move(*config);
  if (auto& other = std::get<std::optional<DriverAnswer>>(*tried)) given = std::move(other);
  auto why = explain_refusal(camera_, settings_, wish.wanted, given);
  return std::unexpected{why ? *std::move(why) : std::move(why.error())};
}

// ---- settings besides the mode ------------------------------------------------------------------

/// Sets the crop rectangle that the user named. Modes may depend on it. It beats the one that was
/// saved when the camera went away.
Outcome<> Negotiator::prepare_geometry() {
  if (auto wished = geometry_.wish(camera_, settings_); !wished) return wished;
  restoration_.leave_rectangles(geometry_.names_crop(), geometry_.names_compose());
  auto suiting = geometry_.prepare(camera_);
  if (!suiting) return std::unexpected{std::move(suiting.error())};
  suiting_ = *suiting;
  return {};
}

/// Restores the settings that the mode may have changed, and watches settings from now on. Returns
/// false if a restored control has changed the format.
Outcome<bool> Negotiator::complete(const StreamConfig& config) {
  // Watching takes calls at the start. It is done only where settings may be restored.
  const bool may_be_restored =
      settings_.on_disconnect == OnDisconnect::wait || settings_.on_stall == OnStall::reopen;
  const bool restoring = restoration_.pending();
  if (!may_be_restored)
    restoration_.forget();
  else if (const auto done = restoration_.complete(camera_, config.format.size, messages_); !done)
    return std::unexpected{done.error()};
  if (!restoring) return true;
  const auto now = confirm_format(device(), config.format);
  if (!now) return std::unexpected{now.error()};
  return same_picture(*now, config.format);
}

Outcome<std::optional<StreamConfig>> Negotiator::negotiate(const Wish& wish) {
  auto chosen = choose_mode(wish);
  if (overtaken_) return std::nullopt;
  if (!chosen) return std::unexpected{chosen.error()};
  const auto holds = complete(*chosen);
  if (!holds) return std::unexpected{holds.error()};
  if (*holds) {
    if (auto told = geometry_.report(camera_, false, messages_); !told)
      return std::unexpected{std::move(told.error())};
    return std::move(*chosen);
  }
  auto again = wish;
  again.held_downstream = 0;
  return negotiate(again);  // no settings are left to restore
}

}  // namespace v4l2gst
