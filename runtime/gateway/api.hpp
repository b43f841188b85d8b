// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/server.hpp"
#include "runtime/rpc/transport.hpp"

#include <memory>
#include <string>

namespace troupe::gateway {

/// A Temporal service as JSON over HTTP: each request is a call of one of its methods, by the table
/// of routes, and its answer or its error the answer.
///
/// As in the real server payloads are shown as the JSON they hold, `?pretty` indents and
/// `?noPayloadShorthand` shows payloads as they travel (also by `Accept` and `Content-Type`:
/// `application/json+pretty+no-payload-shorthand`); errors are `{code, message, details}`. The
/// service must outlive it.
class api final : public http::handler {
public:
  explicit api(rpc::local_service& service) : service_(service) {}

  unique_function<void()>
  serve(std::shared_ptr<const http::incoming> request, http::answer_function answer) override;

  [[nodiscard]] http::response refuse(http::refusal why) const override;

private:
  rpc::local_service& service_;
};

} // namespace troupe::gateway
