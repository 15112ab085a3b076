#!/usr/bin/env python3
"""Runs the recipes of docs/guide/share-a-camera.md on the preload camera. Prints TAP.

usage: recipes.py PRELOAD_LIBRARY PLUGIN_DIR PROJECT RECIPE...

A RECIPE is a heading of the page. The commands below it are started in their order, each when the one before it is ready, and
the last one as often as RECIPES says. It passes when so many frames have reached each sink of the last one. Windows become
fakesinks, the camera is the fake one, and ports and sockets are free ones.
"""

import contextlib
import itertools
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading

# How often the last command runs at once, and how many sinks it has.
RECIPES = {
    "Branches of one pipeline": (1, 2),
    "Programs on one machine: unixfdsink": (2, 1),
    "Programs on one machine: PipeWire": (2, 1),
    "RTP": (1, 1),
    "RTSP": (2, 1),
    "SRT": (2, 1),
}
FRAMES = 30
PORTS = ("5004", "7001", "8554")
FRAME = re.compile(r"(\w*fakesink\w*): last-message = chain .*\(([1-9]\d*) bytes")
# What gst-launch-1.0 and the server print when the next command may start.
READY = re.compile(r"Setting pipeline to PLAYING|^rtsp://")
# The same where a frame goes to the sink. The sink has had one when the next one comes.
FLOWS = re.compile(r"/GstIdentity:ready: last-message = chain")


class Program:
    """A command, with its children in a process group of its own."""

    def __init__(self, command, folder, environment, **options):
        self.command = command
        self.lines = []
        self.rest = None
        self.process = subprocess.Popen(["sh", "-c", f"exec {command}"], cwd=folder, env=environment, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True, **options)

    def until(self, done):
        """Reads lines until `done` says that one was the last. Raises an error if the program ends before."""
        for line in self.process.stdout:
            self.lines.append(line)
            if done(line):
                # A program whose output nobody reads stands still when the pipe is full.
                self.rest = threading.Thread(target=self.process.stdout.read)
                self.rest.start()
                return
        raise RuntimeError(f"{self.command}\nended too early:\n{''.join(self.lines[-40:])}")

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.rest is not None:
            self.rest.join()
        self.process.stdout.close()


class Frames:
    """Counts the frames that reach the sinks of a pipeline."""

    def __init__(self, sinks):
        self.sinks = sinks
        self.counts = {}

    def __call__(self, line):
        if "ERROR" in line:
            raise RuntimeError(line)
        match = FRAME.search(line)
        if match:
            self.counts[match[1]] = self.counts.get(match[1], 0) + 1
        return len(self.counts) == self.sinks and min(self.counts.values()) >= FRAMES


def commands(page, heading):
    """Returns the commands below a heading of the page, with continued lines in one."""
    section = re.split(r"^## ", page, flags=re.MULTILINE)
    text = next(part for part in section if part.startswith(heading + "\n"))
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(r"\\\n\s*", " ", block).strip() for block in blocks]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def here(command, folder, project, ports):
    """Returns the command as it runs here."""
    command = re.sub(r"^gst-launch-1\.0", "gst-launch-1.0 -v", command)
    command = re.sub(r"\bv4l2cppsrc\b", r"\g<0> device=/dev/video-fake", command)
    command = command.replace("autovideosink", "fakesink silent=false").replace("/tmp/", f"{folder}/")
    for port, free in ports.items():
        command = command.replace(port, free)
    # Last, since the project's path may have any of these words.
    return command.replace("python3 tests/", f"{sys.executable} {project}/tests/")


def environment_of(command, preload, variables):
    return {**variables, "LD_PRELOAD": preload, "V4L2CPP_FAKE": "stamps=good"} if "video-fake" in command else variables


@contextlib.contextmanager
def pipewire(folder, variables):
    """PipeWire's daemon and its session manager, as systemd starts them: the socket is there before the daemon."""
    variables.update(XDG_RUNTIME_DIR=folder, PIPEWIRE_RUNTIME_DIR=folder, HOME=folder)
    variables.pop("PIPEWIRE_REMOTE", None)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(f"{folder}/pipewire-0")
        listener.listen()
        # The first descriptor that is passed has number 3.
        daemon = f"sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec pipewire 3<&{listener.fileno()}'"
        for command in (daemon, "dbus-run-session -- wireplumber"):
            program = Program(command, folder, variables, pass_fds=[listener.fileno()])
            stack.callback(program.stop)
        yield


def await_node(folder, variables):
    """Waits until the camera's node is there."""
    monitor = Program("pw-mon", folder, variables)
    try:
        monitor.until(lambda line: 'node.name = "camera"' in line)
    finally:
        monitor.stop()


def run(heading, preload, project, page):
    consumers, sinks = RECIPES[heading]
    variables = dict(os.environ)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ports = {port: free_port() for port in PORTS}
        if "PipeWire" in heading:
            stack.enter_context(pipewire(folder, variables))

        def start(command):
            program = Program(command, folder, environment_of(command, preload, variables))
            stack.callback(program.stop)
            return program

        *producers, last = [here(command, folder, project, ports) for command in commands(page, heading)]
        for command in producers:
            if "PipeWire" in heading:
                # A program that comes between the caps and the first frame makes pipewiresink 0.3.65 crash: the buffers
                # that it offers then have no size.
                program = start(command.replace("! pipewiresink", "! identity name=ready silent=false ! pipewiresink"))
                frames = itertools.count(1)
                program.until(lambda line: FLOWS.search(line) and next(frames) == 2)
                await_node(folder, variables)
            else:
                start(command).until(READY.search)
        # Each one starts beside those that have frames already.
        for _ in range(consumers):
            start(last).until(Frames(sinks))


def main():
    # A test that takes too long is told so by SIGTERM. What it started must end with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    preload, plugins, project, *headings = sys.argv[1:]
    os.environ["GST_PLUGIN_PATH"] = plugins
    page = (pathlib.Path(project) / "docs/guide/share-a-camera.md").read_text(encoding="utf-8")
    failed = False
    for number, heading in enumerate(headings, 1):
        try:
            run(heading, preload, project, page)
            print(f"ok {number} - {heading}", flush=True)
        except (RuntimeError, OSError) as error:
            failed = True
            print(f"not ok {number} - {heading}", flush=True)
            for line in str(error).splitlines():
                print(f"# {line}")
    print(f"1..{len(headings)}")
    return 1 if failed else 0


sys.exit(main())
