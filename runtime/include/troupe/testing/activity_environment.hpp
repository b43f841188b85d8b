// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/implementation.hpp>
#include <troupe/activity/interceptor.hpp>
#include <troupe/cancellation.hpp>
#include <troupe/detail/callable.hpp>
#include <troupe/payload/data_converter.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe {
class client;
class application_error;
} // namespace troupe

namespace troupe::testing {

/// A moment in which a running attempt is asked to stop.
struct activity_stop {
  cancel_reason reason = cancel_reason::requested; ///< what the activity sees
  /// So long after its beginning, for one that waits meanwhile: a coroutine. Zero: before it
  /// begins.
  std::chrono::nanoseconds after{0};
  /// Not zero: at this heartbeat instead, counted from 1; for plain functions too.
  std::size_t at_heartbeat = 0;
};

/// The attempt that an activity believes to be. The defaults are those of a plain first attempt.
struct activity_attempt {
  /// `activity_type`, `started_time` and what else is empty is filled in. Its timeouts count: when
  /// one has passed (the heartbeat timeout from one heartbeat to the next) nobody waits for the
  /// activity any more. The task token is `test-task-token`.
  activity::info info = {};
  /// What the attempt before told by its last heartbeat: `troupe::make_payloads(3)`.
  payloads last_heartbeat = {};
  std::vector<activity_stop> stops = {}; ///< the first that comes counts
  /// So long after its beginning its worker begins to stop (`context::worker_shutdown`); zero:
  /// before it begins; absent: it does not.
  std::optional<std::chrono::nanoseconds> worker_stops_after = {};
};

/// What came of an attempt, as the service would be told.
struct activity_outcome {
  /// How it ended.
  enum class kind {
    completed, ///< see `value`
    failed,    ///< see `error`; the service would try again if the error lets it
    canceled,  ///< after it was asked to stop by `cancel_reason::requested`; see `details`
    later,     ///< somebody else completes it: `context::complete_later`
    too_late,  ///< one of its timeouts passed first
  };

  kind what = kind::failed;                  ///< how it ended
  payload value;                             ///< of a completed one, decoded by the codec
  payloads details;                          ///< of a canceled one: what its `canceled_error` had
  std::exception_ptr error;                  ///< of a failed one, as its workflow would see it
  std::vector<payloads> heartbeats;          ///< all that it told, also those that a worker skips
  std::chrono::nanoseconds took{};           ///< by the environment's clock
  cancel_reason asked = cancel_reason::none; ///< why it was asked to stop, if it was

  /// The result; throws `error`, or `std::logic_error` if it has neither.
  template <class Result>
  [[nodiscard]] Result get(const data_converter& converter = {}) const {
    throw_unless_completed();
    if constexpr (!std::is_void_v<Result>)
      return converter.from_payload<Result>(value);
  }
  /// What it told by its heartbeat of that number, from 0 on: the value at `index`. Throws
  /// `std::out_of_range` if it did not.
  template <class T>
  [[nodiscard]] T
  heartbeat(std::size_t number, std::size_t index = 0, const data_converter& converter = {}) const {
    return converter.from_payload<T>(heartbeats.at(number).at(index));
  }
  /// What a failed one threw, with its type, its details and how it may be tried again; throws
  /// `std::logic_error` if it did not fail with such an error.
  [[nodiscard]] const application_error& failure() const;

private:
  void throw_unless_completed() const;
};

/// Runs activities without a service, a worker or a network: the code that serves them in a worker,
/// arguments, results and errors written and read back as on the wire.
///
///     testing::activity_environment env;
///     env.add(activity::implement<import_rows>(&import_all));
///     auto done = env.run<import_rows>({.stops = {{.after = 1min}}}, rows);
///
/// Time is virtual: `context.sleep` and timeouts pass at once. Plain functions run on the calling
/// thread, for which the time stands still. One attempt, no retries. One thread at a time.
class activity_environment {
public:
  /// What activities are given.
  struct options {
    std::string name_space = "test-namespace";  ///< what activities are told
    std::string task_queue = "test-task-queue"; ///< what activities are told
    data_converter converter = {};              ///< of arguments, results, heartbeats
    /// Whose calls activities make by `context.client()`; an activity's time stands still
    /// meanwhile.
    troupe::client* client = nullptr;
    /// Of the worker; outermost first.
    std::vector<std::shared_ptr<const activity::interceptor>> interceptors = {};
  };

  activity_environment();
  /// One without activities yet.
  explicit activity_environment(options with);
  /// Only between calls.
  activity_environment(activity_environment&&) noexcept;
  /// Only between calls.
  activity_environment& operator=(activity_environment&&) noexcept;
  ~activity_environment();

  /// Throws `std::invalid_argument` as a worker does.
  void add(activity::implementation what);

  /// Runs an activity by its contract.
  template <const auto& Contract, class... Args>
  [[nodiscard]] activity_outcome
  run(const activity_attempt& attempt, const Args&... arguments) const {
    using contract_type = activity::detail::contract_of<Contract>;
    static_assert(
        activity::detail::is_contract<contract_type>,
        "name an activity contract: env.run<compose_greeting>({}, arguments...)");
    if constexpr (activity::detail::is_contract<contract_type>) {
      using wanted = typename contract_type::arguments;
      constexpr bool fit = takes<wanted, const Args&...>;
      static_assert(
          takes<wanted, const Args&...>,
          "these arguments do not fit the activity's contract: they are too many, too few or "
          "of other types");
      if constexpr (fit)
        return run_raw(
            Contract.name,
            std::apply(
                [this](const auto&... each) { return converter().to_payloads(each...); },
                wanted{arguments...}),
            attempt);
      else
        return {};
    } else
      return {};
  }
  /// By name and with encoded arguments, as a caller in another language could ask for it.
  [[nodiscard]] activity_outcome
  run_raw(std::string_view type, payloads arguments, const activity_attempt& attempt = {}) const;

  /// What activities have counted by `context.metrics()`, as Prometheus reads it: `orders{...} 3`.
  [[nodiscard]] std::string metrics_text() const;

private:
  template <class Wanted, class... Given>
  static constexpr bool takes = false;
  template <class... Wanted, class... Given>
    requires(sizeof...(Wanted) == sizeof...(Given))
  static constexpr bool takes<std::tuple<Wanted...>, Given...> =
      (troupe::detail::passes_as<Given, Wanted> && ...);
  [[nodiscard]] const data_converter& converter() const noexcept;

  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::testing
