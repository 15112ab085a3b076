#!/usr/bin/python3
"""Captures with OpenCV as people do, with the one word of their pipelines changed. Prints TAP.

  opencv.py fake DEVICE            the preload camera
  opencv.py real CAMERA WEBCAM     a USB camera, and vivid

Each capture has a process of its own and a time limit, so that one that hangs or crashes fails alone.
"""

import fcntl
import os
import signal
import struct
import sys

import cv2
import numpy

# A capture takes less than a second. The limit, in seconds, only ends one that hangs. The clock of a virtual machine
# leaps while it waits for a file of the host.
LIMIT_S = 36000 if 'V4L2CPP_VM' in os.environ else 60
FRAMES = 10

VIDIOC_G_CTRL = 0xC008561B
BRIGHTNESS = 0x00980900
CONTRAST = 0x00980901
SATURATION = 0x00980902
AUTO_EXPOSURE = 0x009A0901
EXPOSURE_TIME = 0x009A0902


def control(device, number):
    """The value of a control, read by another descriptor than the pipeline's."""
    node = os.open(device, os.O_RDWR)
    try:
        return struct.unpack('Ii', fcntl.ioctl(node, VIDIOC_G_CTRL, struct.pack('Ii', number, 0)))[1]
    finally:
        os.close(node)


# --- what a frame must look like: each returns a text if it does not ------------------------------------


def anything(frame):
    return None if frame.min() != frame.max() else 'all bytes are the same'


def painted(frame):
    """The fake camera paints bytes that count up, from another one in each frame."""
    flat = frame.reshape(-1)
    expected = (int(flat[0]) + numpy.arange(flat.size)).astype(numpy.uint8)
    return None if numpy.array_equal(flat, expected) else 'the bytes are not those of the camera'


