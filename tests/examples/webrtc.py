#!/usr/bin/env python3
"""Shows a camera in browsers, by WebRTC.

usage: webrtc.py PORT SOURCE...

SOURCE is a source element with its properties and what follows it, as gst-launch-1.0 takes it:

  webrtc.py 8000 v4l2cppsrc device=/dev/video0 ! video/x-raw,width=640,height=480

Then open http://127.0.0.1:8000/ in a browser, or in several. Port 0 is any free one. Each browser has its own encoder, which
follows that browser's requests for key frames. The signalling is two HTTP requests: the page gets the server's offer, and sends its
answer. Only addresses of the local network are exchanged; to cross the internet, set stun-server or turn-server of webrtcbin.

It needs PyGObject (python3-gi), gir1.2-gst-plugins-bad-1.0 and gstreamer1.0-nice.
"""

import http.server
import itertools
import json
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402

PAGE = """<!doctype html>
<title>Camera</title>
<video autoplay muted playsinline></video>
<p>Frames: <span>0</span></p>
<script>
const connection = new RTCPeerConnection();
const video = document.querySelector("video");
connection.ontrack = event => { video.srcObject = new MediaStream([event.track]); };
const post = async (path, body) => (await fetch(path, {method: "POST", body: JSON.stringify(body)})).json();
async function start() {
  const {id, sdp} = await post("/offer", {});
  await connection.setRemoteDescription({type: "offer", sdp});
  await connection.setLocalDescription(await connection.createAnswer());
  while (connection.iceGatheringState !== "complete")
    await new Promise(done => connection.addEventListener("icegatheringstatechange", done, {once: true}));
  await post("/answer", {id, sdp: connection.localDescription.sdp});
  setInterval(async () => {
    for (const report of (await connection.getStats()).values())
      if (report.type === "inbound-rtp") document.querySelector("span").textContent = report.framesDecoded;
  }, 500);
}
start();
</script>
"""

# A branch for one browser. VP8 is what each browser can decode. The tee must not wait for a slow encoder.
BRANCH = (
    "queue name=first leaky=downstream max-size-buffers=1 ! videoconvert ! "
    "vp8enc deadline=1 cpu-used=8 target-bitrate=2000000 keyframe-max-dist=300 lag-in-frames=0 ! "
    "rtpvp8pay pt=96 picture-id-mode=15-bit ! application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000 ! "
    "webrtcbin name=webrtc bundle-policy=max-bundle latency=0"
)


class Viewer:
    """One browser: a branch of the pipeline, from the tee to a webrtcbin."""

    def __init__(self, pipeline, tee):
        self.pipeline, self.tee = pipeline, tee
        self.gathered = threading.Event()
        self.branch = Gst.parse_bin_from_description(BRANCH, False)
        self.branch.add_pad(Gst.GhostPad.new("sink", self.branch.get_by_name("first").get_static_pad("sink")))
        self.webrtc = self.branch.get_by_name("webrtc")
        self.webrtc.connect("notify::ice-gathering-state", self._on_gathering)
        self.webrtc.connect("notify::connection-state", self._on_connection)

    def offer(self):
        """Links the branch, and returns the offer with the server's addresses in it."""
        self.pipeline.add(self.branch)
        self.pad = self.tee.request_pad_simple("src_%u")
        self.branch.sync_state_with_parent()
        self.pad.link(self.branch.get_static_pad("sink"))
        transceiver = self.webrtc.emit("get-transceiver", 0)
        transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        promise = Gst.Promise.new()
        self.webrtc.emit("create-offer", None, promise)
        promise.wait()
        reply = promise.get_reply()  # has the offer, and must outlive it
        self._set("set-local-description", reply.get_value("offer"))
        self.gathered.wait()
        return self.webrtc.get_property("local-description").sdp.as_text()

    def answer(self, sdp):
        _, message = GstSdp.SDPMessage.new_from_text(sdp)
        self._set("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message))

    def _set(self, signal, description):
        promise = Gst.Promise.new()
        self.webrtc.emit(signal, description, promise)
        promise.wait()

    def _on_gathering(self, webrtc, _):
        if webrtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            self.gathered.set()

    def _on_connection(self, webrtc, _):
        states = GstWebRTC.WebRTCPeerConnectionState
        if webrtc.get_property("connection-state") == states.CONNECTED:
            self.pipeline.recalculate_latency()
        elif webrtc.get_property("connection-state") in (states.FAILED, states.CLOSED, states.DISCONNECTED):
            # An element can't be stopped from its own thread.
            self.branch.call_async(lambda _branch: self.leave())

    def leave(self):
        """Takes the branch away while the others play."""
        pad, self.pad = self.pad, None
        if pad is None:
            return
        self.tee.release_request_pad(pad)
        self.branch.set_state(Gst.State.NULL)
        self.pipeline.remove(self.branch)


class Camera:
    """The camera, and the browsers that see it."""

    def __init__(self, source):
        self.pipeline = Gst.parse_launch(f"{source} ! tee name=tee allow-not-linked=true")
        self.viewers = {}
        self.ids = itertools.count()

    def start(self):
        self.pipeline.set_state(Gst.State.PLAYING)

    def request(self, path, body):
        """Returns the answer to a POST request."""
        if path == "/offer":
            number = next(self.ids)
            viewer = self.viewers[number] = Viewer(self.pipeline, self.pipeline.get_by_name("tee"))
            return {"id": number, "sdp": viewer.offer()}
        if path == "/answer":
            self.viewers[body["id"]].answer(body["sdp"])
            return {}
        raise KeyError(path)

    def run(self):
        """Plays until there is an error. Returns its text."""
        message = self.pipeline.get_bus().timed_pop_filtered(
            Gst.CLOCK_TIME_NONE, Gst.MessageType.ERROR | Gst.MessageType.EOS
        )
        self.pipeline.set_state(Gst.State.NULL)
        return message.parse_error().gerror.message if message.type == Gst.MessageType.ERROR else "the camera has ended"


def serve(port, page, request):
    """Starts an HTTP server of this page, and of `request` for what is posted. Returns its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self, status, kind, text):
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self):
            if self.path == "/":
                self.reply(200, "text/html; charset=utf-8", page)
            else:
                self.reply(404, "text/plain", "not here")

        def do_POST(self):
            try:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.reply(200, "application/json", json.dumps(request(self.path, body)))
            except (KeyError, ValueError) as error:
                self.reply(400, "text/plain", repr(error))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def main():
    if len(sys.argv) < 3 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    Gst.init(None)
    camera = Camera(" ".join(sys.argv[2:]))
    port = serve(int(sys.argv[1]), PAGE, camera.request)
    camera.start()
    print(f"http://127.0.0.1:{port}/", flush=True)
    sys.exit(f"webrtc.py: {camera.run()}")


if __name__ == "__main__":
    main()
