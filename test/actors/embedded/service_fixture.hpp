// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/host/service_host.hpp"
#include "actors/shard/manual_shard.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <boost/test/unit_test.hpp>
#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace troupe::embedded {

/// A whole service on a shard that is drained by hand, in virtual time.
struct service_fixture {
  /// A call that was sent; filled in when it is answered.
  struct sent_call {
    bool is_answered = false;
    rpc_status status;
    std::string body;
    rpc::local_service::cancel_function cancel;

    template <class Response>
    Response as() const {
      Response out;
      BOOST_TEST(out.ParseFromString(body));
      return out;
    }
  };
  using sent = std::shared_ptr<sent_call>;

  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    config.set("scheduler.max-threads", std::size_t{1});
    return config;
  }

  explicit service_fixture(
      service_settings settings = {},
      std::unique_ptr<id_source> ids = std::make_unique<random_ids>(7),
      const std::function<std::shared_ptr<store>(troupe::executor&)>& make_store = {}) {
    host = std::make_unique<service_host>(
        system,
        shard,
        std::move(settings),
        std::move(ids),
        make_store ? make_store(shard) : std::make_shared<memory_store>());
  }
  ~service_fixture() {
    host->stop();
    shard.stop();
  }

  sent send(
      const std::string& method,
      const google::protobuf::Message& request,
      duration timeout = std::chrono::seconds{30}) {
    return send_bytes(method, request.SerializeAsString(), timeout);
  }

  sent send_bytes(
      const std::string& method, std::string body, duration timeout = std::chrono::seconds{30}) {
    auto made = std::make_shared<sent_call>();
    rpc::local_service::request request;
    request.method = method.starts_with('/')
                         ? method
                         : "/temporal.api.workflowservice.v1.WorkflowService/" + method;
    request.message = rpc::bytes{std::move(body)};
    request.deadline = timeout == duration::max() ? time_point::max() : shard.now() + timeout;
    made->cancel =
        host->handle(std::move(request), [made](rpc_status status, const rpc::bytes& answer) {
          BOOST_TEST(!made->is_answered);
          made->is_answered = true;
          made->status = std::move(status);
          made->body = answer.str();
        });
    return made;
  }

  /// Sends and runs until it is answered at the present time.
  sent call(
      const std::string& method,
      const google::protobuf::Message& request,
      duration timeout = std::chrono::seconds{30}) {
    auto made = send(method, request, timeout);
    shard.run_until_idle();
    BOOST_REQUIRE(made->is_answered);
    return made;
  }

  caf::actor_system_config config;
  caf::actor_system system{configured(config)};
  actors::manual_shard shard{system};
  std::unique_ptr<service_host> host;
};

} // namespace troupe::embedded
