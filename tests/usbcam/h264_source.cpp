#include "usbcam/h264_source.h"

#include <algorithm>
#include <string>

namespace usbcam {
namespace {

// Syntax and names are those of ITU-T H.264, clauses 7.3 and 7.4.

// The first byte of a NAL unit has its importance and its type.
constexpr std::uint8_t idr_unit = 0x65;
constexpr std::uint8_t slice_unit = 0x41;
constexpr std::uint8_t information_unit = 0x06;
constexpr std::uint8_t sequence_unit = 0x67;
constexpr std::uint8_t picture_unit = 0x68;
constexpr std::uint8_t delimiter_unit = 0x09;

constexpr std::uint32_t all_intra = 7;
constexpr std::uint32_t all_predicted = 5;
constexpr std::uint32_t pcm_macroblock = 25;
/// The bits for the largest group of pictures.
constexpr int frame_number_bits = 8;
constexpr unsigned largest_gop = 1 << frame_number_bits;

/// The UUID of the user data is made up, and has no zero byte.
constexpr std::array<std::uint8_t, 16> user_data_uuid{
    0x75, 0x73, 0x62, 0x63, 0x61, 0x6d, 0x40, 0x11, 0x80, 0x64, 0x76, 0x34, 0x6c, 0x32, 0x63, 0x70};

/// Appends a NAL unit. A start code must not occur inside. So a 03 follows each 00 00 before a byte
/// below 04.
void append_unit(Bytes& stream, std::uint8_t header, ByteView payload) {
  append(stream, std::array<std::uint8_t, 5>{0, 0, 0, 1, header});
  int zeros = 0;
  for (std::uint8_t byte : payload) {
    if (zeros == 2 && byte <= 3) {
      stream.push_back(3);
      zeros = 0;
    }
    stream.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
}

Bytes delimiter(bool is_idr) {
  BitWriter writer;
  writer.bits(is_idr ? 0 : 1, 3);  // slice types, I only or I and P
  writer.trailing_bits();
  return writer.written();
}

Bytes picture_parameters() {
  BitWriter writer;
  writer.unsigned_golomb(0);  // the id of this set
  writer.unsigned_golomb(0);  // the id of its sequence parameter set
  writer.bits(0, 1);          // entropy coding: CAVLC
  writer.bits(0, 1);          // no field order
  writer.unsigned_golomb(0);  // one slice group
  writer.unsigned_golomb(0);  // one reference picture in each list
  writer.unsigned_golomb(0);
  writer.bits(0, 3);     // no weighted prediction
  writer.signed_zero();  // quantisers
  writer.signed_zero();
  writer.signed_zero();
  writer.bits(1, 1);  // slices may switch the deblocking filter off
  writer.bits(0, 2);  // no constrained intra prediction, no redundant pictures
  writer.trailing_bits();
  return writer.written();
}

Bytes frame_number_message(std::uint64_t number) {
  std::string text = "usbcam-frame=" + std::to_string(number);
  Bytes message{5, static_cast<std::uint8_t>(user_data_uuid.size() + text.size())};
  append(message, user_data_uuid);
  message.insert(message.end(), text.begin(), text.end());
  message.push_back(0x80);  // trailing bits
  return message;
}

}  // namespace

H264Source::H264Source(Size size, Pattern pattern, unsigned gop)
    : size_{size},
      pattern_{pattern},
      gop_{pattern == Pattern::fixed ? 1 : std::clamp(gop, 1U, largest_gop)},
      columns_{size.width / 16},
      lines_{(size.height + 15) / 16} {}

Bytes H264Source::sequence_parameters() const {
  BitWriter writer;
  writer.bits(66, 8);    // baseline profile
  writer.bits(0xc0, 8);  // also constrained baseline, and main profile
  writer.bits(40, 8);    // level 4
  writer.unsigned_golomb(0);
  writer.unsigned_golomb(frame_number_bits - 4);
  writer.unsigned_golomb(2);  // output order is decoding order
  writer.unsigned_golomb(1);  // one reference frame
  writer.bits(0, 1);          // no gaps in frame numbers
  writer.unsigned_golomb(columns_ - 1);
  writer.unsigned_golomb(lines_ - 1);
  writer.bits(1, 1);  // frames, not fields
  writer.bits(1, 1);
  unsigned cropped = lines_ * 16 - size_.height;
  writer.bits(cropped != 0 ? 1 : 0, 1);
  if (cropped != 0) {
    for (int side = 0; side < 3; ++side)
      writer.unsigned_golomb(0);  // left, right, top
    writer.unsigned_golomb(cropped / 2);
  }
  writer.bits(0, 1);  // no usability information
  writer.trailing_bits();
  return writer.written();
}

Bytes H264Source::idr_slice(std::optional<std::uint64_t> number) const {
  BitWriter writer;
  writer.unsigned_golomb(0);  // the first macroblock
  writer.unsigned_golomb(all_intra);
  writer.unsigned_golomb(0);
  writer.bits(0, frame_number_bits);
  writer.unsigned_golomb(group_ % 2);  // consecutive IDR pictures must differ in this
  writer.bits(0, 2);                   // output earlier pictures; no long-term reference
  writer.signed_zero();
  writer.unsigned_golomb(1);  // no deblocking, which would change samples

  Bytes luma(256);
  Bytes blue(64);
  Bytes red(64);
  for (unsigned macroblock = 0; macroblock < columns_ * lines_; ++macroblock) {
    unsigned left = macroblock % columns_ * 16;
    unsigned top = macroblock / columns_ * 16;
    for (unsigned place = 0; place < 256; ++place) {
      Colour colour = scene_at(size_, left + place % 16, top + place / 16, number);
      luma[place] = colour.luma;
      // 4:2:0 has one chroma sample for each two by two pixels.
      if (place % 2 == 0 && place / 16 % 2 == 0) {
        unsigned chroma = place / 32 * 8 + place % 16 / 2;
        blue[chroma] = colour.blue;
        red[chroma] = colour.red;
      }
    }
    writer.unsigned_golomb(pcm_macroblock);
    writer.align(0);
    writer.bytes(luma);
    writer.bytes(blue);
    writer.bytes(red);
  }
  writer.trailing_bits();
  return writer.written();
}

Bytes H264Source::skipped_slice() const {
  BitWriter writer;
  writer.unsigned_golomb(0);
  writer.unsigned_golomb(all_predicted);
  writer.unsigned_golomb(0);
  writer.bits(place_, frame_number_bits);
  writer.bits(0, 1);  // as many references as in the picture parameters
  writer.bits(0, 1);  // in their usual order
  writer.bits(0, 1);  // references leave in the order of their arrival
  writer.signed_zero();
  writer.unsigned_golomb(1);
  writer.unsigned_golomb(columns_ * lines_);  // the skip run covers all macroblocks
  writer.trailing_bits();
  return writer.written();
}

ByteView H264Source::frame(std::uint64_t number) {
  bool is_idr = place_ == 0;
  bool has_number = pattern_ == Pattern::counter;
  unit_.clear();
  append_unit(unit_, delimiter_unit, delimiter(is_idr));
  if (is_idr) {
    append_unit(unit_, sequence_unit, sequence_parameters());
    append_unit(unit_, picture_unit, picture_parameters());
  }
  if (has_number) append_unit(unit_, information_unit, frame_number_message(number));
  if (is_idr) {
    auto marks = has_number ? std::optional{number} : std::nullopt;
    append_unit(unit_, idr_unit, idr_slice(marks));
  } else {
    append_unit(unit_, slice_unit, skipped_slice());
  }
  place_ = (place_ + 1) % gop_;
  // Fixed frames also keep their group's number, though consecutive IDR pictures should not.
  // Decoders tell them apart by the delimiter.
  if (place_ == 0 && has_number) ++group_;
  return unit_;
}

}  // namespace usbcam
