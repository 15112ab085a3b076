#include "controls/known_controls.h"

#include "kernel/node.h"
#include "settings/control_info.h"

namespace v4l2gst {

v4l2::Result<std::shared_ptr<const v4l2::ControlList>> KnownControls::list() {
  const v4l2::MutexLock lock{mutex_};
  if (list_) return list_;
  const auto open = node_.lock();
  if (!open) return std::unexpected{v4l2::Error{.code = ENODEV, .call = "open"}};
  auto read = v4l2::ControlList::read(*open);
  if (!read) return std::unexpected{read.error()};
  list_ = std::make_shared<const v4l2::ControlList>(std::move(*read));
  return list_;
}

}  // namespace v4l2gst
