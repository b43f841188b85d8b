// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/contract.hpp>
#include <troupe/client/admin.hpp>
#include <troupe/client/batch.hpp>
#include <troupe/client/call.hpp>
#include <troupe/client/description.hpp>
#include <troupe/client/detail/client_jobs.hpp>
#include <troupe/client/message.hpp>
#include <troupe/client/nexus_client.hpp>
#include <troupe/client/pages.hpp>
#include <troupe/client/standalone_activity.hpp>
#include <troupe/client/start_workflow_options.hpp>
#include <troupe/client/workflow_handle.hpp>
#include <troupe/connection.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/rpc_options.hpp>
#include <troupe/workflow/traits.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe {

/// What a client does: the members of `client`, which block and give a `T`, and of `async_client`,
/// which give a `call<T>`. `returned<T>` is the one or the other, as are the kinds of handles.
template <class Style>
class basic_client {
  template <class T>
  using returned = typename Style::template returned<T>;
  template <class T>
  using pages = typename Style::template pages<T>;
  template <class R>
  using workflow_of = typename Style::template workflow<R>;
  template <class R>
  using activity_of = typename Style::template activity<R>;
  template <class R>
  using operation_of = typename Style::template operation<R>;
  template <class Result, class R>
  using updated_of = typename Style::template updated<Result, R>;

public:
  /// Made by the library.
  explicit basic_client(detail::call_origin to) : origin_(std::move(to)) {}

  [[nodiscard]] const connection_options& options() const noexcept { ///< resolved
    return detail::options_of(origin_);
  }
  /// That calls are about unless they say another one.
  [[nodiscard]] const std::string& name_space() const noexcept { return options().name_space; }
  /// Of arguments and results.
  [[nodiscard]] const data_converter& converter() const noexcept {
    return detail::converter_of(origin_);
  }

  // -- workflows ----------------------------------------------------------------------------------

  /// Starts a workflow that is a C++ class: `client.start_workflow<greeter>({.id = "g-1",
  /// .task_queue = "q"}, "Ann")`. Throws `workflow_already_started_error`.
  template <detail::workflow_class Workflow, class... Args>
  returned<workflow_of<detail::workflow_result_t<Workflow>>>
  start_workflow(start_workflow_options options, Args&&... args) const {
    return start<detail::workflow_result_t<Workflow>>(
        start_of<Workflow>(std::move(options), std::forward<Args>(args)...));
  }

  /// Starts a workflow known by name, e.g. one written in another language.
  template <class Result = payloads, class... Args>
    requires(!detail::workflow_class<Result>)
  returned<workflow_of<Result>>
  start_workflow(std::string_view type, start_workflow_options options, const Args&... args) const {
    return start<Result>(named_start(type, std::move(options), args...));
  }

  /// Starts with arguments that are encoded already (the codec included).
  [[nodiscard]] returned<typename Style::untyped_workflow>
  start_payloads(std::string_view type, start_workflow_options options, payloads args) const {
    return Style::give(detail::typed<typename Style::untyped_workflow>(
        detail::start_job(origin_, {std::string{type}, std::move(options), std::move(args)})));
  }

  /// Starts and waits for the result.
  template <detail::workflow_class Workflow, class... Args>
  returned<detail::workflow_result_t<Workflow>>
  execute_workflow(start_workflow_options options, Args&&... args) const {
    return Style::give(detail::decoded<detail::workflow_result_t<Workflow>>(detail::execute_job(
        origin_, start_of<Workflow>(std::move(options), std::forward<Args>(args)...))));
  }
  /// The same by name: nothing checks the arguments.
  template <class Result = payloads, class... Args>
    requires(!detail::workflow_class<Result>)
  returned<Result> execute_workflow(
      std::string_view type, start_workflow_options options, const Args&... args) const {
    return Style::give(detail::decoded<Result>(
        detail::execute_job(origin_, named_start(type, std::move(options), args...))));
  }

