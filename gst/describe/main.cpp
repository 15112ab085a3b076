// v4l2cpp-describe: describes V4L2 capture devices, see docs/describe.md.

#include <cstdio>
#include <cstdlib>
#include <span>

#include <gst/gst.h>

#include "command/command.h"
#include "command/options.h"
#include "common/log.h"
#include "config.h"
#include "kernel/kernel.h"

int main(int count, char** arguments) {
  const auto options = v4l2describe::parse_options(
      std::span<const char* const>{arguments, static_cast<std::size_t>(count)}.subspan(1));
  if (!options) {
    std::fprintf(stderr, "v4l2cpp-describe: %s. See --help.\n", options.error().c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(v4l2describe::help_text().c_str(), stdout);
    return 0;
  }
  if (options->version) {
    std::puts("v4l2cpp-describe " PACKAGE_VERSION);
    return 0;
  }
  // Caps need GStreamer's types, but none of its plugins. To look for plugins may take a minute.
  setenv("GST_REGISTRY_DISABLE", "yes", 1);
  gst_init(nullptr, nullptr);
  GST_DEBUG_CATEGORY_INIT(GST_CAT_DEFAULT, "v4l2cppsrc", 0, "V4L2 capture source");
  const auto printed = v4l2describe::describe(v4l2::system_kernel(), *options);
  const bool written = std::fputs(printed.out.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!written) std::perror("v4l2cpp-describe");
  std::fputs(printed.errors.c_str(), stderr);
  return written ? printed.status : 1;
}
