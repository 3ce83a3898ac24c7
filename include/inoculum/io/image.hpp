// SPDX-License-Identifier: Apache-2.0
// PNG and JPEG files to images and back (stb_image, stb_image_write).
//
// Two formats, because each further reader is a further way in for hostile files; others are refused by
// name, with advice. Files are checked before stb sees them: stb ignores PNG checksums, fills the rest of a
// truncated JPEG with grey and calls that a success, and half a scan must never pass for a whole one.
//
// What becomes of a file: 16-bit samples keep their upper 8 bits (a 12-bit scan stored in 16 comes out
// dark: window it first); grey is repeated into three channels; palettes are looked up; alpha is composited
// over black, the background of most scans; Exif orientation and colour profiles are not applied; CMYK JPEGs
// are refused, because without their profile their colours are guesses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/image.hpp"
#include "../core/result.hpp"
#include "detail/stb.hpp"
#include "file.hpp"

namespace inoculum {

/// The largest image file that is read.
inline constexpr std::size_t max_image_file_bytes = std::size_t{64} * 1024 * 1024;

namespace detail {

struct image_size {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t least_bytes = 0;  ///< a file of this size must be longer than this
};

[[nodiscard]] inline std::uint32_t big_endian(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t count) noexcept {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < count; ++i) out = out << 8 | bytes[at + i];
  return out;
}

[[nodiscard]] inline bool has_text(std::span<const std::uint8_t> bytes, std::size_t at, std::string_view text) noexcept {
  if (bytes.size() < at + text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (bytes[at + i] != static_cast<std::uint8_t>(text[i])) return false;
  }
  return true;
}

/// CRC-32 (ISO 3309), as PNG uses it.
[[nodiscard]] inline std::uint32_t crc32(std::span<const std::uint8_t> bytes) noexcept {
  static constexpr std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t n = 0; n < 256; ++n) {
      std::uint32_t c = n;
      for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0xedb88320u ^ (c >> 1) : c >> 1;
      t[n] = c;
    }
    return t;
  }();
  std::uint32_t c = 0xffffffffu;
  for (const std::uint8_t b : bytes) c = table[(c ^ b) & 255] ^ (c >> 8);
  return ~c;
}

[[nodiscard]] inline failure truncated_at(const char* what, std::size_t offset) {
  return {errc::parse, std::string(what) + " is truncated: it ends at byte " + std::to_string(offset), {}};
}

/// Walks a PNG's chunks: all there, each checksum right, header first. The pixels are stb's business.
[[nodiscard]] inline result<image_size> inspect_png(std::span<const std::uint8_t> bytes) {
  image_size size;
  for (std::size_t at = 8; true;) {
    if (bytes.size() - at < 12) return truncated_at("PNG", bytes.size());
    const std::size_t length = big_endian(bytes, at, 4);
    if (length > bytes.size() - at - 12) return truncated_at("PNG", bytes.size());
    if (crc32(bytes.subspan(at + 4, length + 4)) != big_endian(bytes, at + 8 + length, 4)) {
      return failure{errc::parse, "PNG is corrupt: wrong checksum in the chunk at byte " + std::to_string(at), {}};
    }
    if (at == 8) {
      if (!has_text(bytes, at + 4, "IHDR") || length != 13) return failure{errc::parse, "PNG does not begin with its header", {}};
      size = {big_endian(bytes, at + 8, 4), big_endian(bytes, at + 12, 4), 0};
      static constexpr std::uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};
      if (bytes[25] >= sizeof channels || channels[bytes[25]] == 0) return failure{errc::parse, "PNG is corrupt: unknown colour type", {}};
      const std::size_t row = (std::size_t{size.width} * channels[bytes[25]] * bytes[24] + 7) / 8 + 1;
      size.least_bytes = row * size.height / 1032;  // deflate's best: 258 bytes in 2 bits
    }
    if (has_text(bytes, at + 4, "IEND")) return size;
    at += length + 12;
  }
}

