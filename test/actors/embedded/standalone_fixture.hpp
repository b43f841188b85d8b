// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/stored_service.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace troupe::embedded {

namespace wire = temporal::api::workflowservice::v1;

/// What tests of activities and those of Nexus operations without a workflow call alike. `Of` names
/// methods and messages: `noun`, `start_request`, `start_response`, `describe_request`,
/// `describe_response`, `list_request`, `list_response`, `listed_in`, `id_of`, `count_request`,
/// `count_response`; and the settings that switch them on.
template <class Of, class Base>
struct standalone_fixture : Base {
  using Base::Base;
  using sent = service_fixture::sent;

  static std::string method(const std::string& verb) { return verb + Of::noun; }

  template <class Request>
  static Request of(const std::string& id, const std::string& run_id = "") {
    Request request;
    request.set_namespace_("default");
    if constexpr (requires { request.set_activity_id(id); })
      request.set_activity_id(id);
    else
      request.set_operation_id(id);
    request.set_run_id(run_id);
    if constexpr (requires { request.set_request_id(""); })
      request.set_request_id("its request");
    if constexpr (requires { request.set_identity(""); })
      request.set_identity("me");
    if constexpr (requires { request.set_reason(""); })
      request.set_reason("why");
    return request;
  }

  typename Of::start_response start(const typename Of::start_request& request) {
    const auto answer = this->call(method("Start"), request);
    BOOST_TEST(answer->status.message == "");
    return answer->template as<typename Of::start_response>();
  }
  troupe::rpc_status refusal(const typename Of::start_request& request) {
    return this->call(method("Start"), request)->status;
  }

  typename Of::describe_response described(const std::string& id) {
    auto request = of<typename Of::describe_request>(id);
    request.set_include_input(true);
    request.set_include_outcome(true);
    const auto answer = this->call(method("Describe"), request);
    BOOST_TEST(answer->status.message == "");
    return answer->template as<typename Of::describe_response>();
  }

  troupe::rpc_status no_description(const std::string& id, const std::string& run_id = "") {
    return this->call(method("Describe"), of<typename Of::describe_request>(id, run_id))->status;
  }
  /// A description that waits for news.
  sent wait_for_change(const typename Of::describe_request& request) {
    auto made = this->send(method("Describe"), request);
    this->shard.run_until_idle();
    BOOST_TEST(!made->is_answered);
    return made;
  }

  /// The ids, newest first.
  std::vector<std::string> listed(const std::string& query) {
    typename Of::list_request request;
    request.set_namespace_("default");
    request.set_query(query);
    const auto answer = this->call(method("List") + 's', request);
    BOOST_TEST(answer->status.message == "");
    const auto found = answer->template as<typename Of::list_response>();
    std::vector<std::string> ids;
    for (const auto& each : Of::listed_in(found))
      ids.push_back(Of::id_of(each));
    return ids;
  }
  typename Of::count_response counted(const std::string& query) {
    const auto answer = ask_count(query);
    BOOST_TEST(answer->status.message == "");
    return answer->template as<typename Of::count_response>();
  }
  troupe::rpc_status no_count(const std::string& query) { return ask_count(query)->status; }
  /// How many workflows there are beside them.
  int workflows_listed() {
    wire::ListWorkflowExecutionsRequest request;
    request.set_namespace_("default");
    return this->call("ListWorkflowExecutions", request)
        ->template as<wire::ListWorkflowExecutionsResponse>()
        .executions_size();
  }

private:
  sent ask_count(const std::string& query) {
    typename Of::count_request request;
    request.set_namespace_("default");
    request.set_query(query);
    return this->call(method("Count") + 's', request);
  }
};

/// A service whose settings are those of `Of`.
template <class Of>
struct switched_on : service_fixture {
  switched_on() : service_fixture(Of::enabled()) {}
};

/// One life of such a service.
template <class Of>
struct stored_life : stored_service {
  explicit stored_life(const disk_ptr& on, std::uint64_t seed = 7)
      : stored_service(on, seed, Of::enabled()) {}
};

} // namespace troupe::embedded
