// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/server.hpp"
#include "runtime/rpc/transport.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace troupe::gateway {

/// Nexus over HTTP before a Temporal service, with the real server's paths; everything else goes to
/// the handler behind it.
///
/// | path | what |
/// |---|---|
/// | /nexus/endpoints/{id}/services/{call} | an operation of the endpoint's target |
/// | /namespaces/{ns}/task-queues/{queue}/nexus-services/{call} | of that queue |
/// | /namespaces/{ns}/nexus/callback, /nexus/callback | how an operation ended |
///
/// where a call is `{service}/{operation}`, and `/cancel` behind it to cancel one.
/// Requests become tasks for the workers that poll, as those of workflows do. The service and the
/// handler must outlive it.
class nexus final : public http::handler {
public:
  nexus(rpc::local_service& service, http::handler& otherwise)
      : service_(service), otherwise_(otherwise) {}

  unique_function<void()>
  serve(std::shared_ptr<const http::incoming> request, http::answer_function answer) override;

  [[nodiscard]] http::response refuse(http::refusal why) const override {
    return otherwise_.refuse(why);
  }

  /// Whether a path is one of Nexus, for what stands before it.
  [[nodiscard]] static bool serves(std::string_view path);
  /// What such a path answers who may not.
  [[nodiscard]] static http::response forbidden(std::string_view why);

private:
  struct route;
  using made_answer = unique_function<http::response(rpc_status, const rpc::bytes&)>;

  unique_function<void()> dispatch(
      std::shared_ptr<const http::incoming> request,
      const route& by,
      std::vector<std::string_view> rest,
      http::answer_function answer);
  unique_function<void()> complete(
      std::shared_ptr<const http::incoming> request,
      std::string_view name_space,
      http::answer_function answer);
  unique_function<void()> call(
      std::shared_ptr<const http::incoming> request,
      rpc::local_service::request what,
      http::answer_function answer,
      made_answer read);

  rpc::local_service& service_;
  http::handler& otherwise_;
};

} // namespace troupe::gateway
