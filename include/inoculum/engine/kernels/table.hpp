// SPDX-License-Identifier: Apache-2.0
// The few loops that decide the engine's speed, as one table of functions per instruction set. A table
// is chosen when a model is loaded, so a program built for plain x86-64 uses what the processor has.
//
// Order of arithmetic, the same in every table and for every number of rows (which is why a token's
// result cannot depend on batch size or prompt split):
//   block product     Σ q·a over the 32 columns of a block (for `sixteenths` of each 16), exact in integers, q without its bias
//   one, sixteenths   y = fma(product, scale·a_scale, y), blocks ascending
//   with an offset    y = fma(product, scale·a_scale, y), then y = fma(offset, a_sum, y), blocks ascending
//   f32, f16, bf16    y = fma(x, w, y), columns ascending
//   word_strips       y = fma(Σ a·b, exact in integers, a's scale·b's scale, y), pieces of columns ascending
//   word_attention    of the positions that a row sees: score_k = (query · key, exact) · key's scale; shift = the largest · query's scale,
//                     rounded up; weight_k = 2^fma(score_k, query's scale, -shift), part = 2^(shift - new maximum), kept = 2^(maximum - new
//                     maximum); sum = fma(Σ weight_k, part, sum · kept); share_k = weight_k · value's scale, by = `share_sum` / Σ share_k,
//                     w_k = share_k · by to the nearest whole number; y = fma(Σ w_k·value, Σ share_k / `share_sum` · part, y · kept). Both
//                     Σ of floats: the four sixteens of positions, (0 + 1) + (2 + 3), then the 16 by halves
//   byte_attention    of the positions that a row sees: scores as block products; shift = the largest rounded up, weight_k =
//                     byte_exp2(shift - score_k), part = 2^(shift - new maximum), kept = 2^(maximum - new maximum);
//                     sum = fma(Σ weight_k, part / 2^15, sum · kept); share_k = weight_k · scale_k / the largest scale, bytes b_k =
//                     share_k · by, at most 127, all whole numbers; y = fma(Σ b_k·value, largest scale · part / by, y · kept)
// Tables agree to the bit in these, and in `quantise_words`; in `rms_norm` and `swiglu` to a few units in the last place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../quant/panel_layout.hpp"

namespace inoculum::engine {

/// Activations in 8 bits, `blocks` blocks of 32 a row, each with its scale: x ≈ scale · value.
struct activation_view {
  const std::int8_t* values = nullptr;   ///< row t at values + 32 · blocks · t, within ±127
  const float* scales = nullptr;         ///< row t at scales + blocks · t
  const float* sums = nullptr;           ///< scale · Σ value
  const std::int32_t* totals = nullptr;  ///< Σ value
  const std::int32_t* halves = nullptr;  ///< Σ of a block's first 16 values
  std::size_t blocks = 0;
};

/// Vectors in 16 bits, each with a scale: x ≈ scale · value. As whole numbers they are at most `word_length` long, so that a product of two
/// fits 32 bits however wide they are: a component is off by about 2^-16 of the
/// vector's length at most, in float16 by 2^-11 of itself.
struct word_view {
  const std::int16_t* values = nullptr;  ///< row t at values + width · t
  const float* scales = nullptr;         ///< greater than 0
  std::size_t width = 0;
};
inline constexpr float word_length = 46000.0f;
inline constexpr float least_word = 1e-15f;   ///< a vector whose largest component is below counts as 0: its square would be denormal
inline constexpr float share_sum = 32735.0f;  ///< of weights in 16 bits; when all 64 are rounded up, one of them alone still fits

inline constexpr std::size_t key_block = 64;     ///< positions of a page, which attention takes at once
inline constexpr std::size_t widest_head = 512;  ///< components of a head, at most

/// Strips of 16 rows of weights in 16 bits, two columns side by side, then the next two; a row's columns are at most `word_length` long.
struct word_strip_view {
  const std::int16_t* values = nullptr;  ///< strip s at values + pitch · s
  std::size_t pitch = 0;
  const float* scales = nullptr;  ///< of a strip's rows, at scales + scales_pitch · s
  std::size_t scales_pitch = 0;
  std::size_t strips = 0;
  std::size_t columns = 0;  ///< a multiple of 16
};

/// Which of a page's positions each row sees: first[r] … end[r] - 1, at least one, `end` ascending. Null: every row sees them all.
struct seen_positions {
  const std::size_t* first = nullptr;
  const std::size_t* end = nullptr;

