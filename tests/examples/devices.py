#!/usr/bin/env python3
"""Lists the cameras, or plays one of them.

usage: devices.py [--play ID [FRAMES]]

ID is a camera's id, as the list prints it. It stays the same whatever the number of its node.

It needs PyGObject (python3-gi) and gir1.2-gstreamer-1.0.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402


def cameras():
    """Returns the device monitor, which has to be kept, and the cameras."""
    # Its rank is none, so that an installed plugin changes nothing. This is for this process only.
    factory = Gst.DeviceProviderFactory.find("v4l2cppdeviceprovider")
    if factory is None:
        sys.exit("devices.py: the plugin v4l2cpp is missing; GST_PLUGIN_PATH says where else to look")
    factory.set_rank(Gst.Rank.PRIMARY + 1)
    monitor = Gst.DeviceMonitor()
    monitor.add_filter("Video/Source", None)
    # Other providers list what PipeWire has, or a network camera.
    return [d for d in monitor.get_devices() or [] if d.get_properties().get_name() == "v4l2cppdeviceprovider"]


def show(device):
    properties = device.get_properties()
    print(f"{properties.get_value('device.id')}\t{properties.get_value('device.path')}\t{device.get_display_name()}")


def play(device, frames):
    """Plays so many frames of the camera. Returns the text of the ERROR, if any."""
    pipeline = Gst.Pipeline.new()
    source = device.create_element("camera")
    source.set_property("num-buffers", frames)
    sink = Gst.ElementFactory.make("fakesink")
    pipeline.add(source)
    pipeline.add(sink)
    source.link(sink)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.ERROR | Gst.MessageType.EOS)
    stats = source.get_property("stats")
    print(f"{source.get_property('opened-device')}: {stats.get_value('delivered')} frames")
    pipeline.set_state(Gst.State.NULL)
    return message.parse_error().gerror.message if message.type == Gst.MessageType.ERROR else None


def main():
    Gst.init(None)
    if len(sys.argv) == 1:
        for device in cameras():
            show(device)
        return
    if sys.argv[1] != "--play" or len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    wanted = sys.argv[2]
    for device in cameras():
        if device.get_properties().get_value("device.id") == wanted:
            sys.exit(play(device, int(sys.argv[3]) if len(sys.argv) == 4 else 30))
    sys.exit(f"devices.py: there is no camera with the id {wanted}")


if __name__ == "__main__":
    main()
