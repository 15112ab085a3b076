#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "kernel/unique_fd.h"

namespace real {

/// A Menu is a menu control with its entries.
struct Menu {
  std::uint32_t id{};
  std::vector<std::pair<std::int32_t, std::string>> entries;
};

/// Controls change a device's controls and inputs while a program captures. They use the driver's
/// names, on a descriptor of their own. An unknown name ends the test program.
class Controls {
public:
  explicit Controls(const std::string& path);

  [[nodiscard]] Menu menu(const std::string& name) const;
  /// Returns false if the driver refuses.
  [[nodiscard]] bool set(const Menu& menu, std::int32_t value) const;
  // A refusal ends the test program.
  void set(const std::string& name, std::int32_t value) const;
  /// Sets a menu control to the entry of that name.
  void choose(const std::string& name, const std::string& entry) const;

  /// Selects the first input whose name begins with `kind`. Returns false if there is none or the
  /// driver refuses.
  [[nodiscard]] bool select_input(const std::string& kind) const;

private:
  [[nodiscard]] std::uint32_t id_of(const std::string& name) const;

  v4l2::UniqueFd descriptor_;
};

}  // namespace real
