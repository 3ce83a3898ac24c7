// SPDX-License-Identifier: Apache-2.0
// A decoded picture, and a picture that decodes when needed. Both are cheap handles to immutable data.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "digest.hpp"
#include "result.hpp"
#include "shared.hpp"

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
    return image(detail::shared<const storage>::make(width, height, std::move(rgb)));
  }

  [[nodiscard]] int width() const noexcept { return pixels_ ? pixels_->width : 0; }
  [[nodiscard]] int height() const noexcept { return pixels_ ? pixels_->height : 0; }
  [[nodiscard]] bool empty() const noexcept { return !pixels_; }
  /// A template, as is `demonstration_pool::items`: the first span of a type costs 10 ms, which is for whoever asks for it.
  template <class Byte = const std::uint8_t>
  [[nodiscard]] std::span<Byte> rgb() const noexcept {
    return pixels_ ? std::span<Byte>(pixels_->rgb) : std::span<Byte>();
  }

  /// SHA-256 over size and pixels; what cache keys and pool digests use. Computed once for all copies.
  [[nodiscard]] digest content_digest() const {
    if (!pixels_) return sha256{}.update_number(0).update_number(0).finish();
    if (const digest* known = pixels_->sum.get()) return *known;
    const digest sum = sha256{}
                           .update_number(static_cast<std::uint64_t>(pixels_->width))
                           .update_number(static_cast<std::uint64_t>(pixels_->height))
                           .update(pixels_->rgb)
                           .finish();
    pixels_->sum.set(sum);
    return sum;
  }

  /// The same pixels (not merely the same handle).
  friend bool operator==(const image& a, const image& b) noexcept {
    if (a.pixels_ == b.pixels_) return true;
    return a.pixels_ && b.pixels_ && a.width() == b.width() && a.height() == b.height() && a.pixels_->rgb == b.pixels_->rgb;
  }

 private:
  friend class picture;
  /// A digest, set once, by whichever thread needs it first.
  class known_digest {
   public:
    known_digest() = default;
    known_digest(const known_digest&) = delete;
    known_digest& operator=(const known_digest&) = delete;
    ~known_digest() { delete sum_; }
    [[nodiscard]] const digest* get() const noexcept { return __atomic_load_n(&sum_, __ATOMIC_ACQUIRE); }
    void set(const digest& sum) {
      const auto* fresh = new digest(sum);
      const digest* none = nullptr;
      if (!__atomic_compare_exchange_n(&sum_, &none, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        delete fresh;  // another thread was first
    }

   private:
    const digest* sum_ = nullptr;
  };
  struct storage {
    int width;
    int height;
    std::vector<std::uint8_t> rgb;
    mutable known_digest sum{};

    storage(int w, int h, std::vector<std::uint8_t> bytes) noexcept : width(w), height(h), rgb(std::move(bytes)) {}
  };
  explicit image(detail::shared<const storage> pixels) : pixels_(std::move(pixels)) {}

  detail::shared<const storage> pixels_;
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
  picture(std::string name, Load load) : name_(std::move(name)), lazy_(detail::shared<lazy>::make(new loader<Load>(std::move(load)))) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool empty() const noexcept { return decoded_.empty() && !lazy_; }
  [[nodiscard]] result<image> decode() const {
    if (!decoded_.empty()) return decoded_;
    if (!lazy_) return failure{errc::invalid_argument, "an empty picture cannot be decoded", name_};
    if (const claim mine(lazy_->busy); mine) {
      if (auto pixels = lazy_->last.lock()) return image(std::move(pixels));
    }
    auto fresh = lazy_->load->call();  // unclaimed: decoding is slow
    if (fresh && !fresh->empty()) {
      // The same pixels have the same digest, which takes longer than whatever a prefix cache does for them.
      if (const digest* sum = lazy_->sum.get()) fresh->pixels_->sum.set(*sum);
      else lazy_->sum.set(fresh->content_digest());
      if (const claim mine(lazy_->busy); mine) lazy_->last = detail::weak(fresh->pixels_);
    }
    return fresh;
  }

 private:
  // std::function and std::mutex would do; <functional> and <mutex> cost more than all of this file.
  struct any_loader {
    virtual ~any_loader() = default;
    [[nodiscard]] virtual result<image> call() const = 0;
  };
  template <class Load>
  struct loader final : any_loader {
    explicit loader(Load l) : load(std::move(l)) {}
    [[nodiscard]] result<image> call() const override { return load(); }
    Load load;
  };
  struct lazy {
    explicit lazy(const any_loader* l) noexcept : load(l) {}
    lazy(const lazy&) = delete;
    lazy& operator=(const lazy&) = delete;
    ~lazy() { delete load; }
    const any_loader* load;
    bool busy = false;  ///< a thread is at `last`
    image::known_digest sum;
    detail::weak<const image::storage> last;
  };
  // Never waits: who finds `last` taken, for the few instructions that this lasts, decodes again, which is not wrong.
  struct claim {
    explicit claim(bool& f) noexcept : flag(f), got(!__atomic_test_and_set(&f, __ATOMIC_ACQUIRE)) {}
    claim(const claim&) = delete;
    claim& operator=(const claim&) = delete;
    ~claim() {
      if (got) __atomic_clear(&flag, __ATOMIC_RELEASE);
    }
    explicit operator bool() const noexcept { return got; }
    bool& flag;
    bool got;
  };
  std::string name_;
  image decoded_;
  detail::shared<lazy> lazy_;
};

}  // namespace inoculum
