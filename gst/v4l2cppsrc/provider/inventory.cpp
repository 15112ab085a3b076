#include "provider/inventory.h"

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

namespace v4l2gst {
namespace {

/// Returns true if both are the same node of the same device. What depends on other devices, such
/// as the id, may differ.
bool same_node(const v4l2::ListedNode& a, const v4l2::ListedNode& b) {
  auto identity = a.identity;
  identity.serial_shared = b.identity.serial_shared;
  return a.path == b.path && a.number == b.number && a.name == b.name && identity == b.identity;
}

/// Leaves out further names of a node, such as a link. A camera is listed once.
std::vector<v4l2::ListedNode> with_one_name(std::vector<v4l2::ListedNode> nodes) {
  std::set<std::string> seen;
  std::erase_if(nodes, [&](const v4l2::ListedNode& node) {
    return !node.number.empty() && !seen.insert(node.number).second;
  });
  return nodes;
}

/// Returns the same facts of a node that is described otherwise.
SharedFacts with_node(const DeviceFacts& facts, const v4l2::ListedNode& node) {
  return std::make_shared<DeviceFacts>(DeviceFacts{.node = node,
                                                   .capability = facts.capability,
                                                   .caps = CapsPtr{gst_caps_ref(facts.caps.get())},
                                                   .sysfs_path = facts.sysfs_path,
                                                   .parent_path = facts.parent_path,
                                                   .manufacturer = facts.manufacturer});
}

}  // namespace

bool Inventory::changes_by_itself(const Entry& entry) {
  if (entry.listed) return !entry.listed->capability.reserves_buffers();  // a loopback device
  return entry.reason == Unlisted::busy || entry.reason == Unlisted::unfed;
}

bool Inventory::may_have_changed(const Entry& entry, const Change& change) {
  switch (change.kind) {
    case Change::Kind::time:
      return changes_by_itself(entry);
    case Change::Kind::came:
    case Change::Kind::access:
      if (change.path == entry.node.path) return true;
      [[fallthrough]];
    case Change::Kind::gone:
      // Another program may have set up a graph, or done what else was missing.
      return changes_by_itself(entry) || entry.reason == Unlisted::not_set_up ||
             entry.reason == Unlisted::failed;
    case Change::Kind::any:
      break;
  }
  return !entry.listed && entry.reason != Unlisted::no_capture;
}

/// Returns nullopt while the node is still being asked.
std::optional<Inventory::Question> Inventory::ask(Entry& entry) {
  entry.again = entry.asking;
  if (entry.asking) return std::nullopt;
  entry.asking = true;
  return Question{.key = entry.key, .node = entry.node, .known = entry.listed};
}

/// Returns nullopt if it was not listed.
std::optional<Inventory::News> Inventory::unlist(Entry& entry) {
  if (!entry.listed) return std::nullopt;
  return News{
      .kind = News::Kind::removed, .key = entry.key, .facts = std::exchange(entry.listed, nullptr)};
}

std::vector<Inventory::News> Inventory::forget_gone(const std::vector<v4l2::ListedNode>& nodes,
                                                    std::span<const Change> changes) {
  Step step;
  for (auto at = entries_.begin(); at != entries_.end();) {
    auto& entry = at->second;
    const bool gone = std::ranges::any_of(changes, [&](const Change& change) {
      return change.kind == Change::Kind::gone && change.path == entry.node.path;
    });
    const bool there = std::ranges::any_of(
        nodes, [&](const v4l2::ListedNode& node) { return same_node(node, entry.node); });
    if (there && !gone) {
      ++at;
      continue;
    }
    step.add(unlist(entry));
    at = entries_.erase(at);
  }
  return std::move(step.news);
}

Inventory::Step Inventory::look(std::vector<v4l2::ListedNode> nodes,
                                std::span<const Change> changes) {
  nodes = with_one_name(std::move(nodes));
  Step step{.news = forget_gone(nodes, changes)};
  for (auto& node : nodes) {
    const auto [at, is_new] = entries_.try_emplace(node.path);
    auto& entry = at->second;
    if (is_new) entry.key = ++last_key_;
    entry.node = std::move(node);
    const auto concerns = [&](const Change& change) {
      return may_have_changed(entry, change);
    };
    if (is_new || std::ranges::any_of(changes, concerns)) step.add(ask(entry));
    if (!entry.listed || entry.listed->node == entry.node) continue;
    // Another camera has come or gone, and so this one has another id.
    entry.listed = with_node(*entry.listed, entry.node);
    step.add(News{.kind = News::Kind::changed, .key = entry.key, .facts = entry.listed});
  }
  return step;
}

Inventory::Step Inventory::answered(Key key, Answer answer) {
  Step step;
  const auto at =
      std::ranges::find(entries_, key, [](const auto& each) { return each.second.key; });
  if (at == entries_.end()) return step;
  auto& entry = at->second;
  entry.asking = false;
  if (answer) {
    answer->node = entry.node;
    const bool was_listed = entry.listed != nullptr;
    entry.reason.reset();
    if (!was_listed || !same_facts(*entry.listed, *answer)) {
      entry.listed = std::make_shared<DeviceFacts>(std::move(*answer));
      step.add(News{.kind = was_listed ? News::Kind::changed : News::Kind::added,
                    .key = key,
                    .facts = entry.listed});
    }
  } else if (!entry.listed || answer.error() != Unlisted::busy) {
    // A listed device that is busy now is one that somebody uses.
    entry.reason = answer.error();
    step.add(unlist(entry));
  }
  if (std::exchange(entry.again, false)) step.add(ask(entry));
  return step;
}

bool Inventory::asking() const {
  return std::ranges::any_of(entries_ | std::views::values, &Entry::asking);
}

bool Inventory::depends_on_time() const {
  return std::ranges::any_of(entries_ | std::views::values, changes_by_itself);
}

}  // namespace v4l2gst
