#pragma once

namespace v4l2 {

/// How the CPU will access a DMABuf that devices share.
enum class CpuAccess { read, write, read_write };

/// Begins an access of the CPU (DMA_BUF_IOCTL_SYNC), so that neither side sees stale caches. Memory
/// that is no DMABuf needs no such call, so there is no failure to report.
void begin_cpu_access(int dmabuf, CpuAccess access);
/// Ends the access.
void end_cpu_access(int dmabuf, CpuAccess access);

}  // namespace v4l2
