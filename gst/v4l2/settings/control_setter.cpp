#include "settings/control_setter.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "kernel/node.h"
#include "settings/control_payload.h"

namespace v4l2 {
namespace {

/// A Task is a wish that can be tried.
struct Task {
  ControlOutcome* outcome{};
  ControlInfo control;
  ControlValue asked;   // in the form of the control
  ControlValue wanted;  // the same within the control's range
  std::optional<ControlValue> now;
  bool pending{true};
  bool sent{};
  bool was_inactive{};

  /// Returns true if other controls may depend on this one. It is set before them.
  [[nodiscard]] bool decides() const {
    const auto form = control.form();
    return control.has(V4L2_CTRL_FLAG_UPDATE) || form == ControlForm::boolean ||
           form == ControlForm::menu;
  }

  /// A volatile value is the device's own, and tells nothing of what was set.
  [[nodiscard]] bool differs() const {
    constexpr auto always = V4L2_CTRL_FLAG_EXECUTE_ON_WRITE | V4L2_CTRL_FLAG_VOLATILE;
    return control.has(always) || now != wanted;
  }

  [[nodiscard]] bool inactive() const { return control.has(V4L2_CTRL_FLAG_INACTIVE); }

  void refuse(ControlRefusal refusal, int code = 0) {
    outcome->end = ControlEnd::refused;
    outcome->refusal = refusal;
    outcome->code = code;
    pending = false;
  }
};

ControlRefusal refusal_of(ValueFault fault) {
  switch (fault) {
    case ValueFault::wrong_type:
      return ControlRefusal::wrong_type;
    case ValueFault::out_of_range:
      return ControlRefusal::out_of_range;
    case ValueFault::wrong_length:
      return ControlRefusal::wrong_length;
    case ValueFault::no_such_label:
      return ControlRefusal::no_such_label;
    case ValueFault::ambiguous_label:
      return ControlRefusal::ambiguous_label;
  }
  return ControlRefusal::wrong_type;
}

ControlRefusal refusal_of(int code) {
  switch (code) {
    case ERANGE:
      return ControlRefusal::out_of_range;
    case EBUSY:
      return ControlRefusal::grabbed;
    default:
      return ControlRefusal::device_error;
  }
}

/// Setter fulfils one list of wishes.
class Setter {
public:
  Setter(const Node& node, const ControlList& known, std::span<const ControlWish> wishes)
      : node_{node}, known_{known}, outcomes_(wishes.size()) {
    for (std::size_t i = 0; i < wishes.size(); ++i)
      outcomes_[i].wish = wishes[i];
  }

  Result<std::vector<ControlOutcome>> run(Buttons buttons) {
    if (const auto done = find_controls(buttons); !done) return std::unexpected{done.error()};
    // The rounds are for modes, for modes that these set free, and for all the rest.
    constexpr int most_rounds = 4;
    for (int round = 1; round <= most_rounds; ++round) {
      const auto more = run_round(round == most_rounds);
      if (!more) return std::unexpected{more.error()};
      if (!*more) break;
    }
    if (const auto done = read_back(); !done) return std::unexpected{done.error()};
    return std::move(outcomes_);
  }

private:
  [[nodiscard]] Result<> find_controls(Buttons buttons);
  [[nodiscard]] Result<> begin(ControlOutcome& outcome, const ControlInfo& known);
  [[nodiscard]] Result<> look(bool pending_only);
  [[nodiscard]] Result<bool> run_round(bool last);
  [[nodiscard]] Result<> send(const std::vector<Task*>& tasks);
  [[nodiscard]] Result<> read_back();

