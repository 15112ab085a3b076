#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace fake {

/// The request number of read() for Faults::fail(), which otherwise takes ioctl numbers.
inline constexpr unsigned long fake_read = 0;

/// Faults make calls fail and change answers. A test gives orders, which take effect in the order
/// given. The camera's mutex guards them.
class Faults {
public:
  /// The next `times` calls of `request` fail with `error`, after `after` that succeed.
  void fail(unsigned long request, int error, unsigned times = 1, unsigned after = 0) {
    orders_.push_back(
        {.request = request, .error = error, .times = times, .after = after, .lie = {}});
  }

  /// `lie` changes the answers of the next `times` calls of `request`, after `after` unchanged
  /// ones. `lie` gets the ioctl's argument after a successful call.
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

  /// Returns the errno that this call fails with, or nullopt.
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
