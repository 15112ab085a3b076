#pragma once

namespace v4l2gst {

/// A visitor made of one lambda for each case.
template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

// Clang before 17 does not deduce aggregates by itself.
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace v4l2gst
