"""A camera that plays into a GTK 3 widget, for viewer.py. It takes snapshots and records."""

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo  # noqa: E402

# The queue drops pictures if the window is slow, so that the camera and a recording never wait for it.
PLAY = ("v4l2cppsrc name=camera on-disconnect=wait stats-interval=500000000 ! capsfilter name=caps ! decodebin name=decoder "
        "tee name=tee ! queue leaky=downstream max-size-buffers=2 ! videoconvert ! gtksink name=view sync=false")
RECORD = ("queue max-size-bytes=0 ! videoconvert ! jpegenc ! matroskamux offset-to-zero=true ! "
          "filesink name=file async=false")


class Camera:
    """Plays a camera. `tell` is called in the main loop with the name of an event, and a text or structure."""

    def __init__(self, caps, tell):
        self.tell = tell
        self.pipeline = Gst.parse_launch(PLAY)
        self.source = self.pipeline.get_by_name("camera")
        self.view = self.pipeline.get_by_name("view")
        self.widget = self.view.get_property("widget")
        self.recording = self.tee_pad = self.then = None
        # Each camera gets a new decoder behind decodebin, which is linked then.
        tee = self.pipeline.get_by_name("tee").get_static_pad("sink")
        self.pipeline.get_by_name("decoder").connect("pad-added", lambda _, pad: pad.link(tee))
        self.pipeline.get_by_name("caps").set_property("caps", Gst.Caps.from_string(caps))
        # Passes on the EOS of a recording, which is not that of the pipeline.
        self.pipeline.set_property("message-forward", True)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message", self.on_message)

    def play(self, device):
        """Plays a device of the device monitor, or what the property `device` takes. A recording ends first."""
        self.after_recording(lambda: self.start(device))

    def start(self, device):
        self.stop()
        if isinstance(device, str):
            self.source.set_property("device", device)
        else:
            device.reconfigure_element(self.source)
        self.pipeline.set_state(Gst.State.PLAYING)

    def stop(self):
        self.pipeline.set_state(Gst.State.NULL)

    def after_recording(self, action):
        """Calls `action` when the file of a recording is whole, or at once if there is none."""
        if self.recording is None:
            action()
        else:
            self.then = action
            self.end_recording()

    def on_message(self, _bus, message):
        structure = message.get_structure()
        name = structure.get_name() if structure else None
        if message.type == Gst.MessageType.ERROR:
            self.after_recording(self.stop)
            self.tell("error", message.parse_error()[0].message)
        elif message.type == Gst.MessageType.WARNING:
            self.tell("warning", message.parse_warning()[0].message)
        elif message.type == Gst.MessageType.STATE_CHANGED and message.src == self.pipeline:
            if message.parse_state_changed()[1] == Gst.State.PLAYING:
                self.tell("playing", self.source.get_property("device-name"))
        elif name == "v4l2cppsrc-device":
            self.tell("device", structure.get_string("text"))
        elif name == "v4l2cppsrc-stats":
            self.tell("stats", structure)
        elif name == "GstBinForwarded":
            forwarded = structure.get_value("message")
            if self.recording and forwarded.type == Gst.MessageType.EOS and forwarded.src == self.recording:
                self.remove_recording()

    def save(self, path):
        """Saves the picture that is shown, as PNG or JPEG by the name of the file. Returns false without one."""
        picture = self.view.get_property("last-sample")
        if picture is None:
            return False
        kind = "image/png" if path.endswith(".png") else "image/jpeg"
        encoded = GstVideo.video_convert_sample(picture, Gst.Caps.from_string(kind), 10 * Gst.SECOND)
        buffer = encoded.get_buffer()
        with open(path, "wb") as file:
            file.write(buffer.extract_dup(0, buffer.get_size()))
        return True

    def record(self, path):
        """Begins a recording, beside what is shown."""
        self.recording = Gst.parse_bin_from_description(RECORD, True)
        self.recording.get_by_name("file").set_property("location", path)
        self.pipeline.add(self.recording)
        self.recording.sync_state_with_parent()
        self.tee_pad = self.pipeline.get_by_name("tee").request_pad_simple("src_%u")
        self.tee_pad.link(self.recording.get_static_pad("sink"))

    def end_recording(self):
        """Ends the recording. The event "recorded" comes when the file is whole."""
        self.tee_pad.add_probe(Gst.PadProbeType.IDLE, self.cut)

    def cut(self, pad, _info):
        """Runs between two frames, maybe on the streaming thread."""
        sink = pad.get_peer()
        if sink:
            pad.unlink(sink)
            sink.send_event(Gst.Event.new_eos())
        return Gst.PadProbeReturn.REMOVE

    def remove_recording(self):
        path = self.recording.get_by_name("file").get_property("location")
        self.recording.set_locked_state(True)
        self.recording.set_state(Gst.State.NULL)
        self.pipeline.remove(self.recording)
        self.pipeline.get_by_name("tee").release_request_pad(self.tee_pad)
        self.recording = self.tee_pad = None
        self.tell("recorded", path)
        then, self.then = self.then, None
        if then:
            then()
