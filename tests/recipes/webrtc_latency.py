#!/usr/bin/env python3
"""Measures how old a picture is when a real browser shows it. Prints a line of JSON.

usage: webrtc_latency.py BROWSER FRAMES SOURCE...

It serves SOURCE as tests/examples/webrtc.py does, and opens the page in BROWSER (chromium), without a window. The capture
time of each frame is written into its picture, as 32 bright or dark squares. The page reads them back from each picture
that the browser presents, by a canvas. The latency is from the frame's PTS to the time at which the browser expects the picture
to be visible (requestVideoFrameCallback).
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "examples"))
import webrtc  # noqa: E402
from gi.repository import Gst  # noqa: E402

BITS, SIDE = 32, 20  # squares in a row, and their width and height in pixels
WIDTH, HEIGHT = BITS * SIDE, 480
CAPS = f"video/x-raw,format=I420,width={WIDTH},height={HEIGHT}"
PLAUSIBLE_MS = 60_000

# It runs in the page of webrtc.py.
MEASURE = """
<script>
const canvas = new OffscreenCanvas(BITS * SIDE, SIDE);
const picture = canvas.getContext("2d", {willReadFrequently: true});
const latencies = [];
function look(now, frame) {
  picture.drawImage(video, 0, 0);
  const pixels = picture.getImageData(0, SIDE / 2, BITS * SIDE, 1).data;
  let time = 0;
  for (let bit = 0; bit < BITS; ++bit)
    time = time * 2 + (pixels[4 * (bit * SIDE + SIDE / 2)] > 127 ? 1 : 0);
  const shown = performance.timeOrigin + frame.expectedDisplayTime;
  latencies.push(((shown % 2 ** 32) - time + 2 ** 32) % 2 ** 32);
  if (latencies.length < FRAMES) video.requestVideoFrameCallback(look);
  else report();
}
async function report() {
  let decoded = 0;
  for (const one of (await connection.getStats()).values())
    if (one.type === "inbound-rtp") decoded = one.framesDecoded;
  post("/report", {latencies, decoded, size: [video.videoWidth, video.videoHeight]});
}
video.requestVideoFrameCallback(look);
</script>
"""


class Stamper:
    """Writes the capture time into each picture, between the camera and the rest."""

    def __init__(self, source):
        self.pipeline = Gst.parse_launch(
            f"{source} ! videoconvert ! {CAPS} ! appsink name=out sync=false max-buffers=1 drop=true emit-signals=true"
        )
        self.pipeline.get_by_name("out").connect("new-sample", self.stamp)
        self.target = None

    def stamp(self, sink):
        sample = sink.emit("pull-sample")
        buffer = sample.get_buffer()
        age = self.pipeline.get_clock().get_time() - self.pipeline.get_base_time() - buffer.pts
        captured = (time.time_ns() - age) // 1_000_000 % 2**BITS
        content = bytearray(buffer.extract_dup(0, buffer.get_size()))
        line = b"".join((b"\xeb" if captured >> bit & 1 else b"\x10") * SIDE for bit in reversed(range(BITS)))
        content[: SIDE * WIDTH] = line * SIDE
        for plane in (0, 1):  # without colour
            start = WIDTH * HEIGHT * (4 + plane) // 4
            content[start : start + SIDE * WIDTH // 4] = b"\x80" * (SIDE * WIDTH // 4)
        stamped = Gst.Buffer.new_wrapped(bytes(content))
        self.target.emit("push-buffer", stamped)
        return Gst.FlowReturn.OK


def browse(browser, port, reported):
    """Shows the page until it has reported. Returns whether it has."""
    # The camera of the preload library is for this process only.
    variables = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--autoplay-policy=no-user-gesture-required"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser, *options, f"--user-data-dir={profile}", f"http://127.0.0.1:{port}/"]
        program = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return reported.wait(240)
        finally:
            program.terminate()
            program.wait()


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    browser, frames, source = sys.argv[1], int(sys.argv[2]), " ".join(sys.argv[3:])
    Gst.init(None)
    stamper = Stamper(source)
    camera = webrtc.Camera(f"appsrc name=in is-live=true do-timestamp=true format=time caps={CAPS},framerate=30/1")
    stamper.target = camera.pipeline.get_by_name("in")
    reported = threading.Event()
    report = {}

    def request(path, body):
        if path != "/report":
            return camera.request(path, body)
        report.update(body)
        reported.set()
        return {}

    names = f"const BITS = {BITS}, SIDE = {SIDE}, FRAMES = {frames};"
    page = webrtc.PAGE + MEASURE.replace("<script>", f"<script>{names}")
    port = webrtc.serve(0, page, request)
    camera.start()
    stamper.pipeline.set_state(Gst.State.PLAYING)
    seen = browse(browser, port, reported)
    stamper.pipeline.set_state(Gst.State.NULL)
    camera.pipeline.set_state(Gst.State.NULL)
    if not seen:
        sys.exit("webrtc_latency.py: the browser has not shown so many frames")
    if max(report["latencies"]) > PLAUSIBLE_MS:
        sys.exit("webrtc_latency.py: the times in the pictures cannot be read")
    settled = sorted(report["latencies"][len(report["latencies"]) // 3:])
    print(json.dumps({"presented": len(report["latencies"]), "decoded": report["decoded"], "size": report["size"],
                      "latency-min-ms": round(settled[0]), "latency-median-ms": round(statistics.median(settled)),
                      "latency-p95-ms": round(settled[len(settled) * 95 // 100])}))


if __name__ == "__main__":
    main()
