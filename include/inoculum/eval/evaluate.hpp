// SPDX-License-Identifier: Apache-2.0
// A whole evaluation into a folder: records.jsonl, summary.json, report.html.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "../io/file.hpp"
#include "report.hpp"
#include "summary_json.hpp"
#include "sweep.hpp"

namespace inoculum {

/// Sums up what a folder's records say and writes the summary and the report, each whole or not at all.
/// Errors: those of `summarise`, io.
[[nodiscard]] inline result<summary> write_report(const std::string& folder, bool complete = true, const summary_options& options = {}) {
  const std::filesystem::path place(folder);
  auto sums = summarise((place / "records.jsonl").string(), options);
  if (!sums) return sums;
  sums->complete = complete;
  if (auto done = write_file((place / "summary.json").string(), to_json_text(*sums)); !done) return std::move(done).error();
  if (auto done = write_file((place / "report.html").string(), report_html(*sums)); !done) return std::move(done).error();
  return sums;
}

/// `sweep` into `folder`, then `write_report`. The folder may hold an earlier run, of this or of other arms: what is there is not asked
/// again and is summed up too. Stopped by `options.cancel`, it still reports what is done (`summary::complete` is false).
/// Errors: those of `record_log::open`, `sweep` and `write_report`; after a failure in the middle the records so far are kept.
template <sweep_target AnswerOf, class Progress>
[[nodiscard]] result<summary> evaluate(std::span<const suite_entry> suite, std::span<const sweep_arm> arms,
                                       std::span<const any_attack> attacks, AnswerOf&& answer_of, const std::string& folder,
                                       const sweep_options& options, Progress&& progress, const summary_options& summing = {}) {
  auto log = record_log::open(folder);
  if (!log) return std::move(log).error();
  const auto ran = sweep(suite, arms, attacks, answer_of, *log, options, progress);
  if (!ran) {
    std::error_code ignored;  // records of nothing are none; nobody else can hold them while the log is open
    if (std::filesystem::file_size(log->path(), ignored) == 0) std::filesystem::remove(log->path(), ignored);
    return ran.error();
  }
  return write_report(folder, !ran->cancelled, summing);
}

}  // namespace inoculum
