#include "usbcam/mjpeg_source.h"

#include <cstdio>
#include <cstdlib>
#include <jpeglib.h>
#include <string>

namespace usbcam {
namespace {

constexpr int quality = 80;

}  // namespace

MjpegSource::MjpegSource(Size size, Pattern pattern)
    : size_{size}, pattern_{pattern}, picture_(std::size_t{size.width} * size.height * 3) {
  paint(0, size.height, {});
  if (pattern == Pattern::fixed) compress({});
}

void MjpegSource::paint(unsigned from_line, unsigned to_line, std::optional<std::uint64_t> number) {
  auto* sample = picture_.data() + std::size_t{from_line} * size_.width * 3;
  for (unsigned y = from_line; y < to_line; ++y) {
    for (unsigned x = 0; x < size_.width; ++x) {
      Colour colour = scene_at(size_, x, y, number);
      *sample++ = colour.luma;
      *sample++ = colour.blue;
      *sample++ = colour.red;
    }
  }
}

void MjpegSource::compress(std::optional<std::uint64_t> number) {
  jpeg_compress_struct compressor{};
  jpeg_error_mgr errors{};
  // The handler prints and exits on an error. A picture in memory causes none.
  compressor.err = jpeg_std_error(&errors);
  jpeg_create_compress(&compressor);
  unsigned char* output = nullptr;
  unsigned long output_size = 0;  // NOLINT(google-runtime-int): libjpeg's type
  jpeg_mem_dest(&compressor, &output, &output_size);

  compressor.image_width = size_.width;
  compressor.image_height = size_.height;
  compressor.input_components = 3;
  compressor.in_color_space = JCS_YCbCr;
  jpeg_set_defaults(&compressor);
  jpeg_set_quality(&compressor, quality, TRUE);
  compressor.comp_info[0].h_samp_factor = 2;
  compressor.comp_info[0].v_samp_factor = 1;
  compressor.dct_method = JDCT_IFAST;

  jpeg_start_compress(&compressor, TRUE);
  if (number) {
    std::string text = "usbcam-frame=" + std::to_string(*number);
    Bytes comment{text.begin(), text.end()};
    jpeg_write_marker(&compressor, JPEG_COM, comment.data(), comment.size());
  }
  while (compressor.next_scanline < compressor.image_height) {
    JSAMPROW line = picture_.data() + std::size_t{compressor.next_scanline} * size_.width * 3;
    jpeg_write_scanlines(&compressor, &line, 1);
  }
  jpeg_finish_compress(&compressor);
  jpeg_destroy_compress(&compressor);
  jpeg_.assign(output, output + output_size);
  std::free(output);
}

ByteView MjpegSource::frame(std::uint64_t number) {
  if (pattern_ == Pattern::counter) {
    paint(0, marks_height, number);
    compress(number);
  }
  return jpeg_;
}

}  // namespace usbcam
