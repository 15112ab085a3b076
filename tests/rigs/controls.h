#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "kernel/unique_fd.h"

namespace real {

/// A menu control and its entries.
struct Menu {
  std::uint32_t id{};
  std::vector<std::pair<std::int32_t, std::string>> entries;
};

/// A device's controls and inputs, by the names that the driver has for them, on a descriptor of
/// its own: what happens around a program that captures. Who misspells a name dies of
/// it.
class Controls {
public:
  explicit Controls(const std::string& path);

  [[nodiscard]] Menu menu(const std::string& name) const;
  /// False where the driver refuses.
  [[nodiscard]] bool set(const Menu& menu, std::int32_t value) const;
  // Who is refused these dies of it.
  void set(const std::string& name, std::int32_t value) const;
  /// By the name of a menu's entry.
  void choose(const std::string& name, const std::string& entry) const;

  /// Selects the first input whose name begins so; false where there is none, or the driver
  /// refuses.
  [[nodiscard]] bool select_input(const std::string& kind) const;

private:
  [[nodiscard]] std::uint32_t id_of(const std::string& name) const;

  v4l2::UniqueFd descriptor_;
};

}  // namespace real
