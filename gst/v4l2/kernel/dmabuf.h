#pragma once

namespace v4l2 {

/// Brackets access of the CPU to a DMABuf that devices share (DMA_BUF_IOCTL_SYNC), so that neither
/// sees stale caches. What is no DMABuf needs none, so there is no failure to report.
enum class CpuAccess { read, write, read_write };

void begin_cpu_access(int dmabuf, CpuAccess access);
void end_cpu_access(int dmabuf, CpuAccess access);

}  // namespace v4l2
