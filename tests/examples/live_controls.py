#!/usr/bin/env python3
"""Sets a control while the camera plays, and prints each change, whoever makes it.

usage: live_controls.py DEVICE [CONTROL VALUE...]

CONTROL is a name as v4l2-ctl --list-ctrls has it. The VALUEs are set one after another, one in ten frames. Without them
the controls are listed.

It needs PyGObject (python3-gi) and gir1.2-gstreamer-1.0.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

EVERY = 10


def children(camera):
    """Yields the controls. They are there while the device is open."""
    for index in range(Gst.ChildProxy.get_children_count(camera)):
        yield Gst.ChildProxy.get_child_by_index(camera, index)


def typed(control, text):
    """Returns the value as the control has it: a number, a boolean, or the label of a menu."""
    kind = type(control.get_property("value"))
    if kind is bool:
        return text in ("1", "true", "on")
    return kind(text)


class Setter:
    """Sets one value after another, and ends the loop when all are set."""

    def __init__(self, pipeline, loop, control, values):
        self.pipeline, self.loop, self.control, self.values = pipeline, loop, control, values
        self.frames = 0
        control.connect("notify::value", self.on_change)
        pad = pipeline.get_by_name("camera").get_static_pad("src")
        pad.add_probe(Gst.PadProbeType.BUFFER, self.on_frame)

    def on_change(self, control, _parameter):
        """Runs on the streaming thread, before the frame that has the new value."""
        print(f"frame {self.frames}: {control.get_name()} is {control.get_property('value')}", flush=True)

    def on_frame(self, _pad, _info):
        self.frames += 1
        if self.frames % EVERY == 0:
            GLib.idle_add(self.set_next)
        return Gst.PadProbeReturn.OK

    def set_next(self):
        """Runs in the main loop. A control may be set in any thread."""
        if self.values:
            value = self.values.pop(0)
            self.control.set_property("value", typed(self.control, value))
            print(f"set {self.control.get_name()} to {value}: the device has {self.control.get_property('value')}", flush=True)
        else:
            self.loop.quit()
        return GLib.SOURCE_REMOVE


def main():
    if len(sys.argv) < 2 or len(sys.argv) == 3:
        sys.exit(__doc__)
    Gst.init(None)
    pipeline = Gst.parse_launch("v4l2cppsrc name=camera ! fakesink sync=true")
    camera = pipeline.get_by_name("camera")
    camera.set_property("device", sys.argv[1])
    # The device is open from READY on.
    if pipeline.set_state(Gst.State.PAUSED) == Gst.StateChangeReturn.FAILURE:
        sys.exit(f"live_controls.py: {pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error().gerror.message}")
    failure = None
    if len(sys.argv) == 2:
        for control in children(camera):
            print(f"{control.get_name()} ({control.get_property('type')}): {control.get_property('value')}, "
                  f"{control.get_property('range')}")
    else:
        control = Gst.ChildProxy.get_child_by_name(camera, sys.argv[2])
        if control is None:
            failure = f"live_controls.py: the camera has no control '{sys.argv[2]}'; run it without one to see them"
        else:
            loop = GLib.MainLoop()
            Setter(pipeline, loop, control, sys.argv[3:])
            pipeline.set_state(Gst.State.PLAYING)
            loop.run()
    pipeline.set_state(Gst.State.NULL)
    sys.exit(failure)


if __name__ == "__main__":
    main()
