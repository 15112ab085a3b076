// The bytes of each row mean the same to V4L2 and to GStreamer. Pictures are written by the V4L2
// specification, byte by byte, and read by GStreamer.

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "common/newer_gstreamer.h"
#include "formats/format_table.h"
#include "formats/layout.h"

namespace {

using Bytes = std::vector<std::uint8_t>;
using Pixel = std::array<std::uint16_t, 4>;  // A, then R G B or Y Cb Cr

class Content : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

/// Returns a line as GStreamer reads it. Samples have 8 or 16 bits, as in the unpacked format.
std::vector<Pixel> read_line(const GstVideoInfo& info, std::array<gpointer, 4> data,
                             std::array<gint, 4> strides, int line) {
  const auto* const format = info.finfo;
  const auto width = GST_VIDEO_INFO_WIDTH(&info);
  const bool wide = format->unpack_format == GST_VIDEO_FORMAT_AYUV64 ||
                    format->unpack_format == GST_VIDEO_FORMAT_ARGB64;
  std::vector<std::uint16_t> room(static_cast<std::size_t>(width + 64) * 4);
  format->unpack_func(format, GST_VIDEO_PACK_FLAG_TRUNCATE_RANGE, room.data(), data.data(),
                      strides.data(), 0, line, width);
  const auto* const narrow = reinterpret_cast<const std::uint8_t*>(room.data());
  std::vector<Pixel> pixels(static_cast<std::size_t>(width));
  for (std::size_t i = 0; i < pixels.size() * 4; ++i)
    pixels[i / 4][i % 4] = wide ? room[i] : narrow[i];
  return pixels;
}

// ---- packed pixels ------------------------------------------------------------------------------

struct Packed {
  std::uint32_t fourcc;
  Bytes bytes;
  std::vector<Pixel> pixels;
};

constexpr auto g = std::uint16_t{0x80};     // no chroma
constexpr auto gg = std::uint16_t{0x8000};  // no chroma, with 16 bits

/// pixfmt-packed-yuv.rst, pixfmt-rgb.rst, pixfmt-yuv-luma.rst, pixfmt-reserved.rst, pixfmt-z16.rst,
/// pixfmt-tch-*.rst.
const std::vector<Packed>& packed() {
  const Pixel yuv0{0xff, 0x11, 0x33, 0x44};
  const Pixel yuv1{0xff, 0x22, 0x33, 0x44};
  const Pixel ayuv{0x55, 0x11, 0x33, 0x44};
  const Pixel rgb{0xff, 0x11, 0x22, 0x33};
  const Pixel argb{0x55, 0x11, 0x22, 0x33};
  const Pixel red22_green25_blue13{0xff, 22 << 3, 25 << 3, 13 << 3};
  static const std::vector<Packed> all {
    {V4L2_PIX_FMT_YUYV, {0x11, 0x33, 0x22, 0x44}, {yuv0, yuv1}},
        {V4L2_PIX_FMT_UYVY, {0x33, 0x11, 0x44, 0x22}, {yuv0, yuv1}},
        {V4L2_PIX_FMT_YVYU, {0x11, 0x44, 0x22, 0x33}, {yuv0, yuv1}},
        {V4L2_PIX_FMT_VYUY, {0x44, 0x11, 0x33, 0x22}, {yuv0, yuv1}},
        {V4L2_PIX_FMT_YUV24, {0x11, 0x33, 0x44}, {yuv0}},
        {V4L2_PIX_FMT_AYUV32, {0x55, 0x11, 0x33, 0x44}, {ayuv}},
        {V4L2_PIX_FMT_YUV32, {0x55, 0x11, 0x33, 0x44}, {ayuv}},
        {V4L2_PIX_FMT_VUYA32, {0x44, 0x33, 0x11, 0x55}, {ayuv}},
        {V4L2_PIX_FMT_Y210,
         {0xc0, 0xaa, 0x40, 0x55, 0xc0, 0x3c, 0x00, 0xc3},
         {{0xffff, 0xaac0, 0x5540, 0xc300}, {0xffff, 0x3cc0, 0x5540, 0xc300}}},
        {V4L2_PIX_FMT_Y212,
         {0xc0, 0xab, 0x30, 0x12, 0xf0, 0xde, 0x60, 0x45},
         {{0xffff, 0xabc0, 0x1230, 0x4560}, {0xffff, 0xdef0, 0x1230, 0x4560}}},
        {V4L2_PIX_FMT_Y216,
         {0xc1, 0xab, 0x32, 0x12, 0xf3, 0xde, 0x64, 0x45},
         {{0xffff, 0xabc1, 0x1232, 0x4564}, {0xffff, 0xdef3, 0x1232, 0x4564}}},

        {V4L2_PIX_FMT_RGB24, {0x11, 0x22, 0x33}, {rgb}},
        {V4L2_PIX_FMT_BGR24, {0x33, 0x22, 0x11}, {rgb}},
        {V4L2_PIX_FMT_ABGR32, {0x33, 0x22, 0x11, 0x55}, {argb}},
        {V4L2_PIX_FMT_XBGR32, {0x33, 0x22, 0x11, 0x00}, {rgb}},
        {V4L2_PIX_FMT_BGR32, {0x33, 0x22, 0x11, 0x00}, {rgb}},
        {V4L2_PIX_FMT_BGRA32, {0x55, 0x33, 0x22, 0x11}, {argb}},
        {V4L2_PIX_FMT_BGRX32, {0x00, 0x33, 0x22, 0x11}, {rgb}},
        {V4L2_PIX_FMT_RGBA32, {0x11, 0x22, 0x33, 0x55}, {argb}},
        {V4L2_PIX_FMT_RGBX32, {0x11, 0x22, 0x33, 0x00}, {rgb}},
        {V4L2_PIX_FMT_ARGB32, {0x55, 0x11, 0x22, 0x33}, {argb}},
        {V4L2_PIX_FMT_XRGB32, {0x00, 0x11, 0x22, 0x33}, {rgb}},
        {V4L2_PIX_FMT_RGB32, {0x00, 0x11, 0x22, 0x33}, {rgb}},
        {V4L2_PIX_FMT_RGB565, {0b010'01101, 0b10110'110}, {{0xff, 22 << 3, 50 << 2, 13 << 3}}},
        {V4L2_PIX_FMT_XRGB555, {0b001'01101, 0b0'10110'11}, {red22_green25_blue13}},
        {V4L2_PIX_FMT_RGB555, {0b001'01101, 0b0'10110'11}, {red22_green25_blue13}},
        {V4L2_PIX_FMT_XBGR555, {0b001'10110, 0b0'01101'11}, {red22_green25_blue13}},
        // B 0x155, G 0x2ab, R 0x0f3, A 2
        {V4L2_PIX_FMT_ARGB2101010,
         {0b01010101, 0b101011'01, 0b0011'1010, 0b10'001111},
         {{0x8000, 0x3cc0, 0xaac0, 0x5540}}},
        {V4L2_PIX_FMT_ABGR64_12,
         {0x30, 0x12, 0x60, 0x45, 0x90, 0x78, 0xc0, 0xab},
         {{0xabc0, 0x7890, 0x4560, 0x1230}}},

        {V4L2_PIX_FMT_GREY, {0x12}, {{0xff, 0x12, g, g}}},
        {V4L2_PIX_FMT_Y4, {0xa0}, {{0xff, 0xa0, g, g}}},
        {V4L2_PIX_FMT_Y6, {0xac}, {{0xff, 0xac, g, g}}},
        {V4L2_PIX_FMT_Y16, {0x34, 0x12}, {{0xffff, 0x1234, gg, gg}}},
        {V4L2_PIX_FMT_Y16_BE, {0x12, 0x34}, {{0xffff, 0x1234, gg, gg}}},
        {V4L2_PIX_FMT_Y012, {0xc0, 0xab}, {{0xffff, 0xabc0, gg, gg}}},
        // GStreamer reads the low bits as they are. The caps have the number of significant bits.
        {V4L2_PIX_FMT_Y14, {0x34, 0x32}, {{0xffff, 0x3234, gg, gg}}},
        {V4L2_PIX_FMT_Y12, {0xbc, 0x0a}, {{0xffff, 0x0abc, gg, gg}}},
#if GSTREAMER_HAS_GRAY10
        {V4L2_PIX_FMT_Y10, {0xab, 0x02}, {{0xffff, 0x2ab << 6, gg, gg}}},
#else
        {V4L2_PIX_FMT_Y10, {0xab, 0x02}, {{0xffff, 0x2ab, gg, gg}}},
#endif
        {V4L2_PIX_FMT_Z16, {0x34, 0x12}, {{0xffff, 0x1234, gg, gg}}},
        {V4L2_TCH_FMT_TU08, {0x12}, {{0xff, 0x12, g, g}}},
        {V4L2_TCH_FMT_TU16, {0x34, 0x12}, {{0xffff, 0x1234, gg, gg}}},
  };
  return all;
}

TEST_F(Content, OfPackedPixels) {
  for (const auto& sample : packed()) {
    const auto name = v4l2::Fourcc{sample.fourcc}.to_string();
    const auto* const row = v4l2gst::row_of(sample.fourcc);
    if (row == nullptr) continue;  // format_table_test names the formats that this GStreamer lacks
    ASSERT_TRUE(row->raw()) << name;
    const auto info =
        v4l2gst::video_info_of(*row, {static_cast<std::uint32_t>(sample.pixels.size()), 1});
    Bytes memory{sample.bytes};
    memory.resize(64);  // GStreamer may read several pixels at once
    auto read = read_line(info, {memory.data()}, {64}, 0);
    const auto opaque = sample.pixels.front()[0] == 0xff || sample.pixels.front()[0] == 0xffff;
    EXPECT_EQ(GST_VIDEO_INFO_HAS_ALPHA(&info), !opaque) << name;
    if (opaque)  // GStreamer returns the bytes of the padding
      for (auto& pixel : read)
        pixel[0] = sample.pixels.front()[0];
    EXPECT_EQ(read, sample.pixels) << name;
  }
}

// ---- planes -------------------------------------------------------------------------------------

enum class Coding { bytes, words, packed, packed_backwards };

struct Tiles {
  std::size_t width{};  ///< in bytes
  std::size_t height{};
};

struct Planar {
  std::uint32_t fourcc;
  v4l2::Size size;
  int across;  ///< luma samples for each chroma sample
  int down;
  std::vector<std::vector<std::string_view>> memories;  ///< the planes in each memory
  Coding coding{Coding::bytes};
  unsigned bits{8};
  std::array<Tiles, 2> tiles{};
};

constexpr std::string_view luma = "Y";
constexpr std::string_view cb = "Cb";
constexpr std::string_view cr = "Cr";
constexpr std::string_view both = "Cb, Cr";
constexpr std::string_view both_turned = "Cr, Cb";

/// pixfmt-yuv-planar.rst: the order of chroma, of planes and of tiles.
const std::vector<Planar>& planar() {
  constexpr v4l2::Size small{8, 8};
  static const std::vector<Planar> all{
      {V4L2_PIX_FMT_NV12, small, 2, 2, {{luma, both}}},
      {V4L2_PIX_FMT_NV12M, small, 2, 2, {{luma}, {both}}},
      {V4L2_PIX_FMT_NV21, small, 2, 2, {{luma, both_turned}}},
      {V4L2_PIX_FMT_NV21M, small, 2, 2, {{luma}, {both_turned}}},
      {V4L2_PIX_FMT_NV16, small, 2, 1, {{luma, both}}},
      {V4L2_PIX_FMT_NV16M, small, 2, 1, {{luma}, {both}}},
      {V4L2_PIX_FMT_NV61, small, 2, 1, {{luma, both_turned}}},
      {V4L2_PIX_FMT_NV61M, small, 2, 1, {{luma}, {both_turned}}},
      {V4L2_PIX_FMT_NV24, small, 1, 1, {{luma, both}}},
      {V4L2_PIX_FMT_YUV420, small, 2, 2, {{luma, cb, cr}}},
      {V4L2_PIX_FMT_YUV420M, small, 2, 2, {{luma}, {cb}, {cr}}},
      {V4L2_PIX_FMT_YVU420, small, 2, 2, {{luma, cr, cb}}},
      {V4L2_PIX_FMT_YVU420M, small, 2, 2, {{luma}, {cr}, {cb}}},
      {V4L2_PIX_FMT_YUV422P, small, 2, 1, {{luma, cb, cr}}},
      {V4L2_PIX_FMT_YUV422M, small, 2, 1, {{luma}, {cb}, {cr}}},
      {V4L2_PIX_FMT_YVU422M, small, 2, 1, {{luma}, {cr}, {cb}}},
      {V4L2_PIX_FMT_YUV444M, small, 1, 1, {{luma}, {cb}, {cr}}},
      {V4L2_PIX_FMT_YVU444M, small, 1, 1, {{luma}, {cr}, {cb}}},
      {V4L2_PIX_FMT_YUV411P, small, 4, 1, {{luma, cb, cr}}},
      {V4L2_PIX_FMT_YUV410, small, 4, 4, {{luma, cb, cr}}},
      {V4L2_PIX_FMT_YVU410, small, 4, 4, {{luma, cr, cb}}},
      {V4L2_PIX_FMT_P010, small, 2, 2, {{luma, both}}, Coding::words, 10},
      {V4L2_PIX_FMT_P012, small, 2, 2, {{luma, both}}, Coding::words, 12},
      {V4L2_PIX_FMT_P012M, small, 2, 2, {{luma}, {both}}, Coding::words, 12},
      {V4L2_PIX_FMT_NV15, small, 2, 2, {{luma, both}}, Coding::packed, 10},
      {V4L2_PIX_FMT_NV20, small, 2, 1, {{luma, both}}, Coding::packed, 10},
      {V4L2_PIX_FMT_NV12_4L4, {16, 16}, 2, 2, {{luma, both}}, {}, 8, {{{4, 4}, {4, 4}}}},
      {V4L2_PIX_FMT_NV12_32L32, {64, 64}, 2, 2, {{luma, both}}, {}, 8, {{{32, 32}, {32, 32}}}},
      {V4L2_PIX_FMT_MM21, {48, 64}, 2, 2, {{luma}, {both}}, {}, 8, {{{16, 32}, {16, 16}}}},
      {V4L2_PIX_FMT_NV12MT, {256, 96}, 2, 2, {{luma}, {both}}, {}, 8, {{{64, 32}, {64, 32}}}},
      {V4L2_PIX_FMT_NV12_8L128, {16, 256}, 2, 2, {{luma, both}}, {}, 8, {{{8, 128}, {8, 128}}}},
      {V4L2_PIX_FMT_NV12M_8L128, {16, 256}, 2, 2, {{luma}, {both}}, {}, 8, {{{8, 128}, {8, 128}}}},
      {V4L2_PIX_FMT_NV12_10BE_8L128,
       {32, 128},
       2,
       2,
       {{luma, both}},
       Coding::packed_backwards,
       10,
       {{{8, 128}, {8, 128}}}},
      {V4L2_PIX_FMT_NV12M_10BE_8L128,
       {32, 256},
       2,
       2,
       {{luma}, {both}},
       Coding::packed_backwards,
       10,
       {{{8, 128}, {8, 128}}}},
      {V4L2_PIX_FMT_NV15_4L4,
       {16, 16},
       2,
       2,
       {{luma, both}},
       Coding::packed,
       10,
       {{{5, 4}, {5, 4}}}},
  };
  return all;
}

/// Returns a sample from its component, its line and its position in the line.
unsigned sample(const Planar& picture, std::string_view component, int line, int place) {
  const auto kind = component == luma ? 0U : component == cb ? 1U : 2U;
  const auto value =
      kind * 397 + static_cast<unsigned>(line) * 61 + static_cast<unsigned>(place) * 113;
  return value & ((1U << picture.bits) - 1);
}

Bytes encode(const Planar& picture, const std::vector<unsigned>& line) {
  Bytes bytes;
  if (picture.coding == Coding::packed || picture.coding == Coding::packed_backwards) {
    // The bits are packed one by one. They go from the lowest to the lowest, or from the highest to
    // the highest.
    const bool backwards = picture.coding == Coding::packed_backwards;
    bytes.resize(line.size() * picture.bits / 8);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      const auto in = bit % picture.bits;
      const auto value = line[bit / picture.bits] >> (backwards ? picture.bits - 1 - in : in) & 1U;
      const auto out = backwards ? 7 - bit % 8 : bit % 8;
      bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | value << out);
    }
    return bytes;
  }
  for (const auto value : line) {
    const auto high = value << (picture.coding == Coding::words ? 16 - picture.bits : 0);
    bytes.push_back(static_cast<std::uint8_t>(high));
    if (picture.coding == Coding::words) bytes.push_back(static_cast<std::uint8_t>(high >> 8U));
  }
  return bytes;
}

std::vector<Bytes> lines_of(const Planar& picture, std::string_view plane) {
  const auto width = static_cast<int>(picture.size.width);
  const auto height = static_cast<int>(picture.size.height);
  std::vector<Bytes> lines;
  for (int line = 0; line < (plane == luma ? height : height / picture.down); ++line) {
    std::vector<unsigned> samples;
    for (int place = 0; place < (plane == luma ? width : width / picture.across); ++place) {
      if (plane == both || plane == both_turned) {
        samples.push_back(sample(picture, plane.substr(0, 2), line, place));
        samples.push_back(sample(picture, plane.substr(4), line, place));
      } else {
        samples.push_back(sample(picture, plane, line, place));
      }
    }
    lines.push_back(encode(picture, samples));
  }
  return lines;
}

/// Returns the index of the tile in a column and a row. There are `across` by `down` tiles.
std::size_t tile_index(std::uint32_t fourcc, std::size_t column, std::size_t row,
                       std::size_t across, std::size_t down) {
  if (fourcc != V4L2_PIX_FMT_NV12MT || row + 1 == (down | 1)) return row * across + column;
  // The specification's example has four columns. An odd last row is in linear order.
  constexpr std::array<std::array<std::size_t, 4>, 2> zigzag{{{0, 1, 6, 7}, {2, 3, 4, 5}}};
  return row / 2 * 8 + zigzag[row % 2][column];
}

Bytes laid_out(const Planar& picture, std::string_view plane) {
  auto lines = lines_of(picture, plane);
  const auto& tile = picture.tiles[plane == luma ? 0 : 1];
  Bytes bytes;
  if (tile.width == 0) {
    for (const auto& line : lines)
      bytes.insert(bytes.end(), line.begin(), line.end());
    return bytes;
  }
  const auto across = lines.front().size() / tile.width;
  const auto down = (lines.size() + tile.height - 1) / tile.height;
  bytes.resize(across * down * tile.width * tile.height);
  for (std::size_t y = 0; y < lines.size(); ++y)
    for (std::size_t x = 0; x < lines[y].size(); ++x) {
      const auto index = tile_index(picture.fourcc, x / tile.width, y / tile.height, across, down);
      bytes[(index * tile.height + y % tile.height) * tile.width + x % tile.width] = lines[y][x];
    }
  return bytes;
}

/// Returns a line with the intended pixels.
std::vector<Pixel> meant(const Planar& picture, int line) {
  const auto shift = picture.bits > 8 ? 16 - picture.bits : 0U;
  std::vector<Pixel> pixels;
  for (int place = 0; place < static_cast<int>(picture.size.width); ++place) {
    Pixel pixel{static_cast<std::uint16_t>(picture.bits > 8 ? 0xffff : 0xff)};
    pixel[1] = static_cast<std::uint16_t>(sample(picture, luma, line, place) << shift);
    const auto chroma_line = line / picture.down;
    const auto chroma_place = place / picture.across;
    pixel[2] = static_cast<std::uint16_t>(sample(picture, cb, chroma_line, chroma_place) << shift);
    pixel[3] = static_cast<std::uint16_t>(sample(picture, cr, chroma_line, chroma_place) << shift);
    pixels.push_back(pixel);
  }
  return pixels;
}

TEST_F(Content, OfPlanes) {
  for (const auto& picture : planar()) {
    const auto name = v4l2::Fourcc{picture.fourcc}.to_string();
    const auto* const row = v4l2gst::row_of(picture.fourcc);
    if (row == nullptr) continue;
    ASSERT_EQ(row->separate_planes, picture.memories.size() > 1) << name;
    std::vector<Bytes> memories;
    v4l2::Format format;
    format.size = picture.size;
    for (const auto& planes : picture.memories) {
      auto& memory = memories.emplace_back();
      for (const auto plane : planes)
        std::ranges::copy(laid_out(picture, plane), std::back_inserter(memory));
      const auto line = lines_of(picture, planes.front()).front().size();
      format.planes[memories.size() - 1] = {
          .bytes_per_line = static_cast<std::uint32_t>(line),
          .size_image = static_cast<std::uint32_t>(memory.size())};
    }
    const auto info = v4l2gst::video_info_of(*row, picture.size);
    const auto layout = v4l2gst::layout_of(format, *row, info);
    std::array<gpointer, 4> data{};
    std::array<gint, 4> strides{};
    for (std::size_t memory = 0; memory < memories.size(); ++memory) {
      EXPECT_EQ(layout.needed[memory], memories[memory].size()) << name;
      memories[memory].resize(memories[memory].size() + 64);
    }
    for (std::size_t plane = 0; plane < layout.plane_count; ++plane) {
      const auto& place = layout.planes[plane];
      data[plane] = memories.at(place.memory).data() + place.offset;
      strides[plane] = place.stride;
    }
    for (int line = 0; line < static_cast<int>(picture.size.height); ++line)
      ASSERT_EQ(read_line(info, data, strides, line), meant(picture, line)) << name << " " << line;
  }
}

/// This finds rows of raw video without a sample here.
TEST_F(Content, IsTestedForEachRawRow) {
  for (const auto& row : v4l2gst::format_table) {
    if (!row.raw()) continue;
    // A tile has its bits in four pieces. GStreamer's unpacker is from the same authors.
    if (row.fourcc == V4L2_PIX_FMT_MT2110T || row.fourcc == V4L2_PIX_FMT_MT2110R) continue;
    const auto same = [&](const auto& tested) {
      return tested.fourcc == row.fourcc;
    };
    EXPECT_TRUE(std::ranges::any_of(packed(), same) || std::ranges::any_of(planar(), same))
        << v4l2::Fourcc{row.fourcc}.to_string();
  }
}

}  // namespace