/// Whether a JPEG's segment of Huffman tables holds whole ones of at most 256 codes, all that stb has room for (it does not check).
[[nodiscard]] inline bool has_sound_codes(std::span<const std::uint8_t> tables) noexcept {
  while (tables.size() >= 17) {
    std::size_t codes = 0;
    for (const std::uint8_t of_one_length : tables.subspan(1, 16)) codes += of_one_length;
    if (codes > 256 || codes > tables.size() - 17) return false;
    tables = tables.subspan(17 + codes);
  }
  return tables.empty();
}

/// Walks a JPEG's segments up to its end marker, and refuses the kinds that stb cannot read or misreads.
[[nodiscard]] inline result<image_size> inspect_jpeg(std::span<const std::uint8_t> bytes) {
  constexpr int most_scans = 100;  // a hostile progressive file asks for thousands, each over all pixels
  image_size size;
  int scans = 0;
  const auto unsupported = [](std::string what) { return failure{errc::unsupported, std::move(what) + "; convert it to an RGB PNG", {}}; };
  for (std::size_t at = 2; true;) {
    while (at < bytes.size() && bytes[at] == 0xff && at + 1 < bytes.size() && bytes[at + 1] == 0xff) ++at;  // fill bytes
    if (bytes.size() - at < 2) return truncated_at("JPEG", bytes.size());
    if (bytes[at] != 0xff) return failure{errc::parse, "JPEG is corrupt: no marker at byte " + std::to_string(at), {}};
    const std::uint8_t marker = bytes[at + 1];
    if (marker == 0xd9) {
      if (scans == 0) return failure{errc::parse, "JPEG holds no picture", {}};
      return size;
    }
    if ((marker >= 0xd0 && marker <= 0xd7) || marker == 0x01) {  // markers without a length
      at += 2;
      continue;
    }
    if (bytes.size() - at < 4) return truncated_at("JPEG", bytes.size());
    const std::size_t length = big_endian(bytes, at + 2, 2);
    if (length < 2) return failure{errc::parse, "JPEG is corrupt: segment without a length at byte " + std::to_string(at), {}};
    if (length > bytes.size() - at - 2) return truncated_at("JPEG", bytes.size());
    if (marker == 0xf7) return unsupported("JPEG-LS image");
    if (marker == 0xc4 && !has_sound_codes(bytes.subspan(at + 4, length - 2)))
      return failure{errc::parse, "JPEG is corrupt: bad Huffman table at byte " + std::to_string(at), {}};
    if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {  // a frame header
      if (marker > 0xc2) return unsupported("lossless, hierarchical or arithmetic-coded JPEG");
      if (length < 8 || size.width != 0) return failure{errc::parse, "JPEG is corrupt: bad frame header at byte " + std::to_string(at), {}};
      const std::uint8_t components = bytes[at + 9];
      if (bytes[at + 4] != 8) return unsupported("JPEG of " + std::to_string(bytes[at + 4]) + " bits a sample");
      if (components == 4) return unsupported("CMYK JPEG");
      if (components != 1 && components != 3) return unsupported("JPEG of " + std::to_string(components) + " components");
      size = {big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2), 0};
      size.least_bytes = std::size_t{size.width} * size.height / 512;  // a bit at least for each block of 8x8
      if (size.width == 0 || size.height == 0) return unsupported("JPEG that leaves its size open");
    }
    at += 2 + length;
    if (marker != 0xda) continue;
    if (size.width == 0) return failure{errc::parse, "JPEG is corrupt: scan before the frame header", {}};
    if (++scans > most_scans) return failure{errc::too_large, "JPEG of more than " + std::to_string(most_scans) + " scans", {}};
    // Entropy-coded data: in it FF is followed by 00 or a restart marker.
    while (at + 1 < bytes.size() &&
           !(bytes[at] == 0xff && bytes[at + 1] != 0 && bytes[at + 1] != 0xff && !(bytes[at + 1] >= 0xd0 && bytes[at + 1] <= 0xd7))) {
      ++at;
    }
  }
}

