// The controls of a USB camera's extension units, as uvcvideo's UVCIOC_CTRL_QUERY answers.

#include <algorithm>
#include <cerrno>
#include <span>

#include <linux/usb/video.h>
#include <linux/uvcvideo.h>

#include "fake/camera.h"

namespace fake {

std::vector<std::uint8_t> Camera::extension(std::uint8_t unit, std::uint8_t selector) {
  const std::lock_guard lock{mutex_};
  for (const auto& one : extensions_)
    if (one.unit == unit && one.selector == selector) return one.bytes;
  return {};
}

int Camera::extension_ioctl(unsigned long request, void* argument) {
  if (request != UVCIOC_CTRL_QUERY || extensions_.empty()) return ENOTTY;
  auto& wire = *static_cast<uvc_xu_control_query*>(argument);
  const auto found = std::ranges::find_if(extensions_, [&](const ModelExtension& one) {
    return one.unit == wire.unit && one.selector == wire.selector;
  });
  if (found == extensions_.end()) return ENOENT;
  const auto size = found->bytes.size();
  const std::span data{wire.data, wire.size};
  if (data.size() != (wire.query == UVC_GET_LEN ? 2 : size)) return ENOBUFS;
  switch (wire.query) {
    case UVC_GET_LEN:
      data[0] = static_cast<std::uint8_t>(size);
      data[1] = static_cast<std::uint8_t>(size >> 8U);
      return 0;
    case UVC_GET_CUR:
      if (!found->readable) return EBADRQC;
      std::ranges::copy(found->bytes, data.begin());
      return 0;
    case UVC_SET_CUR:
      if (!found->writable) return EBADRQC;
      std::ranges::copy(data, found->bytes.begin());
      for (auto& byte : found->bytes)
        byte = std::min(byte, found->most);
      changed();
      return 0;
    default:
      return EINVAL;
  }
}

}  // namespace fake
