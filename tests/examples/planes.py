#!/usr/bin/env python3
"""Prints a CRC and the mean brightness of each frame, and saves the planes. Nothing is copied.

usage: planes.py DEVICE FRAMES FOLDER [CAPS]

A plane is a numpy array on the memory that the driver has written. FOLDER/frame-NUMBER.npz has those of a frame:
numpy.load() returns them by the names plane0, plane1 and so on.

It needs python3-gst-1.0, gir1.2-gst-plugins-base-1.0 and python3-numpy. Without python3-gst-1.0 PyGObject copies what it maps.
"""

import contextlib
import os
import sys
import zlib

import gi
import numpy

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo  # noqa: E402


@contextlib.contextmanager
def mapped_planes(sample):
    """Gives the planes of a picture as arrays of lines. They are read-only, and valid inside the `with` only."""
    buffer = sample.get_buffer()
    info = GstVideo.VideoInfo.new_from_caps(sample.get_caps())
    # The meta says where the planes are, with the driver's own padding. Without it they are as the caps say.
    layout = GstVideo.buffer_get_video_meta(buffer) or info
    with contextlib.ExitStack() as mappings:
        # Each memory by itself: buffer.map() would copy planes that are in several memories into one.
        memories = [buffer.peek_memory(i) for i in range(buffer.n_memory())]
        whole = [mappings.enter_context(memory.map(Gst.MapFlags.READ)).data for memory in memories]
        yield [plane_of(buffer, whole, info, layout, number) for number in range(info.finfo.n_planes)]


def plane_of(buffer, memories, info, layout, number):
    """Returns the lines of a plane without their padding."""
    _found, memory, _count, offset = buffer.find_memory(layout.offset[number], 1)
    component = list(info.finfo.plane[: info.finfo.n_components]).index(number)
    lines = -(-info.height // (1 << info.finfo.h_sub[component]))
    width = -(-info.width // (1 << info.finfo.w_sub[component])) * info.finfo.pixel_stride[component]
    start = numpy.frombuffer(memories[memory], numpy.uint8, offset=offset)
    return numpy.lib.stride_tricks.as_strided(start, (lines, width), (layout.stride[number], 1), writeable=False)


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    device, frames, folder = sys.argv[1:4]
    caps = sys.argv[4] if len(sys.argv) == 5 else "video/x-raw"
    Gst.init(None)
    pipeline = Gst.parse_launch(f"v4l2cppsrc name=camera ! {caps} ! appsink name=sink sync=false")
    camera = pipeline.get_by_name("camera")
    camera.set_property("device", device)
    camera.set_property("num-buffers", int(frames))
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    while sample := sink.emit("pull-sample"):
        frame = sample.get_buffer().offset
        with mapped_planes(sample) as planes:
            # What goes into the file is written from the planes themselves.
            numpy.savez(os.path.join(folder, f"frame-{frame}.npz"), **{f"plane{i}": p for i, p in enumerate(planes)})
            for number, plane in enumerate(planes):
                crc = 0
                for line in plane:
                    crc = zlib.crc32(line, crc)
                print(f"frame {frame} plane {number}: {plane.shape[0]} lines of {plane.shape[1]} bytes, CRC {crc:08x}, "
                      f"mean {plane.mean():.1f}")
    error = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if error:
        sys.exit(f"planes.py: {error.parse_error().gerror.message}")


if __name__ == "__main__":
    main()