  /// Signals the workflow that has the id, and starts it before if none runs:
  /// `client.signal_with_start_workflow<order>({.id = "o-1", .task_queue = "q"},
  /// troupe::message("approve", 7), "Ann")`. Nothing comes between the start and the signal.
  template <detail::workflow_class Workflow, class... SignalArgs, class... Args>
  returned<workflow_of<detail::workflow_result_t<Workflow>>> signal_with_start_workflow(
      start_workflow_options options,
      const named_message<SignalArgs...>& signal,
      Args&&... args) const {
    return signal_with_start<detail::workflow_result_t<Workflow>>(
        start_of<Workflow>(std::move(options), std::forward<Args>(args)...), signal);
  }
  /// The same by name.
  template <class Result = payloads, class... SignalArgs, class... Args>
    requires(!detail::workflow_class<Result>)
  returned<workflow_of<Result>> signal_with_start_workflow(
      std::string_view type,
      start_workflow_options options,
      const named_message<SignalArgs...>& signal,
      const Args&... args) const {
    return signal_with_start<Result>(named_start(type, std::move(options), args...), signal);
  }

  /// Updates the workflow that has the id, and starts it before if none runs; the options' conflict
  /// policy has to say what happens to a running one (`use_existing`, as a rule). Waits until the
  /// update is accepted, or what `update_options` between message and arguments say:
  /// `client.update_with_start_workflow<cart, int>({...}, troupe::message("add", 3), "Ann")`.
  template <detail::workflow_class Workflow, class R = payloads, class... UpdateArgs, class... Args>
    requires(!detail::begins_with_options<std::remove_cvref_t<Args>...>)
  returned<updated_of<detail::workflow_result_t<Workflow>, R>> update_with_start_workflow(
      start_workflow_options options,
      const named_message<UpdateArgs...>& update,
      Args&&... args) const {
    return update_with_start_workflow<Workflow, R>(
        std::move(options), update, update_options{}, std::forward<Args>(args)...);
  }
  /// The same with options of the update.
  template <detail::workflow_class Workflow, class R = payloads, class... UpdateArgs, class... Args>
  returned<updated_of<detail::workflow_result_t<Workflow>, R>> update_with_start_workflow(
      start_workflow_options options,
      const named_message<UpdateArgs...>& update,
      update_options how,
      Args&&... args) const {
    return update_with_start<detail::workflow_result_t<Workflow>, R>(
        start_of<Workflow>(std::move(options), std::forward<Args>(args)...),
        update,
        std::move(how));
  }
  /// The same for a workflow known by name: `<Result, UpdateResult>`.
  template <class Result = payloads, class R = payloads, class... UpdateArgs, class... Args>
    requires(!detail::workflow_class<Result>)
  returned<updated_of<Result, R>> update_with_start_workflow(
      std::string_view type,
      start_workflow_options options,
      const named_message<UpdateArgs...>& update,
      update_options how,
      const Args&... args) const {
    return update_with_start<Result, R>(
        named_start(type, std::move(options), args...), update, std::move(how));
  }

  /// The same by a contract, which says the update's result:
  /// `client.update_with_start_workflow<cart_workflow>({...}, troupe::message<cart::add>(3),
  /// "Ann")`.
  template <detail::workflow_class Workflow, class R, class... UpdateArgs, class... Args>
    requires(!detail::begins_with_options<std::remove_cvref_t<Args>...>)
  returned<updated_of<detail::workflow_result_t<Workflow>, R>> update_with_start_workflow(
      start_workflow_options options,
      const contract_message<R, UpdateArgs...>& update,
      Args&&... args) const {
    return update_with_start_workflow<Workflow>(
        std::move(options), update, update_options{}, std::forward<Args>(args)...);
  }
  /// The same with options of the update.
  template <detail::workflow_class Workflow, class R, class... UpdateArgs, class... Args>
  returned<updated_of<detail::workflow_result_t<Workflow>, R>> update_with_start_workflow(
      start_workflow_options options,
      const contract_message<R, UpdateArgs...>& update,
      update_options how,
      Args&&... args) const {
    return update_with_start<detail::workflow_result_t<Workflow>, R>(
        start_of<Workflow>(std::move(options), std::forward<Args>(args)...),
        update,
        std::move(how));
  }

