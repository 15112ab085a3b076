#!/usr/bin/env python3
"""Serves a camera by RTSP, to any number of clients at once.

usage: rtsp_server.py PORT SOURCE...

SOURCE is a source element with its properties and what follows it, as gst-launch-1.0 takes it:

  rtsp_server.py 8554 v4l2cppsrc device=/dev/video0 ! video/x-raw,width=640,height=480

The address is rtsp://HOST:PORT/camera. Port 0 is any free one. The camera is open while there is a client. All clients share
one pipeline, so that the camera is opened once.

It needs PyGObject (python3-gi), gir1.2-gst-rtsp-server-1.0, and the encoder x264enc (gstreamer1.0-plugins-ugly).
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

# Decoders everywhere know 4:2:0 only. A client that joins late sees a picture at the next key frame.
ENCODER = (
    "queue leaky=downstream max-size-buffers=2 ! videoconvert ! video/x-raw,format=I420 ! "
    "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 ! rtph264pay name=pay0 pt=96 config-interval=-1"
)


def main():
    if len(sys.argv) < 3 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    port, source = sys.argv[1], " ".join(sys.argv[2:])
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {source} ! {ENCODER} )")
    factory.set_shared(True)
    server = GstRtspServer.RTSPServer()
    server.set_service(port)
    server.get_mount_points().add_factory("/camera", factory)
    if server.attach(None) == 0:
        sys.exit(f"rtsp_server.py: cannot listen at port {port}")
    print(f"rtsp://127.0.0.1:{server.get_bound_port()}/camera", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
