#include "kernel/dmabuf.h"

#include <cerrno>

#include <linux/dma-buf.h>
#include <sys/ioctl.h>

namespace v4l2 {
namespace {

void synchronise(int dmabuf, CpuAccess access, unsigned long long edge) {
  dma_buf_sync sync{};
  sync.flags = edge;
  if (access != CpuAccess::write) sync.flags |= DMA_BUF_SYNC_READ;
  if (access != CpuAccess::read) sync.flags |= DMA_BUF_SYNC_WRITE;
  int done = -1;
  do {
    done = ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
  } while (done < 0 && (errno == EINTR || errno == EAGAIN));
}

}  // namespace

void begin_cpu_access(int dmabuf, CpuAccess access) {
  synchronise(dmabuf, access, DMA_BUF_SYNC_START);
}

void end_cpu_access(int dmabuf, CpuAccess access) {
  synchronise(dmabuf, access, DMA_BUF_SYNC_END);
}

}  // namespace v4l2
