#!/usr/bin/env python3
"""Takes a picture and records a video with camerabin, from v4l2cppsrc. Prints TAP.

usage: camerabin.py DEVICE

The picture and the video are decoded again: the picture has the size of the viewfinder's, and the video at least half of the
frames that were recorded.
"""

import os
import pathlib
import sys
import tempfile

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstPbutils", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstPbutils, GstVideo  # noqa: E402

# The clock of a virtual machine leaps while it waits for a file of the host.
PATIENCE = (36000 if "V4L2CPP_VM" in os.environ else 60) * Gst.SECOND
IMAGE, VIDEO = 1, 2  # camerabin's modes
FRAMES = 30


def make(factory, **properties):
    element = Gst.ElementFactory.make(factory)
    if element is None:
        sys.exit(f"camerabin.py: there is no element {factory}")
    for name, value in properties.items():
        element.set_property(name.replace("_", "-"), value)
    return element


class Application:
    """camerabin in front of the camera."""

    def __init__(self, device):
        self.viewfinder = make("fakesink", signal_handoffs=True, sync=False)
        camera = make("v4l2cppsrc", device=device)
        self.bin = make("camerabin", camera_source=make("wrappercamerabinsrc", video_source=camera),
                        viewfinder_sink=self.viewfinder, video_profile=self._profile())
        self.bus = self.bin.get_bus()

    @staticmethod
    def _profile():
        """VP8 in Matroska, without sound."""
        profile = GstPbutils.EncodingContainerProfile.new("video", None, Gst.Caps.from_string("video/x-matroska"), None)
        profile.add_profile(GstPbutils.EncodingVideoProfile.new(Gst.Caps.from_string("video/x-vp8"), None, None, 0))
        return profile

    def wait_for(self, name):
        """Waits for an element message of this name."""
        while True:
            message = self.bus.timed_pop_filtered(PATIENCE, Gst.MessageType.ERROR | Gst.MessageType.ELEMENT)
            if message is None:
                raise RuntimeError(f"no message {name} has come")
            if message.type == Gst.MessageType.ERROR:
                raise RuntimeError("\n".join((message.parse_error().gerror.message, message.parse_error().debug or "")))
            if message.get_structure().get_name() == name:
                return

    def see(self, frames):
        """Waits until the viewfinder has shown that many frames more."""
        left = [frames]

        def count(_sink, _buffer, _pad):
            left[0] -= 1
            if left[0] == 0:
                self.bin.post_message(Gst.Message.new_application(self.viewfinder, Gst.Structure.new_empty("seen")))

        handler = self.viewfinder.connect("handoff", count)
        message = self.bus.timed_pop_filtered(PATIENCE, Gst.MessageType.ERROR | Gst.MessageType.APPLICATION)
        self.viewfinder.disconnect(handler)
        if message is None or message.type == Gst.MessageType.ERROR:
            raise RuntimeError("the viewfinder shows nothing" if message is None else message.parse_error().gerror.message)

    def take_picture(self, path):
        self.bin.set_property("mode", IMAGE)
        self.bin.set_property("location", str(path))
        self.bin.emit("start-capture")
        self.wait_for("image-done")

    def record(self, path):
        self.bin.set_property("mode", VIDEO)
        self.bin.set_property("location", str(path))
        self.bin.emit("start-capture")
        self.see(FRAMES)
        self.bin.emit("stop-capture")
        self.wait_for("video-done")

    def size(self):
        return size_at(self.viewfinder.get_static_pad("sink"))


def size_at(pad):
    """Returns the size of the pictures. The overrides of GStreamer 1.26 for Python give no structure of caps."""
    info = GstVideo.VideoInfo.new_from_caps(pad.get_current_caps())
    return info.width, info.height


def decoded(path):
    """Returns the number of frames of a file, and their size."""
    pipeline = Gst.parse_launch(f"filesrc location={path} ! decodebin ! fakesink name=sink signal-handoffs=true sync=false")
    frames, sizes = [], set()

    def note(_sink, _buffer, pad):
        sizes.add(size_at(pad))
        frames.append(1)

    pipeline.get_by_name("sink").connect("handoff", note)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(PATIENCE, Gst.MessageType.ERROR | Gst.MessageType.EOS)
    pipeline.set_state(Gst.State.NULL)
    if message is None or message.type == Gst.MessageType.ERROR:
        raise RuntimeError(f"{path.name} can't be decoded")
    return len(frames), sizes


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Gst.init(None)
    application = Application(sys.argv[1])
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def shows():
            application.bin.set_state(Gst.State.PLAYING)
            application.see(FRAMES)

        def takes():
            application.take_picture(folder / "picture.jpg")
            assert decoded(folder / "picture.jpg") == (1, {application.size()})

        def records():
            application.record(folder / "video.mkv")
            frames, sizes = decoded(folder / "video.mkv")
            assert frames >= FRAMES // 2 and len(sizes) == 1, (frames, sizes)

        def goes_on():
            application.see(FRAMES)
            application.take_picture(folder / "second.jpg")

        steps = {"the viewfinder shows the camera": shows, "a picture": takes, "a video": records,
                 "a second picture, after the video": goes_on}
        for number, (description, step) in enumerate(steps.items(), 1):
            try:
                step()
                print(f"ok {number} - {description}", flush=True)
            except (AssertionError, RuntimeError) as error:
                failed = True
                print(f"not ok {number} - {description}", flush=True)
                for line in str(error).splitlines():
                    print(f"# {line}")
        application.bin.set_state(Gst.State.NULL)
    print(f"1..{len(steps)}")
    return 1 if failed else 0


sys.exit(main())