  [[nodiscard]] constexpr bool whole() const noexcept { return end == nullptr; }
  [[nodiscard]] constexpr std::size_t from(std::size_t row) const noexcept { return whole() ? 0 : first[row]; }
  [[nodiscard]] constexpr std::size_t until(std::size_t row) const noexcept { return whole() ? key_block : end[row]; }
};

/// 64 keys and values of one head in 16 bits.
struct word_page {
  const std::int16_t* keys = nullptr;    ///< strips of 16 positions: two components side by side, then the next two
  const std::int16_t* values = nullptr;  ///< strips of 16 components: two positions side by side, then the next two
  const float* key_scales = nullptr;
  const float* value_scales = nullptr;
  const std::uint8_t* next = nullptr;  ///< `next_bytes` that are wanted afterwards and may be fetched meanwhile
  std::size_t next_bytes = 0;
};
/// The same in 8 bits.
struct byte_page {
  const std::uint8_t* keys = nullptr;   ///< four panels of `panel_kind::q8`, one behind the other
  const std::int8_t* values = nullptr;  ///< strips of 16 components: four positions side by side, then the next four
  const float* scales = nullptr;        ///< what a position's values are multiplied with
  const std::uint8_t* next = nullptr;   ///< `next_bytes` that are wanted afterwards and may be fetched meanwhile
  std::size_t next_bytes = 0;
};

/// One instruction set's kernels. `rows` counts tokens; outputs of a panel are 16 floats a token, contiguous. No pointer need be aligned
/// beyond its type, and nothing outside what the arguments name is read or written.
struct kernel_table {
  const char* name = "";

  /// x[32 · blocks] to one row of an activation: scale = max|x| / 127, value = x · (127 / max|x|) to nearest even.
  /// The rest as in `activation_view`.
  void (*quantise)(const float* x, std::size_t blocks, std::int8_t* values, float* scales, float* sums, std::int32_t* totals,
                   std::int32_t* halves) = nullptr;
  /// x[n] to one vector of a `word_view`, and its scale, 0 where the vector counts as 0; n is a multiple of 16. by = the lesser of 32767 /
  /// max|x| and `word_length` / |x|, value = x · by to nearest even, scale = 1 / by.
  float (*quantise_words)(const float* x, std::size_t n, std::int16_t* values) = nullptr;
  /// Quantised weights of any kind.
  void (*quantised_panel)(panel_kind kind, const std::uint8_t* panel, const activation_view& a, std::size_t rows, float* out) = nullptr;
  /// The same for two panels of one kind, to 2 · 16 · rows floats: a token's values are then read once for both.
  void (*quantised_pair)(panel_kind kind, const std::uint8_t* first, const std::uint8_t* second, const activation_view& a, std::size_t rows,
                         float* out) = nullptr;
  /// Float weights: x row t at x + stride · t, `columns` long.
  void (*f32_panel)(const float* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows, float* out) = nullptr;
  /// The same in 16 bits.
  void (*f16_panel)(const std::uint16_t* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                    float* out) = nullptr;
  void (*bf16_panel)(const std::uint16_t* panel, std::size_t columns, const float* x, std::size_t stride, std::size_t rows,
                     float* out) = nullptr;
  /// One step of attention to keys and values in 16 bits, by a running softmax (Milakov and Gimelshein, 2018), for query rows times log2(e)
  /// / sqrt(width). Updates maxima[r], which are whole numbers, sums[r] and `queries.width` numbers a row at `out`; before a row's first
  /// page these are -1e30, 0 and zeros. Widths: multiples of 16, at most `widest_head`.
  void (*word_attention)(const word_page& page, const word_view& queries, const seen_positions& sees, std::size_t rows, float* maxima,
                         float* sums, float* out) = nullptr;
  /// The same in 8 bits, for query rows of 32 · `queries.blocks` components; scores within ±2^22. Weights become 7 bits on the way, so that
  /// four products are one step.
  void (*byte_attention)(const byte_page& page, const activation_view& queries, const seen_positions& sees, std::size_t rows, float* maxima,
                         float* sums, float* out) = nullptr;
  /// Takes what another running softmax has gathered over other positions into out[depth], maximum and sum; depth is a multiple of 16.
  void (*softmax_merge)(const float* part, float part_maximum, float part_sum, float* out, float& maximum, float& sum,
                        std::size_t depth) = nullptr;
  /// out = x / sqrt(mean x² + epsilon) · weight
  void (*rms_norm)(const float* x, const float* weight, std::size_t n, float epsilon, float* out) = nullptr;
  /// out = gate / (1 + exp(-gate)) · up
  void (*swiglu)(const float* gate, const float* up, std::size_t n, float* out) = nullptr;
  /// out = gelu(gate) · up, GELU by its tanh form (Hendrycks and Gimpel, 2016): x / (1 + exp(-2u)) with
  /// u = sqrt(2 / pi) · (x + 0.044715 x³).
  void (*geglu)(const float* gate, const float* up, std::size_t n, float* out) = nullptr;
  /// Weights in 16 bits against rows of as many columns: out[rows × 16 · b.strips] = fma(Σ a · b, a's scale · b's scale, out), sums exact.
  /// Longer sums come piece by piece, each with scales of its own.
  void (*word_strips)(const word_view& a, const word_strip_view& b, std::size_t rows, float* out, std::size_t out_stride) = nullptr;
};

/// A pair for tables that gain nothing by it.
template <auto Panel>
void one_by_one(panel_kind kind, const std::uint8_t* first, const std::uint8_t* second, const activation_view& a, std::size_t rows,
                float* out) {
  Panel(kind, first, a, rows, out);
  Panel(kind, second, a, rows, out + rows * panel_rows);
}

}  // namespace inoculum::engine
