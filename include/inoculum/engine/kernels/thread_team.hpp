// SPDX-License-Identifier: Apache-2.0
// A fixed team of threads for loops of microseconds. One `run` covers a whole evaluation; inside, `each`
// hands out indices and ends in a barrier. Barriers spin shortly and then yield, since the cores may be
// shared; between runs the team sleeps.
#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace inoculum::engine {

class thread_team {
 public:
  /// `threads` ≥ 1 counts the caller; 0: as many as the machine has processors, 16 at most. `size()` is less where the system has no
  /// more to give. (Not std::thread: it throws then, which nobody could catch in a program without exceptions.)
  explicit thread_team(int threads = 0) : state_(std::make_unique<state>()) {
    std::size_t n = threads > 0 ? static_cast<std::size_t>(threads) : std::thread::hardware_concurrency();
    if (n < 1) n = 1;
    if (threads <= 0 && n > 16) n = 16;
    state_->workers.resize(n);
    for (; state_->size < n; ++state_->size) {
      worker& w = state_->workers[state_->size] = {state_.get(), state_->size, {}};
      if (::pthread_create(&w.thread, nullptr, &begin, &w) != 0) break;
    }
  }
  thread_team(thread_team&&) noexcept = default;
  thread_team& operator=(thread_team&&) = delete;
  ~thread_team() {
    if (!state_) return;
    {
      const std::lock_guard lock(state_->mutex);
      state_->stopping = true;
      state_->jobs.fetch_add(1, std::memory_order_release);
    }
    state_->wake.notify_all();
    for (std::size_t i = 1; i < state_->size; ++i) (void)::pthread_join(state_->workers[i].thread, nullptr);
  }

  [[nodiscard]] std::size_t size() const noexcept { return state_->size; }

  /// Calls f(thread) once on every thread, 0 being the caller, and returns when all are done.
  template <class F>
  void run(F&& f) {
    state& s = *state_;
    if (s.size > 1) {
      {
        const std::lock_guard lock(s.mutex);
        s.context = &f;
        s.call = [](void* context, std::size_t thread) { (*static_cast<std::remove_reference_t<F>*>(context))(thread); };
        s.jobs.fetch_add(1, std::memory_order_release);
      }
      s.wake.notify_all();
    }
    const std::size_t before = std::exchange(self, 0);  // the caller may be another team's
    f(std::size_t{0});
    barrier();
    self = before;
  }

  /// Inside `run`, called by every thread with the same arguments: f(i) for each i below n, `grain` at
  /// a time to whichever thread is free; returns when all are done. Grain 0: half of them are the threads' own, a run
  /// each, without asking; the rest goes in ever smaller runs, so that neighbours mostly go to one thread and all still end together.
  template <class F>
  void each(std::size_t n, std::size_t grain, F&& f) {
    each(n, grain, f, [] {});
  }
  /// The same, and then `finish()` once, by the thread that comes last, before any goes on: for what is too small to share, at the
  /// price of no barrier of its own.
  template <class F, class Finish>
  void each(std::size_t n, std::size_t grain, F&& f, Finish&& finish) {
    state& s = *state_;
    if (s.size == 1) {
      for (std::size_t i = 0; i < n; ++i) f(i);
      finish();
      return;
    }
    std::size_t given = 0;
    if (grain == 0) {
      const std::size_t own = n / (2 * s.size);
      for (std::size_t i = self * own; i < (self + 1) * own; ++i) f(i);
      given = own * s.size;
      n -= given;
    }
    std::size_t begin = grain > 0 ? s.next.fetch_add(grain, std::memory_order_relaxed) : s.next.load(std::memory_order_relaxed);
    while (begin < n) {
      std::size_t take = grain;
      if (grain == 0) {
        take = (n - begin + 2 * s.size - 1) / (2 * s.size);
        if (!s.next.compare_exchange_weak(begin, begin + take, std::memory_order_relaxed)) continue;
      }
      const std::size_t end = n - begin < take ? n : begin + take;
      for (std::size_t i = begin; i < end; ++i) f(given + i);
      begin = grain > 0 ? s.next.fetch_add(grain, std::memory_order_relaxed) : s.next.load(std::memory_order_relaxed);
    }
    arrive(s, finish);
  }

  /// Waits until every thread of the team is here.
  void barrier() noexcept {
    arrive(*state_, [] {});
  }

 private:
  struct state;
  struct worker {
    state* team = nullptr;
    std::size_t index = 0;
    pthread_t thread{};
  };
  struct state {
    std::size_t size = 1;
    std::vector<worker> workers{};  // the first is the caller
    std::mutex mutex{};
    std::condition_variable wake{};
    void* context = nullptr;
    void (*call)(void*, std::size_t) = nullptr;
    bool stopping = false;
    alignas(64) std::atomic<std::size_t> jobs{0};
    alignas(64) std::atomic<std::size_t> next{0};
    alignas(64) std::atomic<std::size_t> arrived{0};
    alignas(64) std::atomic<std::size_t> generation{0};
  };

  static void pause() noexcept {
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
    __builtin_ia32_pause();
#endif
  }
  /// Spins for some microseconds, then lets others run between looks.
  template <class Done>
  static void wait(Done&& done, int spins) noexcept {
    for (int i = 0; !done(); ++i) {
      if (i < spins) pause();
      else std::this_thread::yield();
    }
  }
  template <class Finish>
  static void arrive(state& s, Finish&& finish) noexcept {
    if (s.size == 1) return;
    const std::size_t generation = s.generation.load(std::memory_order_acquire);
    if (s.arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == s.size) {
      finish();
      s.arrived.store(0, std::memory_order_relaxed);
      s.next.store(0, std::memory_order_relaxed);  // everybody has stopped taking: the next `each` starts at 0
      s.generation.store(generation + 1, std::memory_order_release);
      return;
    }
    wait([&] { return s.generation.load(std::memory_order_acquire) != generation; }, 1000);
  }
  static void* begin(void* of) {
    const worker& w = *static_cast<const worker*>(of);
    work(*w.team, w.index);
    return nullptr;
  }
  static void work(state& s, std::size_t thread) {
    std::size_t seen = 0;
    self = thread;
    for (;;) {
      for (int i = 0; i < 8000 && s.jobs.load(std::memory_order_acquire) == seen; ++i) pause();
      {
        std::unique_lock lock(s.mutex);
        s.wake.wait(lock, [&] { return s.jobs.load(std::memory_order_acquire) != seen; });
        if (s.stopping) return;
        ++seen;
      }
      s.call(s.context, thread);
      arrive(s, [] {});
    }
  }

  inline static thread_local std::size_t self = 0;  // which of the team this thread is
  std::unique_ptr<state> state_;
};

}  // namespace inoculum::engine