  const Node& node_;
  const ControlList& known_;
  std::vector<ControlOutcome> outcomes_;
  std::vector<Task> tasks_;
};

/// Finds the control of each wish. Of two wishes for the same control the later one counts.
Result<> Setter::find_controls(Buttons buttons) {
  std::vector<const ControlInfo*> found;
  found.reserve(outcomes_.size());
  for (const auto& outcome : outcomes_)
    found.push_back(known_.find(outcome.wish.name));
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto& outcome = outcomes_[i];
    if (found[i] == nullptr) {
      outcome.refusal = ControlRefusal::unknown;
      outcome.suggestions = known_.similar(outcome.wish.name);
      continue;
    }
    outcome.control = *found[i];
    if (std::ranges::find(found.begin() + static_cast<std::ptrdiff_t>(i) + 1, found.end(),
                          found[i]) != found.end()) {
      outcome.end = ControlEnd::superseded;
    } else if (found[i]->form() == ControlForm::button && buttons == Buttons::leave) {
      outcome.end = ControlEnd::unchanged;
    } else if (const auto done = begin(outcome, *found[i]); !done) {
      return done;
    }
  }
  return {};
}

/// Makes a task of a wish, if the control could have such a value.
Result<> Setter::begin(ControlOutcome& outcome, const ControlInfo& known) {
  auto control = refreshed(node_, known);
  if (!control) return std::unexpected{control.error()};
  Task task{
      .outcome = &outcome, .control = std::move(*control), .asked = {}, .wanted = {}, .now = {}};
  const auto asked = to_form(task.control, outcome.wish.value);
  const auto wanted = to_value(task.control, outcome.wish.value);
  if (!task.control.writable()) {
    task.refuse(ControlRefusal::read_only);
  } else if (!asked || !wanted) {
    const auto fault = asked ? wanted.error() : asked.error();
    task.refuse(refusal_of(fault));
    const auto* const text = std::get_if<std::string>(&outcome.wish.value);
    if (fault == ValueFault::ambiguous_label && text != nullptr)
      outcome.suggestions = matching_labels(task.control, *text);
  } else {
    task.asked = *asked;
    task.wanted = *wanted;
  }
  tasks_.push_back(std::move(task));
  return {};
}

/// Reads the values of the tasks' controls.
Result<> Setter::look(bool pending_only) {
  std::vector<Task*> looked_at;
  std::vector<ControlInfo> controls;
  for (auto& task : tasks_) {
    if (pending_only && !task.pending) continue;
    looked_at.push_back(&task);
    controls.push_back(task.control);
  }
  auto values = read_values(node_, controls);
  if (!values) return std::unexpected{values.error()};
  for (std::size_t i = 0; i < looked_at.size(); ++i)
    looked_at[i]->now = std::move((*values)[i]);
  return {};
}

/// Sets modes that differ, or else all the rest. Returns true if there is more to do.
Result<bool> Setter::run_round(bool last) {
  if (std::ranges::none_of(tasks_, &Task::pending)) return false;
  if (const auto done = look(true); !done) return std::unexpected{done.error()};
  std::vector<Task*> due;
  std::vector<Task*> inactive;
  for (auto& task : tasks_)
    if (task.pending && task.decides() && !task.inactive() && task.differs()) due.push_back(&task);
  const bool modes = !due.empty() && !last;
  if (!modes) {
    due.clear();
    for (auto& task : tasks_) {
      if (!task.pending) continue;
      if (task.inactive())
        inactive.push_back(&task);
      else if (task.differs())
        due.push_back(&task);
    }
  }
  if (const auto done = send(due); !done) return std::unexpected{done.error()};
  // Drivers may refuse these, and must not refuse the others with them.
  for (auto* const task : inactive) {
    task->was_inactive = true;
    if (task->now == task->wanted) continue;
    if (const auto done = send({task}); !done) return std::unexpected{done.error()};
  }
  if (!modes) return false;
  // The modes that were set may have set others free.
  for (auto& task : tasks_) {
    if (!task.pending) continue;
    auto control = refreshed(node_, task.control);
    if (!control) return std::unexpected{control.error()};
    task.control = std::move(*control);
  }
  return true;
}

Result<> Setter::send(const std::vector<Task*>& tasks) {
  std::vector<Task*> sent;
  std::vector<ControlExchange> exchanges;
  for (auto* const task : tasks) {
    task->pending = false;
    if (task->control.has(V4L2_CTRL_FLAG_GRABBED)) {
      task->refuse(ControlRefusal::grabbed, EBUSY);
      continue;
    }
    task->sent = true;
    sent.push_back(task);
    exchanges.push_back({.control = &task->control, .value = &task->wanted});
  }
  const auto results = exchange(node_, true, exchanges);
  if (!results) return std::unexpected{results.error()};
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto& result = (*results)[i];
    if (!result) sent[i]->refuse(refusal_of(result.error().code), result.error().code);
  }
  return {};
}

/// Says what became of each task.
Result<> Setter::read_back() {
  for (auto& task : tasks_) {
    auto control = refreshed(node_, task.control);
    if (!control) return std::unexpected{control.error()};
    task.control = std::move(*control);
  }
  if (const auto done = look(false); !done) return done;
  for (auto& task : tasks_) {
    auto& outcome = *task.outcome;
    outcome.actual = std::move(task.now);
    outcome.control = task.control;
    if (task.was_inactive) {
      task.refuse(ControlRefusal::inactive, outcome.code);
    } else if (outcome.code == EACCES || outcome.code == EPERM) {
      outcome.refusal = task.inactive() ? ControlRefusal::inactive : ControlRefusal::read_only;
    } else if (outcome.refusal == ControlRefusal::none) {
      if (!outcome.actual && task.asked != task.wanted) outcome.actual = task.wanted;
      // A motion is over when it is read.
      const bool kept =
          !outcome.actual || *outcome.actual == task.asked ||
          (task.asked == task.wanted && task.control.has(V4L2_CTRL_FLAG_EXECUTE_ON_WRITE));
      outcome.end = !kept       ? ControlEnd::clamped
                    : task.sent ? ControlEnd::set
                                : ControlEnd::unchanged;
    }
  }
  return {};
}

}  // namespace

Result<std::vector<ControlOutcome>> set_controls(const Node& node, const ControlList& known,
                                                 std::span<const ControlWish> wishes,
                                                 Buttons buttons) {
  return Setter{node, known, wishes}.run(buttons);
}

}  // namespace v4l2
