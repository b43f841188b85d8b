// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/rpc/transport.hpp"
#include "runtime/rpc/waiting_caller.hpp"

#include <memory>
#include <utility>

namespace troupe::rpc {

/// Makes the calls of user's code while its time stands still, through the client that a test gave.
class immediate_transport final : public transport {
public:
  immediate_transport(std::shared_ptr<waiting_caller> through, executor& where)
      : through_(std::move(through)), where_(where) {}

  call_id start(call what, reply_handler on_reply) override {
    auto reply = through_->call_now(std::move(what));
    where_.post([reply = std::move(reply), handler = std::move(on_reply)]() mutable {
      handler(std::move(reply.status), std::move(reply.message));
    });
    return ++last_id_;
  }
  void cancel(call_id) override {} // it has ended

private:
  std::shared_ptr<waiting_caller> through_;
  executor& where_;
  call_id last_id_ = 0;
};

} // namespace troupe::rpc