  /// The same to the end of the update, whose result it gives.
  template <detail::workflow_class Workflow, class R = payloads, class... UpdateArgs, class... Args>
  returned<R> execute_update_with_start_workflow(
      start_workflow_options options,
      const named_message<UpdateArgs...>& update,
      update_options how,
      Args&&... args) const {
    return execute_update_with_start<R>(
        start_of<Workflow>(std::move(options), std::forward<Args>(args)...),
        update,
        std::move(how));
  }
  /// The same by name.
  template <class R = payloads, class... UpdateArgs, class... Args>
    requires(!detail::workflow_class<R>)
  returned<R> execute_update_with_start_workflow(
      std::string_view type,
      start_workflow_options options,
      const named_message<UpdateArgs...>& update,
      update_options how,
      const Args&... args) const {
    return execute_update_with_start<R>(
        named_start(type, std::move(options), args...), update, std::move(how));
  }

  /// The same by a contract, which says the update's result.
  template <detail::workflow_class Workflow, class R, class... UpdateArgs, class... Args>
  returned<R> execute_update_with_start_workflow(
      start_workflow_options options,
      const contract_message<R, UpdateArgs...>& update,
      update_options how,
      Args&&... args) const {
    return execute_update_with_start<R>(
        start_of<Workflow>(std::move(options), std::forward<Args>(args)...),
        update,
        std::move(how));
  }

  /// A workflow by id (and run); nothing is sent, so it need not exist.
  template <class Result = payloads>
  [[nodiscard]] workflow_of<Result> get_workflow(std::string id, std::string run_id = {}) const {
    return workflow_of<Result>{{origin_, std::move(id), std::move(run_id), {}}};
  }

  /// Workflows that match a visibility query (`WorkflowType = 'x' AND ExecutionStatus =
  /// 'Running'`), newest first; empty: all.
  [[nodiscard]] pages<workflow_summary>
  list_workflows(std::string query = {}, int page_size = 0) const {
    return Style::give(detail::workflow_pages(origin_, std::move(query), page_size));
  }
  /// How many runs the filter takes; all without one.
  [[nodiscard]] returned<std::int64_t> count_workflows(std::string query = {}) const {
    return Style::give(
        call<std::int64_t>{detail::count_job(origin_, std::move(query)).job, &detail::take_count});
  }
  /// The same by groups, of a query that ends in `GROUP BY ExecutionStatus`, say. By which fields
  /// a service groups is its own matter; all do by that one.
  [[nodiscard]] returned<grouped_count> count_workflows_by_group(std::string query) const {
    return Style::give(call<grouped_count>{detail::count_job(origin_, std::move(query))});
  }

  // -- batch operations ---------------------------------------------------------------------------

  /// Has the service do the same to many workflows; gives the operation's id, for
  /// `describe_batch`. Done when it is recorded; it goes on by itself. Throws `rpc_error`
  /// (`resource_exhausted` if as many run as the service lets).
  returned<std::string>
  start_batch(const batch_options& options, const batch_operation& what) const {
    return Style::give(call<std::string>{detail::start_batch_job(origin_, options, what)});
  }
  /// Has the service signal many: `client.start_batch({.query = "...", .reason = "..."},
  /// troupe::message("approve", 7))`.
  template <class... Args>
  returned<std::string>
  start_batch(const batch_options& options, const named_message<Args...>& signal) const {
    return start_batch(
        options,
        batch_signal{
            signal.name,
            std::apply(
                [&](const auto&... each) { return converter().to_payloads(each...); }, signal.args),
            {}});
  }
  /// Throws `rpc_error` (`not_found` if there is none of that id).
  [[nodiscard]] returned<batch_description> describe_batch(std::string_view id) const {
    return Style::give(call<batch_description>{detail::describe_batch_job(origin_, id)});
  }
  /// Those of the namespace, newest first.
  [[nodiscard]] pages<batch_summary> list_batches(int page_size = 0) const {
    return Style::give(detail::batch_pages(origin_, page_size));
  }
  /// Ends it where it stands; what is done stays so. Throws `rpc_error` (`not_found` if it runs no
  /// more).
  returned<void> stop_batch(std::string_view id, std::string reason) const {
    return Style::give(call<void>{detail::stop_batch_job(origin_, id, std::move(reason))});
  }

