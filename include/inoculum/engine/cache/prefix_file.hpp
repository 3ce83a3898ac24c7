// SPDX-License-Identifier: Apache-2.0
// A prefix tree in a file, so that a process starts with prepared prefixes warm.
//
//   "inokv 1\n", identity[32], u64 page bytes, u64 positions of a page, u64 nodes,
//   then each node, parents first: u32 depth, u8 pinned positions, u32 salt bytes, salt, u32 keys, keys (i32 token, u32 row, digest[32]),
//   page, then the SHA-256 of all that. Numbers are little-endian.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/digest.hpp"
#include "../../core/result.hpp"
#include "../../io/file.hpp"
#include "../gguf/mapped_file.hpp"
#include "../model/kv_cache.hpp"
#include "prefix_tree.hpp"

namespace inoculum::engine {

static_assert(std::endian::native == std::endian::little, "the file is written as memory holds it");

/// Names how this version computes keys and values. Whoever changes a bit of them changes this, so that no older file is gone on from.
inline constexpr std::string_view arithmetic = "6";

/// Whose pages they are: a file is read only by an engine that would have computed the same.
struct prefix_identity {
  digest model{};  ///< of weights, eyes and kernels
  std::uint64_t page_bytes = 0;
  std::uint64_t page_positions = 0;
};

namespace detail {
inline constexpr std::string_view prefix_magic = "inokv 1\n";
inline constexpr std::size_t key_bytes = 40;

template <class T>
void append_raw(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Reads from the front of what is left; after one failure nothing more.
class raw_reader {
 public:
  explicit raw_reader(std::span<const std::byte> bytes) : rest_(bytes) {}
  template <class T>
  [[nodiscard]] bool read(T& to) {
    const auto from = take(sizeof(T));
    if (from.size() != sizeof(T)) return false;
    std::memcpy(&to, from.data(), sizeof(T));
    return true;
  }
  /// Empty when there is less.
  [[nodiscard]] std::span<const std::byte> take(std::size_t n) {
    if (n > rest_.size()) {
      rest_ = {};
      return {};
    }
    const auto out = rest_.first(n);
    rest_ = rest_.subspan(n);
    return out;
  }
  [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

 private:
  std::span<const std::byte> rest_;
};
}  // namespace detail

/// Writes what the tree holds, what is pinned or `all`; the file appears whole or not at all. A page may hold more than what is
/// written of it, from whoever went on from there: that is cleared. `shape` is any cache of the model. Errors: those of write_file;
/// too_large.
[[nodiscard]] inline result<void> save_prefixes(const std::string& path, const prefix_identity& who, const kv_cache& shape,
                                                const prefix_tree<kv_page>& tree, bool all = false) {
  std::uint64_t nodes = 0;  // what a pinned one stands on is pinned
  tree.each([&](std::string_view, std::size_t, std::span<const position_key>, const kv_page&, std::size_t pinned) {
    nodes += all || pinned > 0 ? 1 : 0;
  });
  kv_cache scratch = shape;
  scratch.adopt({std::make_shared<aligned_bytes>(who.page_bytes)});
  std::uint8_t* const cleared = scratch.pages().front()->data();
  if (cleared == nullptr) return failure{errc::too_large, "no memory for " + std::to_string(who.page_bytes) + " bytes", path};
  std::string out(detail::prefix_magic);
  out.reserve(static_cast<std::size_t>(nodes) * (who.page_bytes + 4096) + 256);
  detail::append_raw(out, who.model.bytes);
  detail::append_raw(out, who.page_bytes);
  detail::append_raw(out, who.page_positions);
  detail::append_raw(out, nodes);
  tree.each([&](std::string_view salt, std::size_t depth, std::span<const position_key> keys, const kv_page& page, std::size_t pinned) {
    if (!all) keys = keys.first(pinned);
    if (keys.empty()) return;
    detail::append_raw(out, static_cast<std::uint32_t>(depth));
    detail::append_raw(out, static_cast<std::uint8_t>(pinned));
    detail::append_raw(out, static_cast<std::uint32_t>(salt.size()));
    out += salt;
    detail::append_raw(out, static_cast<std::uint32_t>(keys.size()));
    for (const position_key& k : keys) {
      detail::append_raw(out, k.token);
      detail::append_raw(out, k.row);
      detail::append_raw(out, k.picture.bytes);
    }
    std::memcpy(cleared, page->data(), who.page_bytes);
    scratch.clear_from(keys.size());
    out.append(reinterpret_cast<const char*>(cleared), who.page_bytes);
  });
  const digest sum = sha256{}.update(std::string_view(out)).finish();
  detail::append_raw(out, sum.bytes);
  return write_file(path, out);
}

/// Adds what a file holds to the tree. Errors, and then the tree is as before: not_found, io; parse (not such a file, damaged or
/// cut off); mismatch (of another model, other eyes, other kernels or another type of keys and values). Memory: no more than the
/// file's size. `shape` is any cache of the model.
[[nodiscard]] inline result<void> load_prefixes(const std::string& path, const prefix_identity& who, const kv_cache& shape,
                                                prefix_tree<kv_page>& tree) {
  auto file = mapped_file::open(path);
  if (!file) return std::move(file).error();
  const auto all = file->bytes();
  const auto damaged = [&](const char* what) {
    return failure{errc::parse, std::string("not a file of prepared prefixes: ") + what, path};
  };
  if (all.size() < detail::prefix_magic.size() + 88 ||
      std::memcmp(all.data(), detail::prefix_magic.data(), detail::prefix_magic.size()) != 0) {
    return damaged("another beginning, or too short");
  }
  const auto body = all.first(all.size() - 32);
  const digest sum = sha256{}.update({reinterpret_cast<const std::uint8_t*>(body.data()), body.size()}).finish();
  if (std::memcmp(all.data() + body.size(), sum.bytes.data(), 32) != 0) return damaged("its checksum is wrong");

  detail::raw_reader in(body.subspan(detail::prefix_magic.size()));
  prefix_identity written;
  std::uint64_t nodes = 0;
  if (!in.read(written.model.bytes) || !in.read(written.page_bytes) || !in.read(written.page_positions) || !in.read(nodes)) {
    return damaged("too short");
  }
  if (written.model != who.model || written.page_bytes != who.page_bytes || written.page_positions != who.page_positions) {
    return failure{errc::mismatch, "these prefixes were prepared with another model, other eyes or other kernels: prepare them again",
                   path};
  }
  struct read_node {
    std::size_t depth;
    std::size_t pinned;
    std::string salt;
    std::vector<position_key> keys;
    kv_page page;
  };
  std::vector<read_node> found;
  for (std::uint64_t i = 0; i < nodes; ++i) {
    std::uint32_t depth = 0, salt_bytes = 0, keys = 0;
    std::uint8_t pinned = 0;
    if (!in.read(depth) || !in.read(pinned) || !in.read(salt_bytes)) return damaged("it ends inside a node");
    const auto salt = in.take(salt_bytes);
    if (salt.size() != salt_bytes || !in.read(keys)) return damaged("it ends inside a node");
    if (keys == 0 || keys > who.page_positions || pinned > keys) return damaged("a page of another length");
    if (depth > 0 && (found.empty() || depth > found.back().depth + 1)) return damaged("a page without the one before it");
    read_node node{depth, pinned, {reinterpret_cast<const char*>(salt.data()), salt.size()}, {}, {}};
    for (std::uint32_t k = 0; k < keys; ++k) {
      position_key key;
      if (!in.read(key.token) || !in.read(key.row) || !in.read(key.picture.bytes)) return damaged("it ends inside a node");
      node.keys.push_back(key);
    }
    const auto page = in.take(who.page_bytes);
    if (page.size() != who.page_bytes) return damaged("it ends inside a page");
    if (!shape.is_finite(reinterpret_cast<const std::uint8_t*>(page.data()))) return damaged("a key or a value is not finite");
    node.page = std::make_shared<aligned_bytes>(page.size());
    if (node.page->data() == nullptr) return failure{errc::too_large, "no memory for " + std::to_string(page.size()) + " bytes", path};
    std::memcpy(node.page->data(), page.data(), page.size());
    found.push_back(std::move(node));
  }
  if (in.left() != 0) return damaged("bytes after its end");

  std::vector<const read_node*> way;  // from a root to the node at hand
  for (const read_node& node : found) {
    way.resize(node.depth);
    if (node.depth > 0 && (way.back()->keys.size() != who.page_positions || way.back()->salt != node.salt)) {
      return damaged("a page goes on where the one before it is not full");
    }
    way.push_back(&node);
  }
  std::vector<position_key> keys;
  std::vector<kv_page> pages;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const read_node& node = found[i];
    keys.resize(node.depth * who.page_positions);
    keys.insert(keys.end(), node.keys.begin(), node.keys.end());
    pages.resize(node.depth);
    pages.push_back(node.page);
    // Whole ways only: a node that the next one stands on goes in with it.
    const bool inside = i + 1 < found.size() && found[i + 1].depth == node.depth + 1 && (found[i + 1].pinned > 0) == (node.pinned > 0);
    if (inside) continue;
    if (node.pinned < node.keys.size()) tree.insert(node.salt, keys, pages);
    keys.resize(keys.size() - node.keys.size() + node.pinned);
    if (node.pinned > 0) tree.insert(node.salt, keys, pages, true);
  }
  return {};
}

}  // namespace inoculum::engine