/// The failure for a file that is neither PNG nor JPEG: what it is, and what to do.
[[nodiscard]] inline failure foreign_format(std::span<const std::uint8_t> bytes) {
  using namespace std::string_view_literals;
  struct signature {
    std::size_t at;
    std::string_view text;
    const char* advice;
  };
  static constexpr signature known[] = {
      {128, "DICM"sv, "a DICOM file; choose a window and convert it to PNG first, e.g. with DCMTK: dcm2pnm +on +Wi 1 in.dcm out.png"},
      {0, "\x08\0"sv, "neither PNG nor JPEG, perhaps a DICOM file without its preamble; convert it to PNG first"},  // group 0008
      {0, "II*\0"sv, "a TIFF file (or a slide in one); convert it to PNG first"},
      {0, "MM\0*"sv, "a TIFF file (or a slide in one); convert it to PNG first"},
      {0, "II+\0"sv, "a BigTIFF file; convert it to PNG first"},
      {0, "MM\0+"sv, "a BigTIFF file; convert it to PNG first"},
      {8, "WEBP"sv, "a WebP file; convert it to PNG first, e.g. with dwebp"},
      {344, "n+1\0"sv, "a NIfTI volume; export one slice as PNG first"},
      {344, "ni1\0"sv, "a NIfTI header; export one slice as PNG first"},
      {0, "NRRD"sv, "an NRRD volume; export one slice as PNG first"},
      {0, "ObjectType"sv, "a MetaImage volume; export one slice as PNG first"},
      {0, "\x1f\x8b"sv, "gzip-compressed (a NIfTI volume?); unpack it, and export one slice as PNG"},
      {0, "GIF8"sv, "a GIF file; convert one frame to PNG first"},
      {0, "BM"sv, "a BMP file; convert it to PNG first"},
      {0, "\0\0\0\x0cjP  "sv, "a JPEG 2000 file; convert it to PNG first"},
      {0, "\xff\x4f\xff\x51"sv, "a JPEG 2000 file; convert it to PNG first"},
      {0, "\0\0\0\x0cJXL "sv, "a JPEG XL file; convert it to PNG first"},
      {4, "ftyp"sv, "an HEIC, AVIF or video file; convert one picture to PNG first"},
      {0, "%PDF"sv, "a PDF file; export the picture as PNG first"},
      {0, "version https://git-lfs"sv, "a Git LFS pointer, not the image itself; run git lfs pull"},
  };
  for (const signature& s : known) {
    if (has_text(bytes, s.at, s.text)) return {errc::unsupported, std::string("is ") + s.advice, {}};
  }
  return {errc::unsupported, "is neither PNG nor JPEG", {}};
}

/// stb's pixels, 1 to 4 channels, to RGB.
[[nodiscard]] inline std::vector<std::uint8_t> to_rgb(std::span<const std::uint8_t> samples, std::size_t channels) {
  const std::size_t pixels = samples.size() / channels;
  const bool colour = channels >= 3;
  const bool alpha = channels % 2 == 0;
  std::vector<std::uint8_t> out(pixels * 3);
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::uint8_t* in = samples.data() + i * channels;
    const unsigned opacity = alpha ? in[channels - 1] : 255u;
    for (std::size_t c = 0; c < 3; ++c) out[3 * i + c] = static_cast<std::uint8_t>((in[colour ? c : 0] * opacity + 127u) / 255u);
  }
  return out;
}

}  // namespace detail

