// SPDX-License-Identifier: Apache-2.0
// A decoded picture, and a picture that decodes when needed. Both are cheap handles to immutable data.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "digest.hpp"
#include "result.hpp"

namespace inoculum {

/// The largest side and area accepted anywhere: a hostile header cannot make us allocate more than 192 MB.
inline constexpr int max_image_side = 16384;
inline constexpr std::size_t max_image_pixels = std::size_t{64} * 1024 * 1024;

/// 8-bit RGB, rows from the top, no padding: `rgb()[3 * (y * width + x) + channel]`.
/// Copying shares the pixels; nothing can change them.
class image {
 public:
  image() = default;

  /// Takes `3 * width * height` bytes. Errors: invalid_argument (sizes disagree, or zero), too_large.
  [[nodiscard]] static result<image> from_rgb(int width, int height, std::vector<std::uint8_t> rgb) {
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    if (width <= 0 || height <= 0) return failure{errc::invalid_argument, "image of " + size + " pixels", {}};
    const std::size_t area = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    if (width > max_image_side || height > max_image_side || area > max_image_pixels) {
      return failure{errc::too_large,
                     "image of " + size + " pixels; the limit is " + std::to_string(max_image_side) + " a side and " +
                         std::to_string(max_image_pixels) + " in all",
                     {}};
    }
    if (rgb.size() != 3 * area) {
      return failure{errc::invalid_argument,
                     "image of " + size + " needs " + std::to_string(3 * area) + " bytes, got " + std::to_string(rgb.size()),
                     {}};
    }
    auto made = std::make_shared<storage>();
    made->width = width;
    made->height = height;
    made->rgb = std::move(rgb);
    return image(std::move(made));
  }

  [[nodiscard]] int width() const noexcept { return pixels_ ? pixels_->width : 0; }
  [[nodiscard]] int height() const noexcept { return pixels_ ? pixels_->height : 0; }
  [[nodiscard]] bool empty() const noexcept { return pixels_ == nullptr; }
  [[nodiscard]] std::span<const std::uint8_t> rgb() const noexcept {
    return pixels_ ? std::span<const std::uint8_t>(pixels_->rgb) : std::span<const std::uint8_t>();
  }

  /// SHA-256 over size and pixels; what cache keys and pool digests use. Computed once for all copies.
  [[nodiscard]] digest content_digest() const {
    if (!pixels_) return sha256{}.update_number(0).update_number(0).finish();
    if (const digest* known = pixels_->sum.load(std::memory_order_acquire)) return *known;
    auto fresh = std::make_unique<const digest>(sha256{}
                                                    .update_number(static_cast<std::uint64_t>(pixels_->width))
                                                    .update_number(static_cast<std::uint64_t>(pixels_->height))
                                                    .update(pixels_->rgb)
                                                    .finish());
    const digest* none = nullptr;
    if (!pixels_->sum.compare_exchange_strong(none, fresh.get(), std::memory_order_acq_rel)) return *none;  // another thread was first
    return *fresh.release();
  }

  /// The same pixels (not merely the same handle).
  friend bool operator==(const image& a, const image& b) noexcept {
    if (a.pixels_ == b.pixels_) return true;
    return a.pixels_ && b.pixels_ && a.width() == b.width() && a.height() == b.height() && a.pixels_->rgb == b.pixels_->rgb;
  }

 private:
  friend class picture;
  struct storage {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb;
    mutable std::atomic<const digest*> sum{nullptr};

    storage() = default;
    storage(const storage&) = delete;
    storage& operator=(const storage&) = delete;
    ~storage() { delete sum.load(std::memory_order_relaxed); }
  };
  explicit image(std::shared_ptr<const storage> pixels) : pixels_(std::move(pixels)) {}

  std::shared_ptr<const storage> pixels_;
};

/// A picture by name that is decoded when needed: a file of a pool, a phantom drawn from its seed, or
/// an image already at hand. Decoding is repeatable and thread-safe. A pool of thousands must not hold
/// gigabytes, so what was decoded is remembered only while somebody else holds it: a backend does, for
/// the pictures in its cache, so the demonstrations of the last prompt cost nothing in the next.
class picture {
 public:
  picture() = default;
  picture(image img) : decoded_(std::move(img)) {}  // NOLINT(google-explicit-constructor): a decoded image is a picture
  /// `name` is what a pool file writes; `load()` must give the same pixels every time.
  template <std::invocable Load>
  picture(std::string name, Load load) : name_(std::move(name)), lazy_(std::make_shared<loader<Load>>(std::move(load))) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool empty() const noexcept { return decoded_.empty() && !lazy_; }
  [[nodiscard]] result<image> decode() const {
    if (!decoded_.empty()) return decoded_;
    if (!lazy_) return failure{errc::invalid_argument, "an empty picture cannot be decoded", name_};
    {
      const held lock(lazy_->busy);
      if (auto pixels = lazy_->last.lock()) return image(std::move(pixels));
    }
    auto fresh = lazy_->load();  // outside the lock: decoding is slow, and twice is not wrong
    if (fresh) {
      const held lock(lazy_->busy);
      lazy_->last = fresh->pixels_;
    }
    return fresh;
  }

 private:
  // std::function and std::mutex would do; <functional> and <mutex> cost more than all of this file.
  struct lazy {
    virtual ~lazy() = default;
    [[nodiscard]] virtual result<image> load() const = 0;
    std::atomic_flag busy;
    std::weak_ptr<const image::storage> last;
  };
  template <class Load>
  struct loader final : lazy {
    explicit loader(Load l) : call(std::move(l)) {}
    [[nodiscard]] result<image> load() const override { return call(); }
    Load call;
  };
  struct held {
    explicit held(std::atomic_flag& f) : flag(f) {
      while (flag.test_and_set(std::memory_order_acquire)) flag.wait(true, std::memory_order_relaxed);
    }
    held(const held&) = delete;
    held& operator=(const held&) = delete;
    ~held() {
      flag.clear(std::memory_order_release);
      flag.notify_one();
    }
    std::atomic_flag& flag;
  };
  std::string name_;
  image decoded_;
  std::shared_ptr<lazy> lazy_;
};

}  // namespace inoculum
