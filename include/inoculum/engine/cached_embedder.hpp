// SPDX-License-Identifier: Apache-2.0
// A pool's vectors kept in a file, so that a slow embedder sees each demonstration once and not at every start.
//
//   auto known = inoculum::cached_embedder<inoculum::sentence_embedder>::build(minilm, pool, "pool.vectors").value();
//   auto near = inoculum::similarity<decltype(known)>::build(pool, known).value();
//
// The file: "inoculum vectors 1\n" | u32 dimension | u64 entries | the embedder's digest | entries (key, floats), keys ascending |
// SHA-256 of all that. Little-endian. A file that is not exactly this, for this embedder, is ignored and written anew. The sum
// finds damage, not forgery: whoever may write the file decides what is near, as whoever may write the pool does.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/digest.hpp"
#include "../core/pool.hpp"
#include "../core/result.hpp"
#include "../embed/concepts.hpp"
#include "../io/file.hpp"
#include "gguf/mapped_file.hpp"

namespace inoculum {

static_assert(std::endian::native == std::endian::little, "vectors are written as they lie in memory");

/// Gives the same floats as the embedder inside, from memory when the item is one of the pool's: the same text and, by their pixels, the
/// same pictures. Queries from outside the pool are embedded and not kept: a file of what users asked would be a log of it.
template <embedder Embedder>
class cached_embedder {
 public:
  /// Takes what `path` holds, embeds the pool's other items, and if there were any replaces the file by the pool's vectors,
  /// whole or not at all. `with_pictures` as for `similarity`: every picture is decoded once, and one that is missing again. An unreadable
  /// file counts as empty; one that cannot be written costs the next start its time and is told by `stored()`. Errors: the embedder's,
  /// and those of decoding, naming the demonstration where one is to blame; `invalid_argument` for a vector that is not finite.
  [[nodiscard]] static result<cached_embedder> build(Embedder embedder, const demonstration_pool& pool, const std::string& path,
                                                     bool with_pictures = false) {
    table all;
    all.width = embedder.dimension();
    const digest model = embedder.content_digest();
    const auto pictures_of = [&](const basic_demonstration& d) -> result<std::vector<image>> {
      std::vector<image> out;
      for (std::size_t i = 0; with_pictures && i < d.images.size(); ++i) {
        auto decoded = d.images[i].decode();
        if (!decoded) return in_demonstration(std::move(decoded).error(), d.id);
        out.push_back(std::move(*decoded));
      }
      return out;
    };
    std::vector<std::pair<digest, std::size_t>> wanted;  // a pool may ask the same twice
    wanted.reserve(pool.size());
    for (std::size_t i = 0; i < pool.size(); ++i) {
      const auto pictures = pictures_of(pool[i]);
      if (!pictures) return pictures.error();
      wanted.emplace_back(key_of(model, {pool[i].query, *pictures}), i);
    }
    const auto before = [](const auto& a, const auto& b) { return a.first.bytes < b.first.bytes; };
    std::sort(wanted.begin(), wanted.end(), before);
    wanted.erase(std::unique(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.first == b.first; }), wanted.end());

    all.keys.reserve(wanted.size());
    for (const auto& w : wanted) all.keys.push_back(w.first);
    all.floats.resize(wanted.size() * all.width);
    std::vector<std::size_t> missing;
    {
      const auto file = mapped_file::open(path);
      const auto old = file ? stored_entries(file->bytes(), model, all.width) : std::span<const std::byte>();
      const std::size_t step = sizeof(digest) + all.width * sizeof(float);
      std::size_t at = 0;
      for (std::size_t i = 0; i < all.keys.size(); ++i) {
        while (at < old.size() && std::memcmp(old.data() + at, all.keys[i].bytes.data(), sizeof(digest)) < 0) at += step;
        if (at < old.size() && std::memcmp(old.data() + at, all.keys[i].bytes.data(), sizeof(digest)) == 0) {
          std::memcpy(all.floats.data() + i * all.width, old.data() + at + sizeof(digest), step - sizeof(digest));
        } else {
          missing.push_back(i);
        }
      }
    }
    cached_embedder out(std::move(embedder));
    out.found_ = all.keys.size() - missing.size();
    if (!missing.empty()) {
      std::vector<float> rows(missing.size() * all.width);
      // Words go in one call, which some embedders do faster; pictures one by one, so that few are decoded at a time.
      const std::size_t together = with_pictures || !batch_embedder<Embedder> ? 1 : missing.size();
      std::vector<embed_item> items(together);
      for (std::size_t i = 0; i < missing.size(); i += together) {
        const auto pictures = pictures_of(pool[wanted[missing[i]].second]);
        if (!pictures) return pictures.error();
        for (std::size_t k = 0; k < together; ++k) items[k] = {pool[wanted[missing[i + k]].second].query, *pictures};
        if (auto done = embed_each(out.inner_, items, std::span(rows).subspan(i * all.width, together * all.width)); !done) {
          return together == 1 ? in_demonstration(std::move(done).error(), pool[wanted[missing[i]].second].id) : std::move(done).error();
        }
      }
      for (std::size_t i = 0; i < missing.size(); ++i) {
        const std::span<const float> row = std::span(rows).subspan(i * all.width, all.width);
        if (!std::all_of(row.begin(), row.end(), [](float v) { return std::isfinite(v); })) {
          const failure why{errc::invalid_argument, "the embedder gave a number that is not finite", "cached_embedder"};
          return in_demonstration(why, pool[wanted[missing[i]].second].id);
        }
        std::copy_n(rows.data() + i * all.width, all.width, all.floats.data() + missing[i] * all.width);
      }
      out.stored_ = write_file(path, file_of(all, model));
    }
    out.table_ = std::make_shared<const table>(std::move(all));
    return out;
  }

