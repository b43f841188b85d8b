// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cancellation.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/nexus/interceptor.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/rpc_status.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe {
class client;
}

namespace troupe::testing {

/// A request as the service would send it. The defaults are those of a plain call.
struct nexus_request {
  std::vector<std::pair<std::string, std::string>> headers = {}; ///< of the request
  std::string request_id = "test-request-id";                    ///< the caller's
  /// Where an async operation would tell of its end.
  std::string callback_url = "temporal://system";
  std::vector<std::pair<std::string, std::string>> callback_headers = {}; ///< that go with it
  std::vector<nexus::link> links = {};    ///< to where the request comes from
  std::string endpoint = "test-endpoint"; ///< the endpoint that it came by
  /// Sent as the `request-timeout` header; the request is cancelled when it has passed. Zero: no
  /// limit.
  std::chrono::milliseconds timeout{10'000};
  /// So long after the start the worker has waited for long enough while it shuts down, and cancels
  /// its handlers (`context::cancellation`). Zero: it does not.
  std::chrono::milliseconds shutdown_after{0};
  /// So long after the start it begins to (`context::worker_shutdown`). Zero: with
  /// `shutdown_after`.
  std::chrono::milliseconds shutdown_begins_after{0};
};

/// The workflow that a handler asked for, as it would have been started.
struct started_workflow {
  std::string type;       ///< the name of its code
  std::string id;         ///< the workflow's
  std::string task_queue; ///< where it was started
  std::string request_id; ///< of the start
  /// What the handler wants if one runs already.
  workflow_id_conflict_policy conflict_policy = workflow_id_conflict_policy::unspecified;
  payloads arguments; ///< encoded, as they would be sent
};

/// The update that a handler asked for, as it would have been sent.
struct started_update {
  std::string name;        ///< of its handler
  std::string workflow_id; ///< whose it is
  std::string run_id;      ///< empty: the current one
  std::string update_id;   ///< its own
  payloads arguments;      ///< encoded, as they would be sent
};

/// The activity that a handler asked for, as it would have been started.
struct started_activity {
  std::string type;       ///< the name of its code
  std::string id;         ///< the activity's
  std::string task_queue; ///< where it was started
  payloads arguments;     ///< encoded, as they would be sent
};

/// What came of a request.
struct nexus_outcome {
  /// How a request ended.
  enum class kind {
    succeeded, ///< a start that was done at once, or a cancel that was accepted
    started,   ///< the operation goes on; see `token`
    failed,    ///< the operation failed or was canceled: `error` is a `nexus::operation_error`
    refused,   ///< the request could not be served: `error` is a `nexus::handler_error`
    too_late,  ///< the request's time passed before there was an answer
  };

  kind what = kind::too_late;               ///< how it ended
  payload value;                            ///< of a successful start
  std::string token;                        ///< of a started operation
  std::vector<nexus::link> links;           ///< what the handler and the runtime linked to
  std::optional<started_workflow> workflow; ///< if the operation is a workflow
  std::optional<started_update> update;     ///< if it is an update
  std::optional<started_activity> activity; ///< if it is an activity
  /// The id of the workflow that a cancel request cancelled.
  std::optional<std::string> cancelled_workflow;
  std::optional<std::string> cancelled_activity; ///< the same of an activity
  std::exception_ptr error;                      ///< of `failed` and `refused`

  /// The result of a successful start; throws `error` otherwise, or `std::logic_error` if there is
  /// none.
  template <class Output>
  [[nodiscard]] Output get(const data_converter& converter = {}) const {
    throw_unless_succeeded();
    if constexpr (!std::is_void_v<Output>)
      return converter.from_payload<Output>(value);
  }

  /// The `nexus::handler_error` of a refused request, the `nexus::operation_error` of a failed one;
  /// throws `std::logic_error` if the outcome is another.
  [[nodiscard]] nexus::handler_error handler_error() const;
  /// What an operation that failed, or was cancelled, failed with.
  [[nodiscard]] nexus::operation_error operation_error() const;

private:
  void throw_unless_succeeded() const;
};

/// Runs Nexus handlers without a service, a worker or a network: the same code that serves them in
/// a worker, answers written and read back as on the wire.
///
/// Time is virtual: `context.sleep` and deadlines pass at once. Plain functions run on the calling
/// thread. Workflows, updates and activities are not run: an operation that is one of them ends as
/// `started`, unless `refuse_calls` says otherwise. One thread at a time.
class nexus_environment {
public:
  /// Where handlers believe to be, and what they are given.
  struct options {
    std::string name_space = "test-namespace";  ///< what handlers are told
    std::string task_queue = "test-task-queue"; ///< what handlers are told
    data_converter converter = {};              ///< of inputs and results
    /// Whose calls handlers make by `context.client()`. A handler's time stands still meanwhile.
    troupe::client* client = nullptr;
    /// Of the worker; outermost first.
    std::vector<std::shared_ptr<const nexus::interceptor>> interceptors = {};
  };

  nexus_environment();
  /// One without handlers yet.
  explicit nexus_environment(options with);
  /// Only between calls.
  nexus_environment(nexus_environment&&) noexcept;
  /// Only between calls.
  nexus_environment& operator=(nexus_environment&&) noexcept;
  ~nexus_environment();

  /// Throws `std::invalid_argument` as a worker does.
  void add(nexus::service_handler service);

  /// The calls to the service that operations need (starting and cancelling what they go on as) end
  /// like this from now on.
  void refuse_calls(rpc_status with);

  /// Starts an operation of a contract: `env.start<hello_service, hello_service::echo>({"hi"})`.
  template <class Service, const auto& Operation>
  [[nodiscard]] nexus_outcome start(
      const typename std::remove_cvref_t<decltype(Operation)>::input& input,
      const nexus_request& request = {}) {
    (void)nexus::detail::check_listed<Service, Operation>();
    return start_raw(Service::service_name, Operation.name, converter().to_payload(input), request);
  }
  /// The same for an operation without input.
  template <class Service, const auto& Operation>
    requires std::is_void_v<typename std::remove_cvref_t<decltype(Operation)>::input>
  [[nodiscard]] nexus_outcome start(const nexus_request& request = {}) {
    (void)nexus::detail::check_listed<Service, Operation>();
    return start_raw(
        Service::service_name, Operation.name, converter().to_payload(nullptr), request);
  }

  /// By name and with any payload, as a caller in another language could send it.
  [[nodiscard]] nexus_outcome start_raw(
      std::string_view service,
      std::string_view operation,
      payload input,
      const nexus_request& request = {});

  /// Asks the handler of the operation to cancel what the token stands for.
  [[nodiscard]] nexus_outcome cancel(
      std::string_view service,
      std::string_view operation,
      std::string_view token,
      const nexus_request& request = {});

  /// What handlers have counted by `context.metrics()`, as Prometheus reads it: `orders{...} 3`.
  [[nodiscard]] std::string metrics_text() const;

private:
  [[nodiscard]] const data_converter& converter() const noexcept;

  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::testing