  // -- activities without a workflow --------------------------------------------------------------

  /// Starts an activity by its contract: `client.start_activity<charge>({.id = "charge-7",
  /// .task_queue = "q", .start_to_close_timeout = 10s}, order)`. Throws
  /// `activity_already_started_error`.
  template <const auto& Activity, class... Given>
  returned<activity_of<detail::standalone_result_t<Activity>>>
  start_activity(start_activity_options options, const Given&... args) const {
    using result = detail::standalone_result_t<Activity>;
    return Style::give(detail::typed<activity_of<result>>(detail::start_activity_job(
        origin_, activity_start<Activity>(std::move(options), args...))));
  }
  /// The same by the name of its type: nothing checks the arguments.
  template <class Result = payloads, class... Args>
  returned<activity_of<Result>>
  start_activity(std::string_view type, start_activity_options options, const Args&... args) const {
    return Style::give(detail::typed<activity_of<Result>>(detail::start_activity_job(
        origin_, {std::string{type}, std::move(options), converter().to_payloads(args...)})));
  }
  /// Starts it and waits for its result.
  template <const auto& Activity, class... Given>
  returned<detail::standalone_result_t<Activity>>
  execute_activity(start_activity_options options, const Given&... args) const {
    return Style::give(
        detail::decoded<detail::standalone_result_t<Activity>>(detail::execute_activity_job(
            origin_, activity_start<Activity>(std::move(options), args...))));
  }
  /// The same by the name of its type: nothing checks the arguments.
  template <class Result = payloads, class... Args>
  returned<Result> execute_activity(
      std::string_view type, start_activity_options options, const Args&... args) const {
    return Style::give(detail::decoded<Result>(detail::execute_activity_job(
        origin_, {std::string{type}, std::move(options), converter().to_payloads(args...)})));
  }
  /// An activity by id (and run); nothing is sent, so it need not exist.
  template <class Result = payloads>
  [[nodiscard]] activity_of<Result> get_activity(std::string id, std::string run_id = {}) const {
    return activity_of<Result>{detail::standalone_ref{origin_, std::move(id), std::move(run_id)}};
  }
  /// Activities without a workflow that match a visibility query (`ActivityType = 'x' AND
  /// ExecutionStatus = 'Running'`), newest first; empty: all.
  [[nodiscard]] pages<activity_summary>
  list_activities(std::string query = {}, int page_size = 0) const {
    return Style::give(detail::activity_pages(origin_, std::move(query), page_size));
  }
  /// How many the filter takes; all without one.
  [[nodiscard]] returned<std::int64_t> count_activities(std::string query = {}) const {
    return Style::give(call<std::int64_t>{
        detail::count_activities_job(origin_, std::move(query)).job, &detail::take_count});
  }
  /// The same by groups: `"ActivityType = 'x' GROUP BY ExecutionStatus"`.
  [[nodiscard]] returned<grouped_count> count_activities_by_group(std::string query) const {
    return Style::give(
        call<grouped_count>{detail::count_activities_job(origin_, std::move(query))});
  }

  // -- Nexus operations without a workflow --------------------------------------------------------