  [[nodiscard]] result<void> embed(const embed_item& item, std::span<float> out) const {
    if (out.size() != dimension()) return inner_.embed(item, out);
    const digest key = key_of(content_digest(), item);
    const auto& keys = table_->keys;
    const auto at = std::lower_bound(keys.begin(), keys.end(), key, [](const digest& a, const digest& b) { return a.bytes < b.bytes; });
    if (at == keys.end() || *at != key) return inner_.embed(item, out);
    std::copy_n(table_->floats.data() + static_cast<std::size_t>(at - keys.begin()) * out.size(), out.size(), out.data());
    return {};
  }
  [[nodiscard]] std::size_t dimension() const { return inner_.dimension(); }
  [[nodiscard]] digest content_digest() const { return inner_.content_digest(); }  // the same floats

  /// How many of the pool's vectors came from the file; what two demonstrations share counts once.
  [[nodiscard]] std::size_t found() const noexcept { return found_; }
  /// Why the file could not be written, if so.
  [[nodiscard]] const result<void>& stored() const noexcept { return stored_; }

 private:
  struct table {
    std::size_t width = 0;
    std::vector<digest> keys{};   // ascending
    std::vector<float> floats{};  // keys × width
  };
  static constexpr std::string_view magic = "inoculum vectors 1\n";
  static constexpr std::size_t header_bytes = magic.size() + sizeof(std::uint32_t) + sizeof(std::uint64_t) + sizeof(digest);

  explicit cached_embedder(Embedder inner) : inner_(std::move(inner)) {}

  [[nodiscard]] static digest key_of(const digest& model, const embed_item& item) {
    sha256 hash;
    hash.update_field("cached_embedder/1").update(model.bytes).update_field(item.text);
    for (const image& picture : item.images) hash.update(picture.content_digest().bytes);
    return hash.finish();
  }
  [[nodiscard]] static result<void> embed_each(const Embedder& embedder, std::span<const embed_item> items, std::span<float> out) {
    if constexpr (batch_embedder<Embedder>) {
      return embedder.embed_all(items, out);
    } else {
      const std::size_t width = embedder.dimension();
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (auto done = embedder.embed(items[i], out.subspan(i * width, width)); !done) return done;
      }
      return {};
    }
  }
  [[nodiscard]] static std::string header_of(std::size_t width, std::uint64_t entries, const digest& model) {
    std::string out(magic);
    const auto dimension = static_cast<std::uint32_t>(width);
    out.append(reinterpret_cast<const char*>(&dimension), sizeof dimension);
    out.append(reinterpret_cast<const char*>(&entries), sizeof entries);
    return out.append(reinterpret_cast<const char*>(model.bytes.data()), model.bytes.size());
  }
  [[nodiscard]] static std::string file_of(const table& all, const digest& model) {
    std::string out = header_of(all.width, all.keys.size(), model);
    out.reserve(out.size() + all.keys.size() * (sizeof(digest) + all.width * sizeof(float)) + sizeof(digest));
    for (std::size_t i = 0; i < all.keys.size(); ++i) {
      out.append(reinterpret_cast<const char*>(all.keys[i].bytes.data()), sizeof(digest));
      out.append(reinterpret_cast<const char*>(all.floats.data() + i * all.width), all.width * sizeof(float));
    }
    const digest sum = digest_of(out);
    return out.append(reinterpret_cast<const char*>(sum.bytes.data()), sizeof(digest));
  }
  /// The entries of a good file, or nothing. Allocates nothing that the file could ask for.
  [[nodiscard]] static std::span<const std::byte> stored_entries(std::span<const std::byte> bytes, const digest& model, std::size_t width) {
    const std::size_t step = sizeof(digest) + width * sizeof(float);
    if (bytes.size() < header_bytes + sizeof(digest) || (bytes.size() - header_bytes - sizeof(digest)) % step != 0) return {};
    const auto entries = bytes.subspan(header_bytes, bytes.size() - header_bytes - sizeof(digest));
    const std::string header = header_of(width, entries.size() / step, model);
    if (std::memcmp(bytes.data(), header.data(), header_bytes) != 0) return {};
    const auto text = std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size() - sizeof(digest));
    if (std::memcmp(digest_of(text).bytes.data(), bytes.data() + text.size(), sizeof(digest)) != 0) return {};
    for (std::size_t at = 0; at < entries.size(); at += step) {
      if (at != 0 && std::memcmp(entries.data() + at - step, entries.data() + at, sizeof(digest)) >= 0) return {};
      for (std::size_t i = 0; i < width; ++i) {
        float value = 0.0f;
        std::memcpy(&value, entries.data() + at + sizeof(digest) + i * sizeof value, sizeof value);
        if (!std::isfinite(value)) return {};
      }
    }
    return entries;
  }

  Embedder inner_;
  std::shared_ptr<const table> table_{};
  std::size_t found_ = 0;
  result<void> stored_{};
};

}  // namespace inoculum
