#!/bin/sh
# Plays rows of pipelines in the VM. Prints TAP.
#   pipelines.sh PROGRAM ELEMENT ARGUMENT...
# PROGRAM is the program pipelines, which takes the other arguments. The first camera also gets a link, since there is no udev here, and the pipelines
# a folder.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export GST_REGISTRY="$work/registry"
by_id=/dev/v4l/by-id/usb-HD_Camera_Manufacturer_USB_2.0_Camera-video-index0
mkdir -p /dev/v4l/by-id
ln -sf "$USBCAM_DEVICE_1" "$by_id"
mkdir "$work/files"
program=$1
element=$2
shift 2
"$program" "$element" "BY_ID=$by_id" "TMP=$work/files" "$@"
