#pragma once

#include <atomic>
#include <cstdint>

namespace v4l2gst {

/// Counts which parts of a buffer on loan are still out: its memories, and the GstBuffer.
///
/// `Atomic` is std::atomic. tests/model replaces it (see v4l2::LoanSets).
template <template <class> class Atomic>
class LoanCount {
public:
  /// Begins a loan of `parts` parts. The streaming context calls this while all are at rest.
  ///
  /// Relaxed: a thread that returns a part synchronised with the streaming context to get it.
  void begin(std::uint32_t parts) { out_.store(parts, std::memory_order_relaxed); }

  /// Notes that a part is back. Returns true if it was the last: the loan has ended. Any thread.
  ///
  /// Acquire and release: what each thread wrote to the slot before happens before what the last
  /// one does with it.
  [[nodiscard]] bool end_part() { return out_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

private:
  Atomic<std::uint32_t> out_{};
};

}  // namespace v4l2gst
