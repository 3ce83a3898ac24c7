// SPDX-License-Identifier: Apache-2.0
// Rows of activations, as floats and in 8 bits with a scale for every 32, ready for any packed matrix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "../kernels/table.hpp"
#include "../tensor.hpp"
#include "packed_matrix.hpp"

namespace inoculum::engine {

class quantised_rows {
 public:
  /// Room for `rows` of `columns` values; the 8-bit part only if a whole number of blocks fits.
  void resize(std::size_t rows, std::size_t columns) {
    blocks_ = columns % block_columns == 0 ? columns / block_columns : 0;
    floats_.resize({rows, columns});
    values_.resize({rows, blocks_ * block_columns});
    scales_.resize({rows, blocks_});
    sums_.resize({rows, blocks_});
    totals_.resize({rows, blocks_});
    halves_.resize({rows, blocks_});
  }

  [[nodiscard]] std::size_t columns() const noexcept { return floats_.shape(1); }
  /// Row t, to be filled before `quantise`.
  [[nodiscard]] float* row(std::size_t t) noexcept { return floats_.data() + t * columns(); }
  void quantise(const kernel_table& kernels, std::size_t t) noexcept {
    if (blocks_ == 0) return;
    kernels.quantise(row(t), blocks_, values_.data() + t * blocks_ * block_columns, scales_.data() + t * blocks_,
                     sums_.data() + t * blocks_, totals_.data() + t * blocks_, halves_.data() + t * blocks_);
  }

  /// out[n × 16] = rows first … first + n times panel `index` of the matrix.
  void times(const kernel_table& kernels, const packed_matrix& m, std::size_t index, std::size_t first, std::size_t n,
             float* out) const noexcept {
    const std::uint8_t* panel = m.panel(index);
    const float* x = floats_.data() + first * columns();
    switch (m.kind) {
      case panel_kind::f32: kernels.f32_panel(reinterpret_cast<const float*>(panel), m.columns, x, columns(), n, out); return;
      case panel_kind::f16: kernels.f16_panel(reinterpret_cast<const std::uint16_t*>(panel), m.columns, x, columns(), n, out); return;
      case panel_kind::bf16: kernels.bf16_panel(reinterpret_cast<const std::uint16_t*>(panel), m.columns, x, columns(), n, out); return;
      default: break;
    }
    kernels.quantised_panel(m.kind, panel, view(first), n, out);
  }
  /// The same with panel i of matrix a, and behind it with panel j of b, which has as many columns.
  void times(const kernel_table& kernels, const packed_matrix& a, std::size_t i, const packed_matrix& b, std::size_t j, std::size_t first,
             std::size_t n, float* out) const noexcept {
    if (a.kind == b.kind && layout_of(a.kind).quantised()) {
      return kernels.quantised_pair(a.kind, a.panel(i), b.panel(j), view(first), n, out);
    }
    times(kernels, a, i, first, n, out);
    times(kernels, b, j, first, n, out + n * panel_rows);
  }

 private:
  /// The 8-bit part from row `first` on.
  [[nodiscard]] activation_view view(std::size_t first) const noexcept {
    const std::size_t b = first * blocks_;
    return {values_.data() + b * block_columns, scales_.data() + b, sums_.data() + b, totals_.data() + b, halves_.data() + b, blocks_};
  }

  std::size_t blocks_ = 0;
  xt::xtensor<float, 2> floats_{};
  xt::xtensor<std::int8_t, 2> values_{};
  xt::xtensor<float, 2> scales_{};
  xt::xtensor<float, 2> sums_{};
  xt::xtensor<std::int32_t, 2> totals_{};
  xt::xtensor<std::int32_t, 2> halves_{};
};

}  // namespace inoculum::engine
