#include "buffers/lender.h"

#include <algorithm>
#include <utility>

#include "buffers/downstream.h"
#include "buffers/gstv4l2cpppool.h"
#include "common/settings.h"
#include "formats/stream_config.h"
#include "stats/stats.h"
#include "stream/buffers.h"

namespace v4l2gst {
namespace {

guint size_of(const v4l2::Format& format) {
  guint size{};
  for (const auto& plane : format.memory_planes())
    size += plane.size_image;
  return size;
}

}  // namespace

Lender::Lender(const AllocationRequest& request, Supply supply, guint buffer_size,
               bool reserves_buffers)
    : supply_{std::move(supply)},
      stats_{&request.stats},
      layout_{request.agreed->layout},
      caps_{gst_caps_ref(request.agreed->caps.get())},
      size_{size_of(request.agreed->format)},
      room_{std::max(buffer_size, size_)},
      on_starved_{request.settings.on_starved},
      may_copy_{!request.agreed->dmabuf_caps} {
  heed(request.downstream, reserves_buffers);
  pool_ =
      make_pool(supply_.buffer_pool(), caps_.get(), size_, queue().buffer_count(), supply_.limit());
}

v4l2::Result<BufferPtr> Lender::wrap(v4l2::Frame&& frame) {
  if (always_copies_) return copy_of(std::move(frame));
  switch (supply_.starvation_action(copier_.has_value())) {
    case StarvationAction::lend:
      break;
    case StarvationAction::grow: {
      const auto grown = supply_.grow();
      if (!grown) return std::unexpected{grown.error()};
      if (!*grown) return wrap(std::move(frame));
      break;
    }
    case StarvationAction::copy:
      return copy_of(std::move(frame));
    case StarvationAction::drop: {
      const v4l2::Frame ended{std::move(frame)};  // its end requeues the buffer
      Stats::add(stats_->starved);
      return BufferPtr{};
    }
  }
  supply_.consider_shrinking();
  return v4l2gst::wrap(pool_.get(), std::move(frame));
}

BufferPtr Lender::copy_of(v4l2::Frame&& frame) {
  auto original = v4l2gst::wrap(pool_.get(), std::move(frame));
  if (!original || !copier_) return {};
  auto copy = copier_->copy(original.get());
  if (copy)
    Stats::add(stats_->copied);
  else
    Stats::add(stats_->starved);
  return copy;
}

void Lender::heed(const Downstream& downstream, bool reserves_buffers) {
  copier_.reset();
  if (!may_copy_) return;
  const bool unreadable = layout_ && !layout_->usual && !downstream.video_meta;
  always_copies_ = unreadable || !reserves_buffers;
  auto pool = unreadable && downstream.pool
                  ? PoolPtr{GST_BUFFER_POOL(gst_object_ref(downstream.pool.get()))}
                  : PoolPtr{};
  if (always_copies_ || on_starved_ != OnStarved::drop)
    copier_.emplace(new_copier(std::move(pool)));
}

bool Lender::copy_always() {
  if (always_copies_) return false;
  if (!may_copy_) return true;
  if (!copier_) copier_.emplace(new_copier({}));
  always_copies_ = true;
  return true;
}

Copier Lender::new_copier(PoolPtr pool) const {
  return {layout_, caps_.get(), room_, std::move(pool)};
}

}  // namespace v4l2gst
