// Checks the atomics of the buffer queue and of the pool with Relacy: in each scenario it runs
// every interleaving of the threads, with each value that a load may see. Then it weakens the order
// of one operation of the product after another. The model must fail each time, else the order is
// stronger than need be, or the model too weak to tell.
#include <array>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/scenarios.h"

namespace {

struct Outcome {
  rl::test_result_e result{};
  rl::iteration_t interleavings{};
};

/// Runs all interleavings, or those up to the first that fails.
template <class Scenario>
Outcome run(bool with_history) {
  // Relacy replaces new and delete while it runs, so it writes to what allocates nothing.
  std::ostream nowhere{nullptr};
  rl::test_params params;
  params.search_type = rl::sched_full;
  params.output_stream = with_history ? &std::cerr : &nowhere;
  params.progress_stream = &nowhere;
  params.output_history = !with_history;
  const auto passed = rl::simulate<Scenario>(params);
  return {.result = passed ? rl::test_result_success : params.test_result,
          .interleavings = params.stop_iteration + 1};
}

struct Scenario {
  std::string_view name;
  Outcome (*run)(bool with_history);
};

// Those with few interleavings first: most weakened orders are found there.
constexpr auto scenarios = std::to_array<Scenario>({
    {"a retired buffer is freed", run<model::Retired>},
    {"the memory of a returned buffer is exchanged", run<model::Exchanged>},
    {"the streaming context waits for a buffer", run<model::Waiting>},
    {"the driver fills a buffer on loan", run<model::Overwritten>},
    {"a GstBuffer and its memory come back apart", run<model::TwoParts>},
    {"two threads return a buffer each, and one looks for them", run<model::Looking>},
    {"two threads return a buffer each, and one lends", run<model::TwoReturners>},
});

std::string_view name_of(std::memory_order order) {
  switch (order) {
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    case std::memory_order_seq_cst:
      return "seq_cst";
    default:
      return "relaxed";
  }
}

/// Orders that no scenario needs: without them a thread may see the effect of what another one has
/// not done yet. Relacy runs operations one after another, so it can't show that.
bool is_beyond_the_model(const model::Operation& operation, int number_in_function) {
  const std::string_view function{operation.function};
  return function.find("any_requeued") != function.npos ||
         (function.find("begin_return") != function.npos && number_in_function == 3);
}

class Tap {
public:
  void test(bool passed, const std::string& name) {
    std::cout << (passed ? "ok " : "not ok ") << ++count_ << " - " << name << std::endl;
    failed_ |= !passed;
  }

  [[nodiscard]] int end() const {
    std::cout << "1.." << count_ << '\n';
    return failed_ ? 1 : 0;
  }

private:
  int count_{};
  bool failed_{};
};

std::string place_of(const model::Operation& operation) {
  const std::string_view file{operation.file};
  return std::string{file.substr(file.rfind('/') + 1)} + ":" + std::to_string(operation.line);
}

/// Returns what the first scenario that fails found; empty if all pass.
std::string found_when_weakened() {
  for (const auto& scenario : scenarios) {
    const auto outcome = scenario.run(false);
    if (outcome.result == rl::test_result_success) continue;
    return std::string{rl::test_result_str(outcome.result)} + " in interleaving " +
           std::to_string(outcome.interleavings) + " of: " + std::string{scenario.name};
  }
  return {};
}

void weaken(Tap& tap, const model::Operation& operation, int number_in_function) {
  std::vector<std::memory_order> weaker{std::memory_order_relaxed};
  if (operation.order == std::memory_order_acq_rel)
    weaker = {std::memory_order_acquire, std::memory_order_release};
  for (const auto order : weaker) {
    const auto what = place_of(operation) + " " + std::string{name_of(operation.order)} + " as " +
                      std::string{name_of(order)};
    model::weakened = {.operation = operation, .order = order};
    const auto found = found_when_weakened();
    model::weakened.reset();
    if (is_beyond_the_model(operation, number_in_function))
      tap.test(found.empty(), what + ": beyond the model");
    else
      tap.test(!found.empty(), what + ": " + (found.empty() ? "nothing fails" : found));
  }
}

}  // namespace

int main() {
  Tap tap;
  rl::iteration_t interleavings{};
  for (const auto& scenario : scenarios) {
    const auto outcome = scenario.run(true);
    const bool passed = outcome.result == rl::test_result_success;
    interleavings += outcome.interleavings;
    tap.test(passed, std::string{scenario.name} + ": " +
                         (passed ? "all " + std::to_string(outcome.interleavings) + " interleavings"
                                 : rl::test_result_str(outcome.result)));
  }
  std::cout << "# " << interleavings << " interleavings in all" << std::endl;
  const std::span operations{model::operations.data(), model::operation_count};
  tap.test(!operations.empty(), "operations to weaken were seen");
  for (const auto& operation : operations) {
    int number_in_function{};
    for (const auto& other : operations)
      if (std::strcmp(other.function, operation.function) == 0 && other.line <= operation.line)
        ++number_in_function;
    weaken(tap, operation, number_in_function);
  }
  return tap.end();
}
