// SPDX-License-Identifier: Apache-2.0
// llama.cpp's C API, as little of it as a comparison needs.
#pragma once

#include <llama.h>
#include <mtmd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <inoculum/core/image.hpp>
#include <string>
#include <vector>

struct best {
  llama_token id = -1;
  float logit = 0;
  float gap = 0;  ///< to the second best
};

inline best best_of(const float* logits, int vocabulary) {
  best b{0, -1e30f, 0.0f};
  float second = -1e30f;
  for (int i = 0; i < vocabulary; ++i) {
    if (logits[i] > b.logit) {
      second = b.logit;
      b.logit = logits[i];
      b.id = i;
    } else if (logits[i] > second) {
      second = logits[i];
    }
  }
  b.gap = b.logit - second;
  return b;
}

class peer {
 public:
  llama_model* model = nullptr;
  const llama_vocab* vocab = nullptr;
  mtmd_context* eyes = nullptr;

  /// `by_blas`: what can be multiplied by BLAS is. Prompts are read whole, so that none has a tail too short for it, and no weights are
  /// repacked, since those have kernels of their own. `floats`: keys and values are kept as floats.
  peer(const char* path, int threads, int positions, const char* mmproj = nullptr, bool by_blas = false, bool floats = false) {
    const auto quiet = [](ggml_log_level level, const char* text, void*) {
      if (level >= GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
    };
    llama_log_set(quiet, nullptr);
    mtmd_log_set(quiet, nullptr);
    llama_backend_init();
    llama_model_params loading = llama_model_default_params();
    loading.n_gpu_layers = 0;
    if (by_blas) loading.use_extra_bufts = false;
    model = llama_model_load_from_file(path, loading);
    if (model == nullptr) std::exit(1);
    vocab = llama_model_get_vocab(model);
    llama_context_params params = llama_context_default_params();
    params.n_ctx = static_cast<std::uint32_t>(positions);
    params.n_batch = params.n_ctx;
    params.n_ubatch = by_blas ? params.n_batch : 512;
    params.n_threads = params.n_threads_batch = threads;
    if (floats) params.type_k = params.type_v = GGML_TYPE_F32;
    if (floats || std::getenv("INOCULUM_PEER_NO_FLASH") != nullptr) params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    context_ = llama_init_from_model(model, params);
    if (mmproj == nullptr || *mmproj == 0) return;
    mtmd_context_params seeing = mtmd_context_params_default();
    seeing.use_gpu = false;
    seeing.print_timings = false;
    seeing.n_threads = threads;
    eyes = mtmd_init_from_file(mmproj, model, seeing);
  }
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  ~peer() {
    if (eyes != nullptr) mtmd_free(eyes);
    llama_free(context_);
    llama_model_free(model);
  }

  [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(llama_model_n_embd(model)); }
  [[nodiscard]] std::vector<llama_token> tokenize(const std::string& text) const {
    std::vector<llama_token> ids(text.size() + 8);
    const int n = llama_tokenize(vocab, text.data(), static_cast<int>(text.size()), ids.data(), static_cast<int>(ids.size()), false, true);
    ids.resize(static_cast<std::size_t>(n > 0 ? n : 0));
    return ids;
  }
  [[nodiscard]] llama_memory_t memory() { return llama_get_memory(context_); }
  void clear() { llama_memory_clear(llama_get_memory(context_), true); }
  bool evaluate(const std::vector<llama_token>& ids, int position, bool all) {
    llama_batch batch = llama_batch_init(static_cast<int>(ids.size()), 0, 1);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      batch.token[i] = ids[i];
      batch.pos[i] = position + static_cast<int>(i);
      batch.n_seq_id[i] = 1;
      batch.seq_id[i][0] = 0;
      batch.logits[i] = all || i + 1 == ids.size();
    }
    batch.n_tokens = static_cast<int>(ids.size());
    const int code = llama_decode(context_, batch);
    llama_batch_free(batch);
    return code == 0;
  }
  /// Rows that stand for a picture, from `position` on; both ways: each sees all of them.
  bool show(const std::vector<float>& rows, int position, bool both_ways) {
    const auto n = static_cast<int>(rows.size() / width());
    llama_batch batch = llama_batch_init(n, static_cast<int>(width()), 1);
    std::copy(rows.begin(), rows.end(), batch.embd);
    for (int i = 0; i < n; ++i) {
      batch.pos[i] = position + i;
      batch.n_seq_id[i] = 1;
      batch.seq_id[i][0] = 0;
      batch.logits[i] = 0;
    }
    batch.n_tokens = n;
    llama_set_causal_attn(context_, !both_ways);
    const int code = llama_decode(context_, batch);
    llama_set_causal_attn(context_, true);
    llama_batch_free(batch);
    return code == 0;
  }
  [[nodiscard]] const float* logits(int i) const { return llama_get_logits_ith(context_, i); }
  [[nodiscard]] best top(int i) const { return best_of(logits(i), llama_vocab_n_tokens(vocab)); }

  /// The rows that stand for a picture, one square after another; empty when it fails. `layout` gets what the language model reads:
  /// tokens, and -1 for a square.
  [[nodiscard]] std::vector<float> see(const inoculum::image& picture, std::vector<llama_token>* layout = nullptr) const {
    std::vector<float> out;
    mtmd_bitmap* bitmap =
        mtmd_bitmap_init(static_cast<std::uint32_t>(picture.width()), static_cast<std::uint32_t>(picture.height()), picture.rgb().data());
    const std::string marker = mtmd_default_marker();
    const mtmd_input_text text{marker.c_str(), marker.size(), false, true};
    mtmd_input_chunks* chunks = mtmd_input_chunks_init();
    const mtmd_bitmap* bitmaps[] = {bitmap};
    if (mtmd_tokenize(eyes, chunks, &text, bitmaps, 1) == 0) {
      for (std::size_t i = 0; i < mtmd_input_chunks_size(chunks); ++i) {
        const mtmd_input_chunk* chunk = mtmd_input_chunks_get(chunks, i);
        const bool square = mtmd_input_chunk_get_type(chunk) == MTMD_INPUT_CHUNK_TYPE_IMAGE;
        if (layout != nullptr) {
          std::size_t n = 0;
          const llama_token* tokens = square ? nullptr : mtmd_input_chunk_get_tokens_text(chunk, &n);
          if (square) layout->push_back(-1);
          else layout->insert(layout->end(), tokens, tokens + n);
        }
        if (!square || mtmd_encode_chunk(eyes, chunk) != 0) continue;
        const float* rows = mtmd_get_output_embd(eyes);
        out.insert(out.end(), rows, rows + mtmd_input_chunk_get_n_tokens(chunk) * width());
      }
    }
    mtmd_input_chunks_free(chunks);
    mtmd_bitmap_free(bitmap);
    return out;
  }

 private:
  llama_context* context_ = nullptr;
};
