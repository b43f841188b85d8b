// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/retry.hpp"

#include "runtime/rpc/call_metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <random>
#include <unordered_map>
#include <vector>

namespace troupe::rpc {

namespace {

// What gRPC's implementations say about a message that will be as large the next time.
constexpr std::array too_large_texts = {
    std::string_view{"grpc: received message larger than max"},
    std::string_view{"grpc: message after decompression larger than max"},
    std::string_view{"grpc: received message after decompression larger than max"},
    std::string_view{"grpc: trying to send message larger than max"},
    std::string_view{"Received message larger than max"},
    std::string_view{"CLIENT: Received message larger than max"},
    std::string_view{"SERVER: Received message larger than max"},
    std::string_view{"Sent message larger than max"},
    std::string_view{"CLIENT: Sent message larger than max"},
};

double series(double initial, double factor, double maximum, int failed_attempts) noexcept {
  return std::min(maximum, initial * std::pow(factor, failed_attempts - 1));
}

} // namespace

random_source system_random() {
  return [generator = std::mt19937_64{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<double>{0.0, 1.0}(generator);
  };
}

bool is_retryable(const rpc_status& status) noexcept {
  switch (status.code) {
  case status_code::data_loss:
  case status_code::internal:
  case status_code::unknown:
  case status_code::aborted:
  case status_code::out_of_range:
  case status_code::unavailable: return true;
  case status_code::resource_exhausted:
    return std::none_of(too_large_texts.begin(), too_large_texts.end(), [&](std::string_view text) {
      return std::string_view{status.message}.starts_with(text);
    });
  default: return false;
  }
}

duration retry_delay(
    const retry_policy& policy, int failed_attempts, status_code code, double random) noexcept {
  const int count = std::max(1, failed_attempts);
  double millis = series(
      static_cast<double>(policy.initial.count()),
      policy.factor,
      static_cast<double>(policy.maximum.count()),
      count);
  if (code == status_code::resource_exhausted)
    millis = std::max(
        millis,
        series(
            static_cast<double>(policy.throttled_initial.count()),
            policy.throttled_factor,
            static_cast<double>(policy.throttled_maximum.count()),
            count));
  millis *= 1.0 + policy.jitter * (2.0 * random - 1.0);
  return std::chrono::duration_cast<duration>(std::chrono::duration<double, std::milli>{millis});
}

// -- retrying_transport
// -----------------------------------------------------------------------------

struct retrying_transport::state : std::enable_shared_from_this<state> {
  struct attempt_series {
    call what; // its bytes are shared, not copied, by each attempt
    reply_handler on_reply;
    time_point deadline;
    int failed = 0;
    call_id inner = 0;            // the attempt in flight, 0 in a pause
    executor::timer_id pause = 0; // 0 while an attempt is in flight
    bool is_cancelled = false;
    call_counters* counts = nullptr; // null: nobody wants to know
    time_point begun = {};           // the attempt in flight
  };

  state(
      transport& over_,
      executor& runs_on_,
      retry_policy policy_,
      random_source random_,
      call_metrics* counts_)
      : over(&over_), runs_on(&runs_on_), policy(policy_), random(std::move(random_)),
        counts(counts_) {}

  void attempt(call_id id, attempt_series& series, time_point now) {
    series.pause = 0;
    series.begun = now;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(series.deadline - series.begun);
    if (series.counts != nullptr)
      series.counts->began();
    auto what = series.what;
    what.timeout = std::max(left, std::chrono::milliseconds{1});
    series.inner = over->start(
        std::move(what), [self = shared_from_this(), id](rpc_status status, bytes reply) {
          self->ended(id, std::move(status), std::move(reply));
        });
  }

  void ended(call_id id, rpc_status status, bytes reply) {
    const auto found = calls.find(id);
    if (found == calls.end())
      return;
    auto& series = found->second;
    series.inner = 0;
    if (series.counts != nullptr)
      series.counts->ended(runs_on->now() - series.begun, status);
    if (!status.ok() && !series.what.is_tried_once && !series.is_cancelled && is_open
        && is_retryable(status)) {
      ++series.failed;
      const auto delay = retry_delay(policy, series.failed, status.code, random());
      const bool may_try_again =
          policy.maximum_attempts <= 0 || series.failed < policy.maximum_attempts;
      if (may_try_again && runs_on->now() + delay < series.deadline) {
        series.pause = runs_on->schedule(delay, [self = shared_from_this(), id] {
          if (const auto found = self->calls.find(id); found != self->calls.end())
            self->attempt(id, found->second, self->runs_on->now());
        });
        return;
      }
    }
    finish(id, std::move(status), std::move(reply));
  }

  void finish(call_id id, rpc_status status, bytes reply) {
    auto node = calls.extract(id);
    node.mapped().on_reply(std::move(status), std::move(reply));
  }

  void cancel(call_id id) {
    const auto found = calls.find(id);
    if (found == calls.end() || found->second.is_cancelled)
      return;
    found->second.is_cancelled = true;
    if (found->second.pause != 0) {
      runs_on->cancel(found->second.pause);
      found->second.pause = 0;
      // Never inside `cancel`: callers hold references into their own state there.
      runs_on->post([self = shared_from_this(), id] {
        if (self->calls.contains(id))
          self->finish(id, {status_code::cancelled, "the call was cancelled", {}}, {});
      });
    } else if (found->second.inner != 0) {
      over->cancel(found->second.inner);
    }
  }

  transport* over;
  executor* runs_on;
  retry_policy policy;
  random_source random;
  call_metrics* counts;
  std::unordered_map<call_id, attempt_series> calls;
  call_id last_id = 0;
  bool is_open = true;
};

retrying_transport::retrying_transport(
    transport& over,
    executor& runs_on,
    retry_policy policy,
    random_source random,
    call_metrics* counts)
    : state_(std::make_shared<state>(over, runs_on, policy, std::move(random), counts)) {}

retrying_transport::~retrying_transport() {
  state_->is_open = false;
  std::vector<call_id> open;
  open.reserve(state_->calls.size());
  for (auto& [id, series] : state_->calls) {
    open.push_back(id);
    series.counts = nullptr; // may be gone when the last answers come
  }
  for (auto id : open)
    state_->cancel(id);
}

transport::call_id retrying_transport::start(call what, reply_handler on_reply) {
  const auto id = ++state_->last_id;
  const auto now = state_->runs_on->now();
  const auto deadline = now + what.timeout;
  state::attempt_series made{std::move(what), std::move(on_reply), deadline};
  if (state_->counts != nullptr)
    made.counts = &state_->counts->of(made.what.method, made.what.is_long_poll);
  if (made.what.problem.empty()) {
    auto& series = state_->calls.emplace(id, std::move(made)).first->second;
    state_->attempt(id, series, now);
    return id;
  }
  state_->calls.emplace(id, std::move(made));
  state_->runs_on->post([self = state_, id] {
    if (const auto found = self->calls.find(id); found != self->calls.end())
      self->finish(
          id, {status_code::invalid_argument, std::move(found->second.what.problem), {}}, {});
  });
  return id;
}

void retrying_transport::cancel(call_id id) {
  state_->cancel(id);
}

} // namespace troupe::rpc