/// The image in the bytes of a PNG or JPEG file. `name` says in errors where they came from.
/// Errors: parse (empty, truncated, corrupt), unsupported (another format or kind; the message names it),
/// too_large (`max_image_file_bytes`, `max_image_side`, `max_image_pixels`: checked before decoding).
[[nodiscard]] inline result<image> decode_image(std::span<const std::uint8_t> bytes, std::string_view name) {
  const auto fail = [&](failure f) {
    f.where = std::string(name);
    return f;
  };
  if (bytes.empty()) return fail({errc::parse, "image file is empty", {}});
  if (bytes.size() > max_image_file_bytes) {
    return fail({errc::too_large, "image file is over the limit of " + std::to_string(max_image_file_bytes) + " bytes", {}});
  }
  const bool png = detail::has_text(bytes, 0, "\x89PNG\r\n\x1a\n");
  if (!png && !detail::has_text(bytes, 0, "\xff\xd8\xff")) return fail(detail::foreign_format(bytes));
  const auto size = png ? detail::inspect_png(bytes) : detail::inspect_jpeg(bytes);
  if (!size) return fail(size.error());
  if (size->width > static_cast<std::uint32_t>(max_image_side) || size->height > static_cast<std::uint32_t>(max_image_side) ||
      std::size_t{size->width} * size->height > max_image_pixels) {
    return fail({errc::too_large,
                 "image of " + std::to_string(size->width) + "x" + std::to_string(size->height) + " pixels; the limit is " +
                     std::to_string(max_image_side) + " a side and " + std::to_string(max_image_pixels) + " in all",
                 {}});
  }

  if (size->least_bytes > bytes.size()) {
    return fail({errc::parse,
                 "image of " + std::to_string(size->width) + "x" + std::to_string(size->height) + " pixels in only " +
                     std::to_string(bytes.size()) + " bytes: most of it is missing",
                 {}});
  }

  // Room for 16-bit RGBA, with JPEG's padding to whole blocks and PNG's interlacing; or for the file itself,
  // of which stb gathers the compressed part by doubling.
  const std::size_t for_pixels = (std::size_t{size->width} + 64) * (std::size_t{size->height} + 64) * 8 + 65536;
  detail::stb_allocation_limit = for_pixels > 2 * bytes.size() ? for_pixels : 2 * bytes.size();
  int width = 0;
  int height = 0;
  int channels = 0;
  struct release {
    void operator()(std::uint8_t* p) const noexcept { std::free(p); }
  };
  const std::unique_ptr<std::uint8_t, release> samples(
      detail::stb::stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height, &channels, 0));
  if (!samples) {
    const char* reason = detail::stb::stbi_failure_reason();
    return fail({errc::parse, std::string(png ? "PNG" : "JPEG") + " is corrupt: " + (reason != nullptr ? reason : "unknown reason"), {}});
  }
  if (width != static_cast<int>(size->width) || height != static_cast<int>(size->height) || channels < 1 || channels > 4) {
    return fail({errc::parse, std::string(png ? "PNG" : "JPEG") + " is corrupt: its size changes on the way", {}});
  }
  const std::size_t count = std::size_t{size->width} * size->height * static_cast<std::size_t>(channels);
  auto out = image::from_rgb(width, height, detail::to_rgb(std::span(samples.get(), count), static_cast<std::size_t>(channels)));
  if (!out) return fail(out.error());
  return out;
}

/// The image in a PNG or JPEG file. Errors: those of `decode_image`, and not_found or io.
[[nodiscard]] inline result<image> read_image(const std::string& path) {
  const auto bytes = read_file(path, max_image_file_bytes);
  if (!bytes) return bytes.error();
  return decode_image(std::span(reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()), path);
}

/// An 8-bit RGB PNG. Errors: invalid_argument (an empty image), internal (no memory).
[[nodiscard]] inline result<std::vector<std::uint8_t>> encode_png(const image& picture) {
  if (picture.empty()) return failure{errc::invalid_argument, "an empty image cannot be written", {}};
  int length = 0;
  unsigned char* png =
      detail::stb::stbi_write_png_to_mem(picture.rgb().data(), picture.width() * 3, picture.width(), picture.height(), 3, &length);
  if (png == nullptr) return failure{errc::internal, "no memory to write a PNG", {}};
  std::vector<std::uint8_t> out(png, png + length);
  std::free(png);
  return out;
}

/// Writes a PNG file, whole or not at all. Errors: those of `encode_png` and `write_file`.
[[nodiscard]] inline result<void> write_png(const image& picture, const std::string& path) {
  const auto bytes = encode_png(picture);
  if (!bytes) return bytes.error();
  return write_file(path, std::span<const std::uint8_t>(*bytes));
}

}  // namespace inoculum
