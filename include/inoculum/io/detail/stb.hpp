// SPDX-License-Identifier: Apache-2.0
// The one home of stb_image and stb_image_write (stb, public domain): PNG and JPEG only, in a namespace
// of our own. A host may use stb too, before or after this header, in any of its ways, with other options
// or another version: every macro that steers stb is put aside first and put back afterwards, and what
// is compiled here has internal linkage. (STB_IMAGE_STATIC alone does not do: after a host's plain
// include it is ignored, and the functions come out external.)
#pragma once

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cstddef>
#include <cstdlib>

namespace inoculum::detail {

/// The most that stb may allocate at once while decoding the current picture. A few hundred bytes of
/// deflate can inflate to gigabytes whatever the header promised; the reader sets this from the header.
inline thread_local std::size_t stb_allocation_limit = 0;

inline void* stb_allocate(std::size_t size) { return size <= stb_allocation_limit ? std::malloc(size) : nullptr; }
inline void* stb_reallocate(void* block, std::size_t size) { return size <= stb_allocation_limit ? std::realloc(block, size) : nullptr; }

}  // namespace inoculum::detail

#pragma push_macro("STBI_INCLUDE_STB_IMAGE_H")
#pragma push_macro("STBIDEF")
#pragma push_macro("stbi__err")
#pragma push_macro("STB_IMAGE_IMPLEMENTATION")
#pragma push_macro("STB_IMAGE_STATIC")
#pragma push_macro("STBI_VERSION")
#pragma push_macro("STBI_EXTERN")
#pragma push_macro("STBI_NO_STDIO")
#pragma push_macro("STBI_NO_SIMD")
#pragma push_macro("STBI_NO_LINEAR")
#pragma push_macro("STBI_NO_THREAD_LOCALS")
#pragma push_macro("STBI_NO_FAILURE_STRINGS")
#pragma push_macro("STBI_FAILURE_USERMSG")
#pragma push_macro("STBI_ONLY_PNG")
#pragma push_macro("STBI_ONLY_JPEG")
#pragma push_macro("STBI_NO_PNG")
#pragma push_macro("STBI_NO_JPEG")
#pragma push_macro("STBI_NO_BMP")
#pragma push_macro("STBI_NO_PSD")
#pragma push_macro("STBI_NO_TGA")
#pragma push_macro("STBI_NO_GIF")
#pragma push_macro("STBI_NO_HDR")
#pragma push_macro("STBI_NO_PIC")
#pragma push_macro("STBI_NO_PNM")
#pragma push_macro("STBI_NO_ZLIB")
#pragma push_macro("STBI_ASSERT")
#pragma push_macro("STBI_MALLOC")
#pragma push_macro("STBI_REALLOC")
#pragma push_macro("STBI_REALLOC_SIZED")
#pragma push_macro("STBI_FREE")
#pragma push_macro("STBI_MAX_DIMENSIONS")
#pragma push_macro("STBI_SSE2")
#pragma push_macro("STBI_NEON")
#pragma push_macro("STBI_SIMD_ALIGN")
#pragma push_macro("STBI_THREAD_LOCAL")
#pragma push_macro("STBI_NOTUSED")
#pragma push_macro("INCLUDE_STB_IMAGE_WRITE_H")
#pragma push_macro("STBIWDEF")
#pragma push_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#pragma push_macro("STB_IMAGE_WRITE_STATIC")
#pragma push_macro("STBI_WRITE_NO_STDIO")
#pragma push_macro("STBIW_ASSERT")
#pragma push_macro("STBIW_MALLOC")
#pragma push_macro("STBIW_REALLOC")
#pragma push_macro("STBIW_REALLOC_SIZED")
#pragma push_macro("STBIW_FREE")
#pragma push_macro("STBIW_MEMMOVE")
#pragma push_macro("STBIW_CRC32")
#pragma push_macro("STBIW_ZLIB_COMPRESS")
#pragma push_macro("STBIW_UCHAR")
#undef STBI_INCLUDE_STB_IMAGE_H
#undef STBIDEF
#undef stbi__err  // also a function's name
#undef STB_IMAGE_IMPLEMENTATION
#undef STB_IMAGE_STATIC
#undef STBI_VERSION
#undef STBI_EXTERN
#undef STBI_NO_STDIO
#undef STBI_NO_SIMD
#undef STBI_NO_LINEAR
#undef STBI_NO_THREAD_LOCALS
#undef STBI_NO_FAILURE_STRINGS
#undef STBI_FAILURE_USERMSG
#undef STBI_ONLY_PNG
#undef STBI_ONLY_JPEG
#undef STBI_NO_PNG
#undef STBI_NO_JPEG
#undef STBI_NO_BMP
#undef STBI_NO_PSD
#undef STBI_NO_TGA
#undef STBI_NO_GIF
#undef STBI_NO_HDR
#undef STBI_NO_PIC
#undef STBI_NO_PNM
#undef STBI_NO_ZLIB
#undef STBI_ASSERT
#undef STBI_MALLOC
#undef STBI_REALLOC
#undef STBI_REALLOC_SIZED
#undef STBI_FREE
#undef STBI_MAX_DIMENSIONS
#undef STBI_SSE2
#undef STBI_NEON
#undef STBI_SIMD_ALIGN
#undef STBI_THREAD_LOCAL
#undef STBI_NOTUSED
#undef INCLUDE_STB_IMAGE_WRITE_H
#undef STBIWDEF
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#undef STB_IMAGE_WRITE_STATIC
#undef STBI_WRITE_NO_STDIO
#undef STBIW_ASSERT
#undef STBIW_MALLOC
#undef STBIW_REALLOC
#undef STBIW_REALLOC_SIZED
#undef STBIW_FREE
#undef STBIW_MEMMOVE
#undef STBIW_CRC32
#undef STBIW_ZLIB_COMPRESS
#undef STBIW_UCHAR

