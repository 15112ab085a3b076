// This file has the controls of the models.

#include "fake/model.h"
#include "kernel/newer_kernel.h"

namespace fake {
namespace {

/// UVC cameras have two of the four modes.
std::vector<ModelMenuEntry> exposure_modes() {
  return {{.index = V4L2_EXPOSURE_MANUAL, .label = "Manual Mode"},
          {.index = V4L2_EXPOSURE_APERTURE_PRIORITY, .label = "Aperture Priority Mode"}};
}

/// The ids of vivid's own controls begin here.
constexpr std::uint32_t own = V4L2_CID_USER_BASE | 0xf000U;

std::vector<ModelControl> numbers_and_menus() {
  return {
      {.id = own, .name = "Button", .type = V4L2_CTRL_TYPE_BUTTON},
      {.id = own + 1,
       .name = "Boolean",
       .type = V4L2_CTRL_TYPE_BOOLEAN,
       .maximum = 1,
       .initial = 1},
      {.id = own + 2, .name = "Integer 32 Bits", .minimum = -0x80000000LL, .maximum = 0x7fffffff},
      {.id = own + 3,
       .name = "Integer 64 Bits",
       .type = V4L2_CTRL_TYPE_INTEGER64,
       .minimum = -0x7fffffff'00000000LL,
       .maximum = 0x7fffffff'00000000LL},
      {.id = own + 4,
       .name = "Menu",
       .type = V4L2_CTRL_TYPE_MENU,
       .minimum = 1,
       .maximum = 4,
       .initial = 3,
       .menu = {{.index = 1, .label = "Menu Item 1"},
                {.index = 3, .label = "Menu Item 3"},
                {.index = 4, .label = "Menu Item 4 (Override)"}}},
      {.id = own + 6,
       .name = "Bitmask",
       .type = V4L2_CTRL_TYPE_BITMASK,
       .maximum = 0x80002000LL,
       .initial = 0x80002000LL},
      {.id = own + 7,
       .name = "Integer Menu",
       .type = V4L2_CTRL_TYPE_INTEGER_MENU,
       .maximum = 3,
       .menu = {{.index = 0, .number = 1},
                {.index = 1, .number = 10},
                {.index = 2, .number = 100},
                {.index = 3, .number = -42}}},
      {.id = own + 8, .name = "Even, Stepped", .maximum = 20, .step = 2}};
}

std::vector<ModelControl> payloads() {
  return {
      {.id = own + 5,
       .name = "String",
       .type = V4L2_CTRL_TYPE_STRING,
       .minimum = 2,
       .maximum = 4,
       .text = "  "},
      {.id = own + 10,
       .name = "U32 1 Element Array",
       .type = V4L2_CTRL_TYPE_U32,
       .minimum = 10,
       .maximum = 20000,
       .dims = {1},
       .numbers = {24}},
      {.id = own + 11,
       .name = "U16 8x16 Matrix",
       .type = V4L2_CTRL_TYPE_U16,
       .minimum = 10,
       .maximum = 2000,
       .dims = {8, 16},
       .numbers = std::vector<std::int64_t>(std::size_t{8} * 16, 24)},
      {.id = own + 12,
       .name = "U8 2x3x4x5 Array",
       .type = V4L2_CTRL_TYPE_U8,
       .minimum = 10,
       .maximum = 200,
       .dims = {2, 3, 4, 5},
       .numbers = std::vector<std::int64_t>(120, 24)},
      {.id = own + 13, .name = "Area", .type = V4L2_CTRL_TYPE_AREA, .numbers = {1000, 2000}},
      {.id = own + 14,
       .name = "U32 Dynamic Array",
       .type = V4L2_CTRL_TYPE_U32,
       .minimum = 10,
       .maximum = 90,
       .flags = V4L2_CTRL_FLAG_DYNAMIC_ARRAY,
       .dims = {100},
       .numbers = {50}},
      {.id = own + 15, .name = "Rect", .type = V4L2_CTRL_TYPE_RECT, .numbers = {-1, 100, 640, 480}},
      {.id = own + 16,
       .name = "S32 2 Element Array",
       .minimum = -9,
       .maximum = 9,
       .dims = {2},
       .numbers = {-5, 5}},
      {.id = own + 17,
       .name = "S64 3 Element Array",
       .type = V4L2_CTRL_TYPE_INTEGER64,
       .minimum = -0x7fffffff'00000000LL,
       .maximum = 0x7fffffff'00000000LL,
       .dims = {3},
       .numbers = {1, -2, 0x100000000LL}},
      {.id = own + 18,
       .name = "Struct",
       .type = V4L2_CTRL_TYPE_H264_PRED_WEIGHTS,
       .numbers = {1, 2, 3, 4, 5}}};
}

std::vector<ModelControl> closed() {
  return {{.id = own + 20,
           .name = "Read-Only Integer 32 Bits",
           .maximum = 255,
           .initial = 100,
           .flags = V4L2_CTRL_FLAG_READ_ONLY},
          {.id = own + 21,
           .name = "Pan, Relative",
           .minimum = -10,
           .maximum = 10,
           .flags = V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE},
          {.id = own + 22, .name = "Grabbed", .maximum = 10, .flags = V4L2_CTRL_FLAG_GRABBED},
          {.id = own + 23,
           .name = "Busy While Streaming",
           .maximum = 10,
           .grabbed_while_streaming = true},
          {.id = V4L2_CID_AUTOGAIN,
           .name = "Gain, Automatic",
           .type = V4L2_CTRL_TYPE_BOOLEAN,
           .maximum = 1,
           .initial = 1,
           .flags = V4L2_CTRL_FLAG_UPDATE},
          {.id = V4L2_CID_GAIN,
           .name = "Gain",
           .maximum = 255,
           .initial = 100,
           .automatic = V4L2_CID_AUTOGAIN,
           .manual_value = 0,
           .stores_inactive = true}};
}

void append(std::vector<ModelControl>& all, std::vector<ModelControl> more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

std::vector<ModelControl> usual_controls() {
  return {{.id = V4L2_CID_BRIGHTNESS, .name = "Brightness", .minimum = -64, .maximum = 64},
          {.id = V4L2_CID_CONTRAST, .name = "Contrast", .maximum = 95, .initial = 32},
          {.id = V4L2_CID_AUTO_WHITE_BALANCE,
           .name = "White Balance, Automatic",
           .type = V4L2_CTRL_TYPE_BOOLEAN,
           .maximum = 1,
           .initial = 1},
          {.id = V4L2_CID_WHITE_BALANCE_TEMPERATURE,
           .name = "White Balance Temperature",
           .minimum = 2800,
           .maximum = 6500,
           .initial = 4600,
           .automatic = V4L2_CID_AUTO_WHITE_BALANCE,
           .manual_value = 0},
          {.id = V4L2_CID_EXPOSURE_AUTO,
           .name = "Auto Exposure",
           .type = V4L2_CTRL_TYPE_MENU,
           .maximum = V4L2_EXPOSURE_APERTURE_PRIORITY,
           .initial = V4L2_EXPOSURE_APERTURE_PRIORITY,
           .menu = exposure_modes()},
          {.id = V4L2_CID_EXPOSURE_ABSOLUTE,
           .name = "Exposure Time, Absolute",
           .minimum = 1,
           .maximum = 5000,
           .initial = 156,
           .automatic = V4L2_CID_EXPOSURE_AUTO,
           .manual_value = V4L2_EXPOSURE_MANUAL}};
}

std::vector<ModelControl> all_kinds_of_controls() {
  auto all = usual_controls();
  append(all, numbers_and_menus());
  append(all, payloads());
  append(all, closed());
  return all;
}

std::vector<ModelControl> rich_controls() {
  auto all = usual_controls();
  append(all, {{.id = V4L2_CID_SATURATION, .name = "Saturation", .maximum = 128, .initial = 64},
               {.id = V4L2_CID_HUE, .name = "Hue", .minimum = -40, .maximum = 40},
               {.id = V4L2_CID_HFLIP,
                .name = "Horizontal Flip",
                .type = V4L2_CTRL_TYPE_BOOLEAN,
                .maximum = 1},
               {.id = V4L2_CID_VFLIP,
                .name = "Vertical Flip",
                .type = V4L2_CTRL_TYPE_BOOLEAN,
                .maximum = 1},
               {.id = V4L2_CID_ROTATE, .name = "Rotate", .maximum = 270, .step = 90},
               {.id = V4L2_CID_POWER_LINE_FREQUENCY,
                .name = "Power Line Frequency",
                .type = V4L2_CTRL_TYPE_MENU,
                .maximum = 2,
                .initial = 1,
                .menu = {{.index = 0, .label = "Disabled"},
                         {.index = 1, .label = "50 Hz"},
                         {.index = 2, .label = "60 Hz"}}},
               {.id = V4L2_CID_PAN_ABSOLUTE,
                .name = "Pan, Absolute",
                .minimum = -36000,
                .maximum = 36000,
                .step = 3600},
               {.id = V4L2_CID_TILT_ABSOLUTE,
                .name = "Tilt, Absolute",
                .minimum = -36000,
                .maximum = 36000,
                .step = 3600},
               {.id = V4L2_CID_ZOOM_ABSOLUTE,
                .name = "Zoom, Absolute",
                .minimum = 100,
                .maximum = 500,
                .initial = 100}});
  return all;
}

}  // namespace fake