def colour_bars(frame):
    """vivid's bars are grey, yellow, cyan, green, magenta, red, blue and black. It writes text on the left."""
    line = frame[frame.shape[0] * 3 // 4]
    width = frame.shape[1]
    bars = [line[width * (2 * bar + 1) // 16] > 90 for bar in range(8)]
    wanted = [(1, 1, 1), (0, 1, 1), (1, 1, 0), (0, 1, 0), (1, 0, 1), (0, 0, 1), (1, 0, 0), (0, 0, 0)]
    return None if [tuple(map(int, bar)) for bar in bars] == wanted else f'the bars are {bars}'


# --- one capture ----------------------------------------------------------------------------------------


class Case:
    """A pipeline, and what comes of it. `shape` is None where the capture must not open."""

    def __init__(self, name, pipeline, shape, content=anything, controls=(), rate=None, device=None, times=1):
        self.name = name
        self.pipeline = pipeline
        self.shape = shape
        self.content = content
        self.controls = dict(controls)
        self.rate = rate
        self.device = device
        self.times = times

    def run(self):
        """Returns the first thing that is wrong, or None."""
        for _ in range(self.times):
            trouble = self.capture()
            if trouble:
                return trouble
        return None

    def capture(self):
        source = cv2.VideoCapture(self.pipeline, cv2.CAP_GSTREAMER)
        if self.shape is None:
            return 'it opens' if source.isOpened() else None
        if not source.isOpened():
            return 'it does not open'
        for number in range(FRAMES):
            good, frame = source.read()
            if not good:
                return f'frame {number} does not come'
            if frame.squeeze().shape != self.shape:
                return f'frame {number} has the shape {frame.shape}'
            trouble = self.content(frame)
            if trouble:
                return f'frame {number}: {trouble}'
        if self.rate and source.get(cv2.CAP_PROP_FPS) != self.rate:
            return f'the rate is {source.get(cv2.CAP_PROP_FPS)}'
        for number, value in self.controls.items():
            has = control(self.device, number)
            if has != value:
                return f'control {number:#x} should be {value}, and is {has}'
        source.release()
        return None


def run_apart(case):
    """Runs a case in a child. Returns what is wrong, or None."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        # The default action of SIGALRM ends the process wherever it is.
        signal.alarm(LIMIT_S)
        try:
            trouble = case.run()
        except Exception as error:  # The parent has to know.
            trouble = repr(error)
        os.write(writing, (trouble or '').encode())
        os._exit(1 if trouble else 0)
    os.close(writing)
    with os.fdopen(reading) as said:
        text = said.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return 'it hangs' if os.WTERMSIG(status) == signal.SIGALRM else f'signal {os.WTERMSIG(status)}'
    return None if status == 0 else text


# --- the pipelines --------------------------------------------------------------------------------------


def fake_cases(device):
    source = f'v4l2cppsrc device={device}'
    to_bgr = 'videoconvert ! video/x-raw,format=BGR ! appsink'
    newest = 'appsink sync=false max-buffers=1 drop=true'
    vga = (480, 640, 3)
    return [
        Case('any format, converted', f'{source} ! {to_bgr}', vga),
        Case('BGR of the camera', f'{source} ! video/x-raw,format=BGR,width=640,height=480 ! appsink', vga, painted),
        Case('GRAY8', f'{source} ! video/x-raw,format=GRAY8,width=320,height=240 ! appsink', (240, 320), painted),
        Case('NV12', f'{source} ! video/x-raw,format=NV12,width=640,height=480 ! {newest}', (720, 640), painted),
        Case('a rate', f'{source} ! video/x-raw,format=YUY2,width=640,height=480,framerate=15/1 ! {to_bgr} drop=1',
             vga, rate=15),
        Case('io-mode as a number', f'{source} io-mode=2 do-timestamp=true ! video/x-raw,width=640,height=480 ! '
             f'videoconvert ! video/x-raw,format=BGR ! {newest}', vga),
        Case('io-mode by name', f'{source} io-mode=GST_V4L2_IO_MMAP ! video/x-raw,format=GRAY8,width=640,height=480 ! appsink',
             (480, 640), painted),
        Case('a smaller picture', f'{source} ! videoconvert ! videoscale ! video/x-raw,format=BGR,width=160,height=120 ! '
             'appsink', (120, 160, 3)),
        Case('a queue that leaks', f'{source} ! queue leaky=downstream max-size-buffers=1 ! {to_bgr}', vga),
        Case('five times', f'{source} ! video/x-raw,format=GRAY8,width=640,height=480 ! appsink', (480, 640), painted,
             times=5),
        Case('extra-controls', f'{source} extra-controls="c,brightness=40,contrast=11" ! {to_bgr}', vga,
             controls={BRIGHTNESS: 40, CONTRAST: 11}, device=device),
        Case('extra-controls, old names, the automatic one last',
             f'{source} extra-controls="c,exposure_absolute=157,exposure_auto=1" ! {to_bgr}', vga,
             controls={AUTO_EXPOSURE: 1, EXPOSURE_TIME: 157}, device=device),
        Case('extra-controls, a name that the camera lacks', f'{source} extra-controls="c,no_such_control=1" ! {to_bgr}',
             vga),
        Case('brightness', f'{source} brightness=-33 ! {to_bgr}', vga, controls={BRIGHTNESS: -33}, device=device),
        Case('a device that is missing', f'v4l2cppsrc device=/dev/video-none ! {to_bgr}', None),
        Case('a size that the camera lacks', f'{source} ! video/x-raw,width=123,height=45 ! {to_bgr}', None),
    ]


def real_cases(camera, webcam):
    vga = (480, 640, 3)
    return [
        Case('MJPG, and the exposure',
             f'v4l2cppsrc device={camera} extra-controls="c,exposure_time_absolute=157,auto_exposure=1" ! '
             'image/jpeg,width=640,height=480,framerate=30/1 ! jpegdec ! videoconvert ! video/x-raw,format=BGR ! appsink',
             vga, controls={AUTO_EXPOSURE: 1, EXPOSURE_TIME: 157}, device=camera),
        Case('BGR of vivid, and its controls',
             f'v4l2cppsrc device={webcam} saturation=140 extra-controls="c,contrast=120" ! '
             'video/x-raw,format=BGR,width=640,height=480 ! appsink', vga, colour_bars,
             controls={CONTRAST: 120, SATURATION: 140}, device=webcam),
        Case('YUY2 of vivid', f'v4l2cppsrc device={webcam} ! video/x-raw,format=YUY2,width=640,height=480 ! videoconvert ! '
             'video/x-raw,format=BGR ! appsink drop=true max-buffers=1', vga, colour_bars),
        Case('a device that is missing', 'v4l2cppsrc device=/dev/video99 ! videoconvert ! appsink', None),
    ]


def main():
    cases = (fake_cases if sys.argv[1] == 'fake' else real_cases)(*sys.argv[2:])
    failed = 0
    for number, case in enumerate(cases, 1):
        trouble = run_apart(case)
        print(f'{"not ok" if trouble else "ok"} {number} - OpenCV: {case.name}')
        print(f'# {case.pipeline}')
        if trouble:
            failed += 1
            print(f'# {trouble}', flush=True)
    print(f'1..{len(cases)}')
    return 1 if failed else 0


sys.exit(main())