#define STBI_INCLUDE_STB_IMAGE_H  // see below
#define STBIDEF static
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_STDIO
#define STBI_NO_SIMD  // no intrinsics in our namespace; stb's SIMD paths give the same pixels
#define STBI_NO_LINEAR
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ASSERT(condition) ((void)0)  // hostile input must not end the program
#define STBI_MALLOC(size) inoculum::detail::stb_allocate(size)
#define STBI_REALLOC(block, size) inoculum::detail::stb_reallocate(block, size)
#define STBI_FREE(block) ::free(block)
#define STBI_MAX_DIMENSIONS 16384
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
namespace inoculum::detail::stb {

// What stb_image.h's header part would declare, which is skipped: its functions are extern "C" there, and
// that makes them the host's functions of the same names, whatever the namespace, once those are declared.
using stbi_uc = unsigned char;
using stbi_us = unsigned short;
// NOLINTBEGIN(readability-identifier-naming): stb's own names
enum { STBI_default = 0, STBI_grey = 1, STBI_grey_alpha = 2, STBI_rgb = 3, STBI_rgb_alpha = 4 };
// NOLINTEND(readability-identifier-naming)
struct stbi_io_callbacks {
  int (*read)(void* user, char* data, int size);
  void (*skip)(void* user, int n);
  int (*eof)(void* user);
};

#if __has_include(<stb/stb_image.h>)  // Debian's place; vcpkg and Conan leave the folder out
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
#else
#include <stb_image.h>
#include <stb_image_write.h>
#endif
}  // namespace inoculum::detail::stb
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

