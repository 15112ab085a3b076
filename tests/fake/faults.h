#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace fake {

/// read(), for Faults::fail(), which else takes the numbers of ioctls.
inline constexpr unsigned long fake_read = 0;

/// Faults on demand: calls that fail, and answers that lie. A test orders them, the fake obeys in
/// the order given. Guarded by its camera's mutex.
class Faults {
public:
  /// "The next `times` VIDIOC_X fail with `error`", after `after` more that go well.
  void fail(unsigned long request, int error, unsigned times = 1, unsigned after = 0) {
    orders_.push_back(
        {.request = request, .error = error, .times = times, .after = after, .lie = {}});
  }

  /// "What the next `times` VIDIOC_X answer is changed by `lie`", after `after` that are true.
  /// `lie` gets the ioctl's argument when the call has gone well.
  template <class Argument>
  void alter(unsigned long request, std::function<void(Argument&)> lie, unsigned times = 1,
             unsigned after = 0) {
    orders_.push_back({.request = request,
                       .error = 0,
                       .times = times,
                       .after = after,
                       .lie = [lie = std::move(lie)](void* argument) {
                         lie(*static_cast<Argument*>(argument));
                       }});
  }

  void clear() { orders_.clear(); }

  /// The errno that this call shall fail with, if any.
  std::optional<int> failure(unsigned long request) {
    auto* const order = due(request, false);
    if (order == nullptr) return std::nullopt;
    return order->error;
  }

  void tell_lies(unsigned long request, void* argument) {
    if (auto* const order = due(request, true)) order->lie(argument);
  }

private:
  struct Order {
    unsigned long request{};
    int error{};
    unsigned times{};
    unsigned after{};
    std::function<void(void*)> lie;
  };

  Order* due(unsigned long request, bool lie) {
    for (auto& order : orders_) {
      if (order.request != request || static_cast<bool>(order.lie) != lie || order.times == 0)
        continue;
      if (order.after > 0) {
        --order.after;
        return nullptr;
      }
      --order.times;
      return &order;
    }
    return nullptr;
  }

  std::vector<Order> orders_;
};

}  // namespace fake