  /// Calls the operations of a contract at this endpoint.
  template <class Service>
  [[nodiscard]] basic_nexus_client<Style, Service> nexus_client(std::string endpoint) const {
    static_assert(nexus::detail::check_contract<Service>());
    return {origin_, std::move(endpoint), std::string{Service::service_name}};
  }
  /// Calls operations of a service by their names: nothing checks their types.
  [[nodiscard]] basic_nexus_client<Style, void>
  nexus_client(std::string endpoint, std::string service) const {
    return {origin_, std::move(endpoint), std::move(service)};
  }
  /// An operation by id (and run); nothing is sent, so it need not exist.
  template <class Result = payload>
  [[nodiscard]] operation_of<Result> get_operation(std::string id, std::string run_id = {}) const {
    return operation_of<Result>{detail::standalone_ref{origin_, std::move(id), std::move(run_id)}};
  }
  /// Operations without a workflow that match a visibility query (`Endpoint = 'x' AND
  /// ExecutionStatus = 'Running'`; also by `Service`, `Operation`, `OperationId`), newest first;
  /// empty: all.
  [[nodiscard]] pages<operation_summary>
  list_operations(std::string query = {}, int page_size = 0) const {
    return Style::give(detail::operation_pages(origin_, std::move(query), page_size));
  }
  /// How many the filter takes; all without one.
  [[nodiscard]] returned<std::int64_t> count_operations(std::string query = {}) const {
    return Style::give(call<std::int64_t>{
        detail::count_operations_job(origin_, std::move(query)).job, &detail::take_count});
  }
  /// The same by groups: `"Endpoint = 'x' GROUP BY ExecutionStatus"`.
  [[nodiscard]] returned<grouped_count> count_operations_by_group(std::string query) const {
    return Style::give(
        call<grouped_count>{detail::count_operations_job(origin_, std::move(query))});
  }

  // -- namespaces ---------------------------------------------------------------------------------

  /// Throws `rpc_error` (`already_exists`) if there is one of that name.
  returned<void> create_namespace(const namespace_options& with) const {
    return Style::give(call<void>{detail::create_namespace_job(origin_, with)});
  }
  /// Throws `rpc_error` (`not_found`) if there is none.
  [[nodiscard]] returned<namespace_description> describe_namespace(std::string_view name) const {
    return Style::give(call<namespace_description>{detail::describe_namespace_job(origin_, name)});
  }
  /// All of the service.
  [[nodiscard]] pages<namespace_description> list_namespaces() const {
    return Style::give(detail::namespace_pages(origin_));
  }

  // -- Nexus endpoints ----------------------------------------------------------------------------

  /// Throws `rpc_error` (`already_exists`) if there is one of that name.
  returned<nexus_endpoint> create_nexus_endpoint(const nexus_endpoint_options& with) const {
    return Style::give(call<nexus_endpoint>{detail::create_endpoint_job(origin_, with)});
  }
  /// Throws `rpc_error` (`not_found`) if there is none.
  [[nodiscard]] returned<nexus_endpoint> get_nexus_endpoint(std::string_view id) const {
    return Style::give(call<nexus_endpoint>{detail::get_endpoint_job(origin_, id)});
  }
  /// All of the service.
  [[nodiscard]] pages<nexus_endpoint> list_nexus_endpoints() const {
    return Style::give(detail::endpoint_pages(origin_));
  }
  /// The endpoint of that name; `rpc_error` with `not_found` if there is none.
  [[nodiscard]] returned<nexus_endpoint> find_nexus_endpoint(std::string_view name) const {
    return Style::give(call<nexus_endpoint>{detail::find_endpoint_job(origin_, name)});
  }
  /// Replaces everything but the id; refused if `changed.version` is no longer the current one.
  returned<nexus_endpoint> update_nexus_endpoint(const nexus_endpoint& changed) const {
    return Style::give(call<nexus_endpoint>{detail::update_endpoint_job(origin_, changed)});
  }
  /// `version` as it was read: throws if somebody has changed it meanwhile.
  returned<void> delete_nexus_endpoint(std::string_view id, std::int64_t version) const {
    return Style::give(call<void>{detail::delete_endpoint_job(origin_, id, version)});
  }

  // -- any call -----------------------------------------------------------------------------------

  /// Makes a call that has no member here: a method by its name, with the request as the bytes of
  /// its protobuf message; gives those of the answer. Methods are named
  /// `WorkflowService/GetSystemInfo`, `OperatorService/ListClusters`, or in full where the service
  /// is another one, `grpc.health.v1.Health/Check`:
  ///
  ///     auto answer = client.call_service("WorkflowService/GetSystemInfo", {});
  ///
  /// Tried again as other calls are. Nothing is added: neither namespace nor identity, codec or
  /// interceptors. A long poll takes the time that `rpc_options::timeout` gives, else
  /// `connection_options::rpc_timeout`. Throws `rpc_error` (`unimplemented` if the service has no
  /// such method), `std::invalid_argument` for what cannot be a method's name.
  [[nodiscard]] returned<std::string>
  call_service(std::string_view method, std::string request) const {
    return Style::give(
        call<std::string>{detail::service_call_job(origin_, method, std::move(request))});
  }