// Leftovers of the implementation, which it never takes away.
#undef stbi_inline
#undef stbi_lrot
#undef STBI__X64_TARGET
#undef STBI__X86_TARGET
#undef stbi__errpf
#undef stbi__errpuc
#undef stbi__vertically_flip_on_load
#undef STBI__BYTECAST
#undef stbi__float2int
#undef FAST_BITS
#undef stbi__f2f
#undef stbi__fsh
#undef STBI__IDCT_1D
#undef STBI__MARKER_none
#undef STBI__RESTART
#undef stbi__DNL
#undef stbi__SOI
#undef stbi__EOI
#undef stbi__SOF
#undef stbi__SOS
#undef stbi__SOF_progressive
#undef stbi__div4
#undef stbi__div16
#undef stbi__float2fixed
#undef STBI__ZFAST_BITS
#undef STBI__ZFAST_MASK
#undef STBI__ZNSYMS
#undef stbi__unpremultiply_on_load
#undef stbi__de_iphone_flag
#undef STBI__PNG_TYPE
#undef stbiw__max
#undef stbiw__sbraw
#undef stbiw__sbm
#undef stbiw__sbn
#undef stbiw__sbneedgrow
#undef stbiw__sbmaybegrow
#undef stbiw__sbgrow
#undef stbiw__sbpush
#undef stbiw__sbcount
#undef stbiw__sbfree
#undef stbiw__zlib_flush
#undef stbiw__zlib_add
#undef stbiw__zlib_huffa
#undef stbiw__zlib_huff1
#undef stbiw__zlib_huff2
#undef stbiw__zlib_huff3
#undef stbiw__zlib_huff4
#undef stbiw__zlib_huff
#undef stbiw__zlib_huffb
#undef stbiw__ZHASH
#undef stbiw__wpng4
#undef stbiw__wp32
#undef stbiw__wptag
#pragma pop_macro("STBIW_UCHAR")
#pragma pop_macro("STBIW_ZLIB_COMPRESS")
#pragma pop_macro("STBIW_CRC32")
#pragma pop_macro("STBIW_MEMMOVE")
#pragma pop_macro("STBIW_FREE")
#pragma pop_macro("STBIW_REALLOC_SIZED")
#pragma pop_macro("STBIW_REALLOC")
#pragma pop_macro("STBIW_MALLOC")
#pragma pop_macro("STBIW_ASSERT")
#pragma pop_macro("STBI_WRITE_NO_STDIO")
#pragma pop_macro("STB_IMAGE_WRITE_STATIC")
#pragma pop_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#pragma pop_macro("STBIWDEF")
#pragma pop_macro("INCLUDE_STB_IMAGE_WRITE_H")
#pragma pop_macro("STBI_NOTUSED")
#pragma pop_macro("STBI_THREAD_LOCAL")
#pragma pop_macro("STBI_SIMD_ALIGN")
#pragma pop_macro("STBI_NEON")
#pragma pop_macro("STBI_SSE2")
#pragma pop_macro("STBI_MAX_DIMENSIONS")
#pragma pop_macro("STBI_FREE")
#pragma pop_macro("STBI_REALLOC_SIZED")
#pragma pop_macro("STBI_REALLOC")
#pragma pop_macro("STBI_MALLOC")
#pragma pop_macro("STBI_ASSERT")
#pragma pop_macro("STBI_NO_ZLIB")
#pragma pop_macro("STBI_NO_PNM")
#pragma pop_macro("STBI_NO_PIC")
#pragma pop_macro("STBI_NO_HDR")
#pragma pop_macro("STBI_NO_GIF")
#pragma pop_macro("STBI_NO_TGA")
#pragma pop_macro("STBI_NO_PSD")
#pragma pop_macro("STBI_NO_BMP")
#pragma pop_macro("STBI_NO_JPEG")
#pragma pop_macro("STBI_NO_PNG")
#pragma pop_macro("STBI_ONLY_JPEG")
#pragma pop_macro("STBI_ONLY_PNG")
#pragma pop_macro("STBI_FAILURE_USERMSG")
#pragma pop_macro("STBI_NO_FAILURE_STRINGS")
#pragma pop_macro("STBI_NO_THREAD_LOCALS")
#pragma pop_macro("STBI_NO_LINEAR")
#pragma pop_macro("STBI_NO_SIMD")
#pragma pop_macro("STBI_NO_STDIO")
#pragma pop_macro("STBI_EXTERN")
#pragma pop_macro("STBI_VERSION")
#pragma pop_macro("STB_IMAGE_STATIC")
#pragma pop_macro("STB_IMAGE_IMPLEMENTATION")
#pragma pop_macro("stbi__err")
#pragma pop_macro("STBIDEF")
#pragma pop_macro("STBI_INCLUDE_STB_IMAGE_H")
