#!/usr/bin/env python3
"""Captures with OpenCV, and saves the last frame as a picture.

usage: opencv_capture.py DEVICE FRAMES PICTURE

OpenCV gets BGR, in the newest frame only: `max-buffers=1 drop=true` leaves out what would be late. For a camera that is
faster with JPEG, put `image/jpeg ! jpegdec` in the place of `video/x-raw`. It needs python3-opencv.
"""

import sys

import cv2


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    device, frames, picture = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    capture = cv2.VideoCapture(
        f"v4l2cppsrc device={device} ! video/x-raw ! videoconvert ! video/x-raw,format=BGR ! "
        "appsink max-buffers=1 drop=true sync=false", cv2.CAP_GSTREAMER)
    if not capture.isOpened():
        sys.exit(f"opencv_capture.py: {device} can't be opened; GST_DEBUG=2 says why")
    for _ in range(frames):
        good, frame = capture.read()
        if not good:
            sys.exit("opencv_capture.py: the stream has ended")
    cv2.imwrite(picture, frame)
    print(f"{frames} frames of {frame.shape[1]}x{frame.shape[0]}, {capture.get(cv2.CAP_PROP_FPS):g} a second")
    capture.release()


if __name__ == "__main__":
    main()
