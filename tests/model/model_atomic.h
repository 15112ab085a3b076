#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <source_location>

#include <relacy/relacy.hpp>

// Relacy gives these names another meaning.
#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef assert
#undef errno
#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst

namespace model {

/// One operation of the product's code, and the order that it names.
struct Operation {
  const char* file{};
  std::uint32_t line{};
  const char* function{};
  std::memory_order order{};
};

/// An operation, and the order that it has instead.
struct Weakened {
  Operation operation;
  std::memory_order order{};
};

/// The operations that were seen whose order is stronger than relaxed. Relacy takes what is
/// allocated while a model runs for memory of the model, so the table has a fixed size.
inline std::array<Operation, 32> operations;
inline std::size_t operation_count;
/// The operation that is weakened while the model runs.
inline std::optional<Weakened> weakened;

inline bool same_place(const Operation& one, const Operation& other) {
  return one.line == other.line && std::strcmp(one.file, other.file) == 0;
}

inline void note(const Operation& operation) {
  for (std::size_t index = 0; index < operation_count; ++index)
    if (same_place(operations[index], operation)) return;
  operations.at(operation_count++) = operation;
}

/// Notes an operation, and returns the order that it is to have.
inline rl::memory_order order_of(std::memory_order order, const std::source_location& at) {
  if (order != std::memory_order_relaxed) {
    const Operation operation{
        .file = at.file_name(), .line = at.line(), .function = at.function_name(), .order = order};
    note(operation);
    if (weakened && same_place(weakened->operation, operation)) order = weakened->order;
  }
  switch (order) {
    case std::memory_order_acquire:
      return rl::mo_acquire;
    case std::memory_order_release:
      return rl::mo_release;
    case std::memory_order_acq_rel:
      return rl::mo_acq_rel;
    case std::memory_order_seq_cst:
      return rl::mo_seq_cst;
    default:
      return rl::mo_relaxed;
  }
}

/// Is what the product's templates know of std::atomic, as Relacy checks it.
template <class Value>
class Atomic {
  using At = std::source_location;

public:
  Atomic() : value_{Value{}} {}

  [[nodiscard]] Value load(std::memory_order order, const At& at = At::current()) const {
    return value_.load(order_of(order, at), debug(at));
  }

  void store(Value value, std::memory_order order, const At& at = At::current()) {
    value_.store(value, order_of(order, at), debug(at));
  }

  Value fetch_or(Value value, std::memory_order order, const At& at = At::current()) {
    return value_(debug(at)).fetch_or(value, order_of(order, at));
  }

  Value fetch_and(Value value, std::memory_order order, const At& at = At::current()) {
    return value_(debug(at)).fetch_and(value, order_of(order, at));
  }

  Value fetch_sub(Value value, std::memory_order order, const At& at = At::current()) {
    return value_(debug(at)).fetch_sub(value, order_of(order, at));
  }

private:
  static rl::debug_info debug(const At& at) {
    return {at.function_name(), at.file_name(), at.line()};
  }

  rl::atomic<Value> value_;
};

}  // namespace model
