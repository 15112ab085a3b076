"""Drives viewer.py as a person does, for its test and for the picture in the documentation."""

import os
import subprocess
import traceback

import gi

gi.require_version("Gst", "1.0")
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gst, Gtk  # noqa: E402


class Driver:
    """Takes step after step. A step ends with the name of the event that it waits for."""

    def __init__(self, viewer, screenshot):
        self.viewer = viewer
        self.good = False
        self.points = 0
        self.wanted = None
        self.seen = set()
        self.steps = self.picture(screenshot) if screenshot else self.test()
        self.closed = self.done = False
        viewer.listener = self.on_event
        viewer.connect("destroy", self.on_destroy)
        self.go_on()

    def on_event(self, event):
        if event == "error":
            print(f"# {self.viewer.status.get_text()}", flush=True)
            self.end()
            return
        self.seen.add(event)
        self.take_step()

    def take_step(self):
        """Lets the next step run in the main loop, if what it waits for has come."""
        if self.wanted in self.seen:
            self.wanted = None
            # What comes before the next step begins counts for it.
            self.seen.clear()
            GLib.idle_add(self.go_on)

    def go_on(self):
        try:
            self.wanted = next(self.steps)
            self.take_step()
        except StopIteration:
            self.good = True
            self.end()
        except Exception:
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()), flush=True)
            self.end()
        return GLib.SOURCE_REMOVE

    def end(self):
        if not self.good:
            self.points += 1
            print(f"not ok {self.points} - it came to its end, after waiting for {self.wanted}", flush=True)
        print(f"1..{self.points}", flush=True)
        self.done = True
        if not self.closed:
            self.viewer.destroy()

    def on_destroy(self, _window):
        self.closed = True

    def finish(self):
        """Takes the step that the window has closed before. Returns whether all is good."""
        if not self.done:
            self.go_on()
        return self.good

    def point(self, good, text):
        self.points += 1
        print("ok" if good else "not ok", self.points, "-", text, flush=True)
        if not good:
            raise RuntimeError(text)

    def control(self, name):
        return Gst.ChildProxy.get_child_by_name(self.viewer.camera.source, name)

    def value(self, name):
        return self.control(name).get_property("value")

    def test(self):
        viewer, panel = self.viewer, self.viewer.panel
        yield "playing"
        self.point(True, "the first camera plays")
        viewer.devices.set_active(len(viewer.devices.found) - 1)
        yield "playing"
        opened = viewer.camera.source.get_property("opened-device")
        self.point(opened == viewer.devices.get_active_id(), f"the camera of the list that was chosen plays: {opened}")
        yield from self.test_controls(panel)
        yield "stats"
        self.point("frames a second" in viewer.stats.get_text(), "statistics are shown")
        yield from self.test_files()

    def test_controls(self, panel):
        brightness, exposure, flip = (panel.rows[name].widget for name in
                                      ("brightness", "exposure_time_absolute", "horizontal_flip"))
        brightness.set_value(20)
        yield from self.until(lambda: self.value("brightness") == 20, "brightness", "a slider sets a control")
        self.control("brightness").set_property("value", -7)
        yield from self.until(lambda: brightness.get_value() == -7, "brightness", "the slider follows the control")
        self.point(not exposure.get_sensitive(), "what is automatic can't be set")
        panel.rows["auto_exposure"].widget.set_active_id("1")
        yield from self.until(exposure.get_sensitive, "exposure_time_absolute", "a list sets a menu, and exposure is manual")
        self.point(self.value("auto_exposure") == "Manual Mode", "the camera has what was chosen")
        flip.set_active(True)
        yield from self.until(lambda: self.value("horizontal_flip"), "horizontal_flip", "a box sets a boolean")

    def until(self, is_so, control, text):
        """Waits until it is so, as long as the control is shown anew."""
        while not is_so():
            yield f"control {control}"
        self.point(True, text)

    def test_files(self):
        viewer = self.viewer
        for ending, start in (".png", b"\x89PNG\r\n\x1a\n"), (".jpg", b"\xff\xd8\xff"):
            path = viewer.path(ending)
            viewer.on_snapshot(None, path)
            with open(path, "rb") as file:
                self.point(file.read(len(start)) == start and os.path.getsize(path) > 500, f"a snapshot as {ending}")
        yield from self.test_recording(lambda: viewer.record.set_active(False), "that is ended")
        yield from self.test_recording(lambda: viewer.devices.set_active(0), "that ends with the choice of another camera")
        yield "playing"
        self.point(viewer.camera.source.get_property("opened-device") == viewer.devices.get_active_id(), "which plays then")
        yield from self.test_recording(lambda: viewer.event(Gdk.Event.new(Gdk.EventType.DELETE)), "that ends with the window")

    def test_recording(self, end, text):
        """Records thirty frames, and ends that."""
        viewer, pipeline = self.viewer, self.viewer.camera.pipeline
        count = FrameCount(30, lambda: self.on_event("30 frames"))
        # The first frame may come as soon as the recording is linked. Its pad is counted from before that.
        added = pipeline.connect("element-added", lambda _, recording: count.watch(recording.get_static_pad("sink")))
        viewer.record.set_active(True)
        pipeline.disconnect(added)
        path = viewer.camera.recording.get_by_name("file").get_property("location")
        yield "30 frames"
        end()
        yield "recorded"
        found = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                                "stream=nb_read_frames,codec_name", "-of", "csv=p=0", path], check=True, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.strip()
        self.point(found == f"mjpeg,{count.frames}", f"a recording {text}: {count.frames} frames, by ffprobe {found}")

    def picture(self, path):
        """Saves a picture of the window when the statistics have come twice."""
        yield "playing"
        yield "stats"
        yield "stats"
        yield "stats"
        self.viewer.record.grab_focus()
        yield "stats"
        window = self.viewer.get_window()
        Gdk.pixbuf_get_from_window(window, 0, 0, window.get_width(), window.get_height()).savev(path, "png", [], [])


class FrameCount:
    """Counts the buffers of the pad that it watches, and calls `on_enough` in the main loop after so many."""

    def __init__(self, wanted, on_enough):
        self.frames, self.wanted, self.on_enough = 0, wanted, on_enough

    def watch(self, pad):
        pad.add_probe(Gst.PadProbeType.BUFFER, self.on_buffer)

    def on_buffer(self, _pad, _info):
        self.frames += 1
        if self.frames == self.wanted:
            GLib.idle_add(self.on_enough)
        return Gst.PadProbeReturn.OK
