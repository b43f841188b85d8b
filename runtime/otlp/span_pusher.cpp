// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/span_pusher.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/quiet_thread.hpp"
#include "runtime/otlp/traces_json.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace troupe::otlp {

namespace {

constexpr std::string_view traces_path = "/v1/traces";
constexpr double sampling_steps = 9'007'199'254'740'992.0; // 2^53: what a double counts exactly

} // namespace

span_pusher::span_pusher(otlp_options options, const trace_options& traces, double ratio)
    : options_(std::move(options)), traces_(traces), to_(collector_url(options_, traces_path)),
      sampled_below_(static_cast<std::uint64_t>(ratio * sampling_steps)), is_all_(ratio >= 1) {
  if (traces_.interval <= std::chrono::milliseconds{0} || traces_.max_queued == 0
      || traces_.max_batch == 0)
    throw options_error("interval, queue and batch of traces must be more than zero");
  thread_ = quiet_thread("troupe-otlp", [this] { run(); });
}

span_pusher::~span_pusher() {
  {
    const std::lock_guard guard{mutex_};
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void span_pusher::record(trace_span&& ended) noexcept {
  try {
    const std::lock_guard guard{mutex_};
    if (queued_.size() >= traces_.max_queued) {
      ++dropped_;
      return;
    }
    queued_.push_back(std::move(ended));
    if (queued_.size() != traces_.max_batch)
      return;
  } catch (const std::exception&) { // no memory: the span is lost, the caller is not to blame
    return;
  }
  changed_.notify_all();
}

bool span_pusher::samples(const trace_id& trace) noexcept {
  if (is_all_)
    return true;
  // Of the right half, as W3C Trace Context wants its randomness there.
  std::uint64_t number = 0;
  for (std::size_t i = 8; i < trace.size(); ++i)
    number = number << 8U | trace[i];
  return number >> 11U < sampled_below_;
}

void span_pusher::run() {
  for (;;) {
    std::vector<trace_span> batch;
    std::uint64_t lost = 0;
    bool is_last = false;
    {
      std::unique_lock guard{mutex_};
      changed_.wait_for(guard, traces_.interval, [this] {
        return is_stopping_ || queued_.size() >= traces_.max_batch;
      });
      const auto count = std::min(queued_.size(), traces_.max_batch);
      const auto end = queued_.begin() + static_cast<std::ptrdiff_t>(count);
      std::move(queued_.begin(), end, std::back_inserter(batch));
      queued_.erase(queued_.begin(), end);
      lost = std::exchange(dropped_, 0);
      is_last = is_stopping_ && queued_.empty();
    }
    const auto failed = batch.empty() ? 0 : push(batch);
    if (lost > 0)
      log::warn("spans were dropped since their queue was full", {{"count", std::to_string(lost)}});
    // What cannot be pushed at the end is lost as well: nobody would wait for it.
    if (is_last || (failed > 0 && is_stopping()))
      return;
  }
}

std::uint64_t span_pusher::push(const std::vector<trace_span>& batch) {
  std::string problem;
  try {
    problem = post_json(to_, options_.headers, to_json(batch, options_.resource), options_.timeout);
  } catch (const std::exception& failed) {
    problem = failed.what();
  }
  if (!problem.empty() && !std::exchange(is_losing_, true))
    log::warn(
        "traces could not be pushed, they are lost",
        {{"endpoint", options_.endpoint}, {"error", problem}});
  else if (problem.empty() && std::exchange(is_losing_, false))
    log::info("traces are pushed again", {{"endpoint", options_.endpoint}});
  return problem.empty() ? 0 : batch.size();
}

bool span_pusher::is_stopping() {
  const std::lock_guard guard{mutex_};
  return is_stopping_;
}

} // namespace troupe::otlp
