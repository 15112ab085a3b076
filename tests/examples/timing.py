#!/usr/bin/env python3
"""Draws the times of a stream: how even they are, how old its frames are when they arrive, and where some are missing.

usage: timing.py PICTURE.png FRAMES SOURCE...

SOURCE is a source element with its properties and what follows it, as gst-launch-1.0 takes it:

  timing.py times.png 300 v4l2cppsrc device=/dev/video0 ! video/x-raw,framerate=30/1

PICTURE.png has three plots, one under the other. The frames are the x axis of each.
  interval   from the PTS of the frame before to that of this one, in ms
  latency    from the PTS to the arrival in the sink, in ms of running time
  missing    how many frames are missing before this one, by their numbers (GST_BUFFER_OFFSET)
The same is printed as one line of JSON. Any source may be drawn, so that two can be compared.

It needs PyGObject (python3-gi), GStreamer's introspection data (gir1.2-gstreamer-1.0) and python3-matplotlib.
"""

import json
import statistics
import sys

import gi
import matplotlib

gi.require_version("Gst", "1.0")
matplotlib.use("Agg")
from gi.repository import Gst  # noqa: E402
from matplotlib import pyplot  # noqa: E402

MS = 1e6


class Recorder:
    """Notes the times of each buffer that arrives in a sink."""

    def __init__(self, pipeline):
        self.pipeline = pipeline
        self.pts, self.arrivals, self.numbers = [], [], []
        pipeline.get_by_name("sink").connect("handoff", self.note)

    def note(self, _sink, buffer, _pad):
        now = self.pipeline.get_clock().get_time() - self.pipeline.get_base_time()
        self.arrivals.append(now)
        self.pts.append(buffer.pts)
        self.numbers.append(buffer.offset)


def record(source, frames):
    """Runs the source for this many frames. Returns their PTS, arrivals and numbers, in ns of running time."""
    pipeline = Gst.parse_launch(
        f"{source} ! identity eos-after={frames + 1} ! fakesink name=sink sync=false signal-handoffs=true"
    )
    recorder = Recorder(pipeline)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.ERROR | Gst.MessageType.EOS)
    pipeline.set_state(Gst.State.NULL)
    if message.type == Gst.MessageType.ERROR:
        sys.exit(f"timing.py: {message.parse_error().gerror.message}")
    if len(recorder.pts) < 2:
        sys.exit("timing.py: there were fewer than two frames")
    return recorder


def measure(recorder):
    """Returns intervals in ms, latencies in ms, and the frames missing before each frame."""
    pts, numbers = recorder.pts, recorder.numbers
    intervals = [(later - earlier) / MS for earlier, later in zip(pts, pts[1:])]
    latencies = [(arrival - time) / MS for arrival, time in zip(recorder.arrivals, pts)]
    counts = all(later > earlier for earlier, later in zip(numbers, numbers[1:]))
    missing = [later - earlier - 1 if counts else 0 for earlier, later in zip(numbers, numbers[1:])]
    return intervals, latencies, missing


def draw(picture, title, intervals, latencies, missing):
    """Writes the three plots as a PNG file."""
    figure, (top, middle, bottom) = pyplot.subplots(3, 1, sharex=True, figsize=(9, 7), layout="constrained")
    figure.suptitle(title)
    frames = range(1, len(latencies))
    top.plot(frames, intervals, linewidth=0.8)
    top.set_ylabel("interval of PTS (ms)")
    middle.plot(range(len(latencies)), latencies, linewidth=0.8, color="tab:green")
    middle.set_ylabel("latency (ms)")
    middle.set_ylim(bottom=min(0, *latencies))
    bottom.bar(frames, missing, color="tab:red")
    bottom.set_ylabel("missing frames")
    bottom.set_ylim(0, max(1, *missing))
    bottom.set_xlabel("frame")
    figure.savefig(picture, dpi=100)


def main():
    if len(sys.argv) < 4 or not sys.argv[2].isdigit() or int(sys.argv[2]) < 2:
        sys.exit(__doc__)
    picture, frames, source = sys.argv[1], int(sys.argv[2]), " ".join(sys.argv[3:])
    Gst.init(None)
    intervals, latencies, missing = measure(record(source, frames))
    draw(picture, source, intervals, latencies, missing)
    print(
        json.dumps(
            {
                "frames": len(latencies),
                "missing": sum(missing),
                "interval-median-ms": round(statistics.median(intervals), 3),
                "interval-deviation-ms": round(statistics.pstdev(intervals), 3),
                "latency-median-ms": round(statistics.median(latencies), 3),
                "latency-max-ms": round(max(latencies), 3),
            }
        )
    )


if __name__ == "__main__":
    main()
