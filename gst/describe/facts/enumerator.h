#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "kernel/node.h"

namespace v4l2describe {

/// The answers of an enumeration, with all that is wrong in them.
template <class Answer>
struct RawList {
  std::vector<Answer> answers;
  bool endless{};  ///< the driver did not end it at a plausible length
};

/// An Enumerator asks a driver for its lists, and counts the questions.
class Enumerator {
public:
  explicit Enumerator(const v4l2::Node& node) : node_{node} {}

  /// Asks with index 0, 1, 2, ... until there is no more, or until `last` returns true for an
  /// answer. Any error but that of a lost device ends the list.
  template <class Argument, class Last>
  v4l2::Result<RawList<Argument>> list(const v4l2::Request<Argument>& request, Argument question,
                                       Last last) {
    RawList<Argument> found;
    for (std::uint32_t index = 0; index < most_entries; ++index) {
      if (spent()) return found;
      auto answer = question;
      answer.index = index;
      ++questions_;
      const auto more = node_.ask_in_passing(request, answer);
      if (!more) return std::unexpected{more.error()};
      if (!*more) return found;
      found.answers.push_back(answer);
      if (last(answer)) return found;
    }
    found.endless = true;
    return found;
  }

  /// The same without a last answer.
  template <class Argument>
  v4l2::Result<RawList<Argument>> list(const v4l2::Request<Argument>& request, Argument question) {
    return list(request, question, [](const Argument&) { return false; });
  }

  /// Returns true if no more questions are asked, since too many were.
  [[nodiscard]] bool spent() const { return questions_ >= most_questions; }

private:
  // The same limits as of v4l2::Modes.
  static constexpr std::uint32_t most_entries = 512;
  static constexpr std::uint32_t most_questions = 16384;

  const v4l2::Node& node_;
  std::uint32_t questions_{};
};

}  // namespace v4l2describe
