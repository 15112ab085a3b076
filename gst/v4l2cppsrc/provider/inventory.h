#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "provider/ask_node.h"
#include "provider/change_source.h"
#include "provider/device_facts.h"

namespace v4l2gst {

using SharedFacts = std::shared_ptr<const DeviceFacts>;

/// Inventory decides which nodes are asked, and which are listed as devices. It makes no call on
/// the kernel.
///
/// A `Key` is the number of one node from the moment at which it was seen first until it went. A
/// node that comes back at the same path gets another one, so that a late answer of the former node
/// is not taken for one of the new node.
class Inventory {
public:
  using Key = std::uint64_t;

  /// A node that is to be asked.
  struct Question {
    Key key{};
    v4l2::ListedNode node{};
    SharedFacts known{};  ///< while it is listed
  };

  /// A change of what is listed.
  struct News {
    enum class Kind { added, changed, removed };

    Kind kind{};
    Key key{};
    SharedFacts facts{};  ///< the new ones; of a removed device the last ones
  };

  /// What a step of the inventory leads to.
  struct Step {
    std::vector<News> news{};
    std::vector<Question> questions{};

    void add(std::optional<News> more) {
      if (more) news.push_back(std::move(*more));
    }

    void add(std::optional<Question> more) {
      if (more) questions.push_back(std::move(*more));
    }
  };

  /// Compares the nodes that are there now with those that were there, in view of these changes.
  /// Each node is asked once when it comes. A node that was not listed is asked again when it may
  /// be usable by now. A node is never asked twice at the same time.
  Step look(std::vector<v4l2::ListedNode> nodes, std::span<const Change> changes);

  /// Takes the answer to a question.
  Step answered(Key key, Answer answer);

  /// Returns true while a question has no answer.
  [[nodiscard]] bool asking() const;

  /// Returns true if a node may become usable, or stop being so, while nothing under /dev changes.
  [[nodiscard]] bool depends_on_time() const;

private:
  struct Entry {
    Key key{};
    v4l2::ListedNode node{};
    SharedFacts listed{};              ///< null while it is not listed
    std::optional<Unlisted> reason{};  ///< the latest answer; nullopt for one that lists it
    bool asking{};
    bool again{};  ///< something changed while it was asked
  };

  [[nodiscard]] static bool may_have_changed(const Entry& entry, const Change& change);
  [[nodiscard]] static bool changes_by_itself(const Entry& entry);
  static std::optional<Question> ask(Entry& entry);
  static std::optional<News> unlist(Entry& entry);
  std::vector<News> forget_gone(const std::vector<v4l2::ListedNode>& nodes,
                                std::span<const Change> changes);

  std::map<std::string, Entry> entries_;  // by path
  Key last_key_{};
};

}  // namespace v4l2gst
