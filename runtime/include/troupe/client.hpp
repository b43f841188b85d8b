// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/admin.hpp>
#include <troupe/client/description.hpp>
#include <troupe/client/errors.hpp>
#include <troupe/client/history.hpp>
#include <troupe/client/page_range.hpp>
#include <troupe/client/start_workflow_options.hpp>
#include <troupe/client/workflow_handle.hpp>
#include <troupe/connection.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/workflow/traits.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe {

namespace detail {

// Looks inside only where there is a workflow, since return types are formed before constraints are
// asked.
template <class T>
struct workflow_result {};
template <workflow_class T>
struct workflow_result<T> {
  using type = typename workflow_traits<T>::result;
};
template <class T>
using workflow_result_t = typename workflow_result<T>::type;

template <class Wanted>
struct start_args;
template <class... Wanted>
struct start_args<std::tuple<Wanted...>> {
  static payloads encode(const data_converter& with, std::decay_t<Wanted>... args) {
    return with.to_payloads(args...);
  }
};

} // namespace detail

/// Starts workflows and looks after them, in one namespace of one service.
///
/// A cheap value; copies share one connection and its thread. Thread-safe. Calls block, retry what
/// may go away by itself within `connection_options::rpc_timeout`, and throw `rpc_error`. To be
/// asynchronous, call from your own threads; handlers of Nexus operations have their own way.
class client {
public:
  /// Connects and checks that a Temporal service answers (GetSystemInfo), unless `options.lazy`.
  /// Throws `connection_error` with what to do.
  [[nodiscard]] static client
  connect(connection_options options = {}, data_converter converter = {});

  [[nodiscard]] const connection_options& options() const noexcept; ///< resolved
  [[nodiscard]] const std::string& name_space() const noexcept { return options().name_space; }
  [[nodiscard]] const data_converter& converter() const noexcept;

  // -- workflows ----------------------------------------------------------------------------------

  /// Starts a workflow that is a C++ class: `client.start_workflow<greeter>({.id = "g-1",
  /// .task_queue = "q"}, "Ann")`. Throws `workflow_already_started_error`.
  template <detail::workflow_class Workflow, class... Args>
  workflow_handle<detail::workflow_result_t<Workflow>>
  start_workflow(start_workflow_options options, Args&&... args) const {
    using traits = workflow_traits<Workflow>;
    constexpr bool fit = detail::workflow_arguments<typename traits::args, Args&&...>::check();
    if constexpr (fit)
      return workflow_handle<typename traits::result>{start_payloads(
          traits::name,
          std::move(options),
          detail::start_args<typename traits::args>::encode(
              converter(), std::forward<Args>(args)...))};
    else
      throw std::logic_error("does not compile");
  }

  /// Starts a workflow known by name, e.g. one written in another language.
  template <class Result = payloads, class... Args>
    requires(!detail::workflow_class<Result>)
  workflow_handle<Result>
  start_workflow(std::string_view type, start_workflow_options options, const Args&... args) const {
    return workflow_handle<Result>{
        start_payloads(type, std::move(options), converter().to_payloads(args...))};
  }

  /// Starts and waits for the result.
  template <detail::workflow_class Workflow, class... Args>
  detail::workflow_result_t<Workflow>
  execute_workflow(start_workflow_options options, Args&&... args) const {
    return start_workflow<Workflow>(std::move(options), std::forward<Args>(args)...).result();
  }
  template <class Result = payloads, class... Args>
    requires(!detail::workflow_class<Result>)
  Result execute_workflow(
      std::string_view type, start_workflow_options options, const Args&... args) const {
    return start_workflow<Result>(type, std::move(options), args...).result();
  }

  /// Starts with arguments that are encoded already (the codec included).
  [[nodiscard]] untyped_workflow_handle
  start_payloads(std::string_view type, start_workflow_options options, payloads args) const;

  /// A workflow by id (and run); nothing is sent, so it need not exist.
  template <class Result = payloads>
  [[nodiscard]] workflow_handle<Result>
  get_workflow(std::string id, std::string run_id = {}) const {
    return workflow_handle<Result>{{connection_, std::move(id), std::move(run_id), {}}};
  }

  /// Workflows that match a visibility query (`WorkflowType = 'x' AND ExecutionStatus =
  /// 'Running'`), newest first; empty: all.
  [[nodiscard]] page_range<workflow_summary>
  list_workflows(std::string query = {}, int page_size = 0) const;
  [[nodiscard]] std::int64_t count_workflows(std::string query = {}) const;

  // -- namespaces ---------------------------------------------------------------------------------

  void create_namespace(const namespace_options& options) const;
  [[nodiscard]] namespace_description describe_namespace(std::string_view name) const;
  [[nodiscard]] page_range<namespace_description> list_namespaces() const;

  // -- Nexus endpoints ----------------------------------------------------------------------------

  nexus_endpoint create_nexus_endpoint(const nexus_endpoint_options& options) const;
  [[nodiscard]] nexus_endpoint get_nexus_endpoint(std::string_view id) const;
  [[nodiscard]] page_range<nexus_endpoint> list_nexus_endpoints() const;
  /// The endpoint of that name; `rpc_error` with `not_found` if there is none.
  [[nodiscard]] nexus_endpoint find_nexus_endpoint(std::string_view name) const;
  /// Replaces everything but the id; refused if `changed.version` is no longer the current one.
  nexus_endpoint update_nexus_endpoint(const nexus_endpoint& changed) const;
  void delete_nexus_endpoint(std::string_view id, std::int64_t version) const;

  // -- for the layers above -----------------------------------------------------------------------

  /// Shared by all copies; defined in `runtime/client/client_connection.hpp`.
  explicit client(std::shared_ptr<client_connection> connection)
      : connection_(std::move(connection)) {}
  [[nodiscard]] const std::shared_ptr<client_connection>& connection() const noexcept {
    return connection_;
  }

private:
  std::shared_ptr<client_connection> connection_;
};

} // namespace troupe
