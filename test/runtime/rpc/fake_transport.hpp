// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/transport.hpp"

#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace troupe::test {

/// Answers calls from a list, each on the executor; without an answer a call stays open.
class fake_transport final : public rpc::transport {
public:
  struct answer {
    rpc_status status;
    std::string reply;
  };
  struct seen_call {
    std::string method;
    const void* memory; ///< where the request's bytes lie
    std::chrono::milliseconds timeout;
    time_point at;
  };

  explicit fake_transport(executor& runs_on) : runs_on_(&runs_on) {}

  call_id start(rpc::call what, rpc::reply_handler on_reply) override {
    const auto id = ++last_id_;
    const auto& slices = what.request.slices();
    seen.push_back(
        {std::string{what.method},
         slices.empty() ? nullptr : slices.front().data(),
         what.timeout,
         runs_on_->now()});
    open_[id] = std::move(on_reply);
    if (!answers.empty()) {
      auto next = std::move(answers.front());
      answers.pop_front();
      runs_on_->post([this, id, next = std::move(next)]() mutable { finish(id, std::move(next)); });
    }
    return id;
  }

  void cancel(call_id id) override {
    runs_on_->post([this, id] { finish(id, {{status_code::cancelled, "CANCELLED", {}}, {}}); });
  }

  std::deque<answer> answers;
  std::vector<seen_call> seen;

private:
  void finish(call_id id, answer with) {
    auto found = open_.extract(id);
    if (!found.empty())
      found.mapped()(std::move(with.status), rpc::bytes{std::move(with.reply)});
  }

  executor* runs_on_;
  std::map<call_id, rpc::reply_handler> open_;
  call_id last_id_ = 0;
};

} // namespace troupe::test
