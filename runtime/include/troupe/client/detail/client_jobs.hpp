// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/contract.hpp>
#include <troupe/client/admin.hpp>
#include <troupe/client/batch.hpp>
#include <troupe/client/call.hpp>
#include <troupe/client/description.hpp>
#include <troupe/client/message.hpp>
#include <troupe/client/pages.hpp>
#include <troupe/client/start_workflow_options.hpp>
#include <troupe/client/workflow_handle.hpp>
#include <troupe/connection.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/workflow/traits.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

/// What the members of clients are made of: arguments that are encoded, and the jobs that
/// `runtime/client` makes of them.
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

template <class Contract>
struct standalone_result {
  using type = refused;
};
template <class Contract>
  requires activity::detail::is_contract<Contract>
struct standalone_result<Contract> {
  using type = typename Contract::result;
};
template <const auto& Activity>
using standalone_result_t =
    typename standalone_result<activity::detail::contract_of<Activity>>::type;

// The name of this condition is part of the compiler's messages.
template <class Contract, class... Given>
inline constexpr bool takes_these_arguments = false;
template <class Result, class... Wanted, class... Given>
  requires(sizeof...(Wanted) == sizeof...(Given))
inline constexpr bool takes_these_arguments<activity::contract<Result(Wanted...)>, Given...> =
    (troupe::detail::passes_as<Given, Wanted> && ...);

/// A workflow start whose arguments are encoded, the codec included.
struct encoded_start {
  std::string type;
  start_workflow_options options;
  payloads args;
};

struct encoded_signal {
  std::string name;
  payloads args;
};

// Made by runtime/client.
[[nodiscard]] const connection_options& options_of(const call_origin& from) noexcept;
[[nodiscard]] std::string new_workflow_id();
[[nodiscard]] job_of<workflow_ref> start_job(const call_origin& from, encoded_start start);
/// Starts it and waits for its result.
[[nodiscard]] job_of<payloads> execute_job(const call_origin& from, encoded_start start);
[[nodiscard]] job_of<workflow_ref>
signal_with_start_job(const call_origin& from, encoded_start start, encoded_signal signal);
[[nodiscard]] job_of<updated_ref>
update_with_start_job(const call_origin& from, encoded_start start, encoded_update update);
/// The same to the end of the update.
[[nodiscard]] job_of<payloads>
execute_update_with_start_job(const call_origin& from, encoded_start start, encoded_update update);
[[nodiscard]] async_pages<workflow_summary>
workflow_pages(const call_origin& from, std::string query, int page_size);
[[nodiscard]] job_of<grouped_count> count_job(const call_origin& from, std::string query);
[[nodiscard]] job_of<std::string> start_batch_job(
    const call_origin& from, const batch_options& options, const batch_operation& operation);
[[nodiscard]] job_of<batch_description>
describe_batch_job(const call_origin& from, std::string_view id);
[[nodiscard]] async_pages<batch_summary> batch_pages(const call_origin& from, int page_size);
[[nodiscard]] job_of<void>
stop_batch_job(const call_origin& from, std::string_view id, std::string reason);
/// Of a grouped count the number of all.
[[nodiscard]] std::int64_t take_count(call_job& job);
[[nodiscard]] job_of<void>
create_namespace_job(const call_origin& from, const namespace_options& options);
[[nodiscard]] job_of<namespace_description>
describe_namespace_job(const call_origin& from, std::string_view name);
[[nodiscard]] async_pages<namespace_description> namespace_pages(const call_origin& from);
[[nodiscard]] job_of<nexus_endpoint>
create_endpoint_job(const call_origin& from, const nexus_endpoint_options& options);
[[nodiscard]] job_of<nexus_endpoint> get_endpoint_job(const call_origin& from, std::string_view id);
[[nodiscard]] async_pages<nexus_endpoint> endpoint_pages(const call_origin& from);
[[nodiscard]] job_of<nexus_endpoint>
find_endpoint_job(const call_origin& from, std::string_view name);
[[nodiscard]] job_of<nexus_endpoint>
update_endpoint_job(const call_origin& from, const nexus_endpoint& changed);
[[nodiscard]] job_of<void>
delete_endpoint_job(const call_origin& from, std::string_view id, std::int64_t version);
/// Any call, as bytes. Throws `std::invalid_argument` if there can be no such method.
[[nodiscard]] job_of<std::string>
service_call_job(const call_origin& from, std::string_view method, std::string request);

} // namespace detail

} // namespace troupe
