#!/usr/bin/env python3
"""Reads the metadata of each frame, and the statistics, from an application.

usage: frame_metadata.py DEVICE FRAMES

It needs GStreamer's introspection data (gir1.2-gst-plugins-base-1.0) and PyGObject, and no binding of v4l2cppsrc.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402


def print_frame(buffer):
    """Prints what the driver said of a frame."""
    frame = buffer.get_custom_meta("v4l2cppsrc-frame").get_structure()
    print(
        f"frame {frame.get_value('sequence')}: {frame.get_value('bytesused')} bytes,"
        f" taken at {frame.get_value('timestamp') / 1e9:.6f} s"
        f" ({frame.get_value('timestamp-clock')}, {frame.get_value('timestamp-source')}),"
        f" {frame.get_value('skipped-before')} missing before it"
    )


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    device, frames = sys.argv[1:]
    Gst.init(None)
    pipeline = Gst.parse_launch(f"v4l2cppsrc name=camera device={device} num-buffers={frames} ! appsink name=sink sync=false")
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    while sample := sink.emit("pull-sample"):
        print_frame(sample.get_buffer())
    stats = pipeline.get_by_name("camera").get_property("stats")
    for field in ("captured", "delivered", "lost-starved", "lost-device", "fps", "latency-p50", "latency-p99"):
        print(f"{field}: {stats.get_value(field)}")
    pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main()