  /// For the library.
  [[nodiscard]] const detail::call_origin& origin() const noexcept { return origin_; }

private:
  template <const auto& Activity, class... Given>
  detail::encoded_activity
  activity_start(start_activity_options options, const Given&... args) const {
    using contract = activity::detail::contract_of<Activity>;
    if constexpr (!activity::detail::is_contract<contract>) {
      static_assert(
          activity::detail::is_contract<contract>,
          "name an activity contract: client.start_activity<compose_greeting>(options, "
          "arguments...)");
      return {};
    } else if constexpr (!detail::takes_these_arguments<contract, Given...>) {
      static_assert(
          detail::takes_these_arguments<contract, Given...>,
          "these arguments are not those of the activity's contract: "
          "start_activity<my_activity>(options, arguments...)");
      return {};
    } else {
      auto input = std::apply(
          [&](const auto&... each) { return converter().to_payloads(each...); },
          typename contract::arguments{args...});
      return {std::string{Activity.name}, std::move(options), std::move(input)};
    }
  }
  template <class Workflow, class... Args>
  detail::encoded_start start_of(start_workflow_options options, Args&&... args) const {
    using traits = workflow_traits<Workflow>;
    constexpr bool fit = detail::workflow_arguments<typename traits::args, Args&&...>::check();
    if constexpr (fit) {
      auto input = detail::start_args<typename traits::args>::encode(
          converter_for(options), std::forward<Args>(args)...);
      return {std::string{traits::name}, std::move(options), std::move(input)};
    } else
      return {};
  }
  template <class... Args>
  detail::encoded_start
  named_start(std::string_view type, start_workflow_options options, const Args&... args) const {
    auto input = converter_for(options).to_payloads(args...);
    return {std::string{type}, std::move(options), std::move(input)};
  }
  /// For what belongs to the workflow that is started: a codec may want to know its id.
  [[nodiscard]] data_converter converter_for(start_workflow_options& options) const {
    if (options.id.empty())
      options.id = detail::new_workflow_id();
    return detail::converter_of(origin_, options.id);
  }
  template <class... Args>
  payloads encoded(start_workflow_options& to, const std::tuple<Args...>& args) const {
    return std::apply(
        [with = converter_for(to)](const auto&... each) { return with.to_payloads(each...); },
        args);
  }

  template <class Result>
  returned<workflow_of<Result>> start(detail::encoded_start what) const {
    return Style::give(
        detail::typed<workflow_of<Result>>(detail::start_job(origin_, std::move(what))));
  }
  template <class Result, class... Args>
  returned<workflow_of<Result>>
  signal_with_start(detail::encoded_start what, const named_message<Args...>& signal) const {
    auto args = encoded(what.options, signal.args);
    return Style::give(detail::typed<workflow_of<Result>>(
        detail::signal_with_start_job(origin_, std::move(what), {signal.name, std::move(args)})));
  }
  template <class Result, class R, class... Args>
  returned<updated_of<Result, R>> update_with_start(
      detail::encoded_start what, const named_message<Args...>& update, update_options how) const {
    auto args = encoded(what.options, update.args);
    auto made = detail::update_with_start_job(
        origin_, std::move(what), {update.name, std::move(how), std::move(args)});
    return Style::give(call<updated_of<Result, R>>{
        std::move(made.job), &detail::take_updated<updated_of<Result, R>>});
  }
  template <class R, class... Args>
  returned<R> execute_update_with_start(
      detail::encoded_start what, const named_message<Args...>& update, update_options how) const {
    auto args = encoded(what.options, update.args);
    return Style::give(detail::decoded<R>(detail::execute_update_with_start_job(
        origin_, std::move(what), {update.name, std::move(how), std::move(args)})));
  }

  detail::call_origin origin_;
};

} // namespace troupe
