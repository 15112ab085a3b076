#!/usr/bin/env python3
"""Shows a camera, with a panel for its controls. Takes snapshots and records.

usage: viewer.py [--caps CAPS] [--folder FOLDER] [--self-test | --screenshot FILE] [DEVICE]

Without DEVICE it shows the first camera that there is. Pictures and videos go to FOLDER, by default the current one.
--self-test drives the window, prints TAP, and ends. --screenshot saves a picture of the window, and ends.

It needs PyGObject (python3-gi), gir1.2-gtk-3.0, gir1.2-gst-plugins-base-1.0 and gstreamer1.0-gtk3.
"""

import argparse
import itertools
import os
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gst, Gtk  # noqa: E402

from viewer_camera import Camera  # noqa: E402
from viewer_controls import Panel  # noqa: E402

PROVIDER = "v4l2cppdeviceprovider"


class Devices(Gtk.ComboBoxText):
    """The cameras that there are. `found` has the device of each id."""

    def __init__(self, given):
        super().__init__()
        self.found = {}
        if given:
            self.found[given] = given
            self.append(given, given)
        factory = Gst.DeviceProviderFactory.find(PROVIDER)
        if factory is None:
            sys.exit("viewer.py: the plugin v4l2cpp is missing; GST_PLUGIN_PATH says where else to look")
        # Its rank is none. This is for this process only.
        factory.set_rank(Gst.Rank.PRIMARY + 1)
        self.monitor = Gst.DeviceMonitor()
        self.monitor.add_filter("Video/Source", None)
        bus = self.monitor.get_bus()
        bus.add_signal_watch()
        bus.connect("message::device-added", lambda _, message: self.add(message.parse_device_added()))
        bus.connect("message::device-removed", lambda _, message: self.lose(message.parse_device_removed()))
        self.monitor.start()
        for device in self.monitor.get_devices() or []:
            self.add(device)

    def add(self, device):
        properties = device.get_properties()
        name = properties.get_value("device.id") if properties and properties.get_name() == PROVIDER else None
        if name and name not in self.found:
            self.found[name] = device
            self.append(name, device.get_display_name())

    def lose(self, device):
        name = device.get_properties().get_value("device.id")
        if name in self.found and name != self.get_active_id():
            self.remove(list(self.found).index(name))
            del self.found[name]


class Viewer(Gtk.Window):
    """The window. `listener` is called with the name of each event, for whoever drives it."""

    def __init__(self, options):
        super().__init__(title="v4l2cppsrc", default_width=1000, default_height=560)
        self.folder = options.folder
        self.listener = lambda event: None
        self.camera = Camera(options.caps, self.on_event)
        self.panel = Panel(lambda name: self.listener(f"control {name}"))
        self.devices = Devices(options.device)
        self.stats = Gtk.Label(halign=Gtk.Align.START, valign=Gtk.Align.START, margin=8)
        self.status = Gtk.Label(xalign=0, margin=6, ellipsize=3)
        self.snapshot = Gtk.Button(label="Snapshot")
        self.record = Gtk.ToggleButton(label="Record")
        self.lay_out()
        self.devices.connect("changed", self.on_device)
        self.snapshot.connect("clicked", self.on_snapshot)
        self.record.connect("toggled", self.on_record)
        self.connect("delete-event", self.on_close)
        self.connect("destroy", self.on_destroy)

    def lay_out(self):
        header = Gtk.HeaderBar(title="v4l2cppsrc", show_close_button=True)
        header.pack_start(self.devices)
        header.pack_end(self.record)
        header.pack_end(self.snapshot)
        self.set_titlebar(header)
        style = Gtk.CssProvider()
        style.load_from_data(b"label.stats { color: white; background: rgba(0,0,0,0.6); padding: 6px; }")
        self.stats.get_style_context().add_class("stats")
        self.stats.get_style_context().add_provider(style, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
        picture = Gtk.Overlay()
        picture.add(self.camera.widget)
        picture.add_overlay(self.stats)
        sides = Gtk.Paned()
        sides.pack1(picture, resize=True)
        sides.pack2(self.panel, resize=False, shrink=False)
        whole = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        whole.pack_start(sides, True, True, 0)
        whole.pack_end(self.status, False, False, 0)
        self.add(whole)

    def start(self):
        """Shows the window and the first camera."""
        self.show_all()
        self.usable(False)
        if self.devices.found:
            self.devices.set_active(0)
        else:
            self.status.set_text("There is no camera. One that is plugged in comes into the list.")

    def path(self, ending):
        """Returns a path that no file has yet, by the time."""
        start = os.path.join(self.folder, time.strftime("%Y-%m-%d-%H%M%S"))
        names = (start + more + ending for more in itertools.chain([""], (f"-{n}" for n in itertools.count(2))))
        return next(name for name in names if not os.path.exists(name))

    def on_event(self, event, what):
        """What the camera tells."""
        if event == "playing":
            self.panel.fill(self.camera.source)
            self.usable(True)
            self.status.set_text(what or "")
        elif event == "stats":
            lost = what.get_value("lost") + what.get_value("starved") + what.get_value("damaged")
            self.stats.set_text(f"{what.get_value('fps'):.1f} frames a second\n{what.get_value('delivered')} frames, "
                                f"{lost} lost\n{what.get_value('latency-p50') / 1e6:.1f} ms latency")
        elif event == "recorded":
            self.status.set_text(f"Saved {what}")
        else:
            self.status.set_text(what)
        if event == "error":
            self.record.set_active(False)
            self.usable(False)
        self.listener(event)

    def usable(self, plays):
        self.snapshot.set_sensitive(plays)
        self.record.set_sensitive(plays)

    def on_device(self, devices):
        self.record.set_active(False)
        self.usable(False)
        self.panel.clear()
        self.camera.play(devices.found[devices.get_active_id()])

    def on_snapshot(self, _button, path=None):
        path = path or self.path(".png")
        self.status.set_text(f"Saved {path}" if self.camera.save(path) else "There is no picture yet.")

    def on_record(self, button):
        if button.get_active():
            path = self.path(".mkv")
            self.camera.record(path)
            self.status.set_text(f"Recording {path}")
        elif self.camera.recording:
            self.camera.end_recording()

    def on_close(self, _window, _event):
        """Closes the window when the file of a recording is whole."""
        self.camera.after_recording(self.destroy)
        return True

    def on_destroy(self, _window):
        self.camera.stop()
        self.devices.monitor.stop()
        Gtk.main_quit()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--caps", default="video/x-raw; image/jpeg")
    parser.add_argument("--folder", default=".")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--screenshot")
    parser.add_argument("device", nargs="?")
    options = parser.parse_args()
    Gst.init(None)
    if not Gtk.init_check(None)[0] or Gdk.Display.get_default() is None:
        sys.exit("viewer.py: there is no display")
    viewer = Viewer(options)
    driver = None
    if options.self_test or options.screenshot:
        from viewer_driver import Driver

        driver = Driver(viewer, options.screenshot)
    viewer.start()
    Gtk.main()
    return 0 if driver is None or driver.finish() else 1


if __name__ == "__main__":
    sys.exit(main())
