// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/transport.hpp"
#include "runtime/rpc/unary.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

/// A service that answers each method from a list, in order, and keeps what it was asked. Calls of
/// methods that are held stay open until the test answers them.
class scripted_service final : public rpc::local_service {
public:
  cancel_function handle(request what, rpc::reply_handler on_reply) override {
    const auto method = what.method.substr(what.method.rfind('/') + 1);
    asked[method].push_back(what.message.str());
    if (const auto open = held.find(method); open != held.end()) {
      auto call = std::make_shared<held_call>(what.deadline, std::move(on_reply));
      open->second.push_back(call);
      return [call] { call->was_cancelled = true; };
    }
    auto& list = answers_[method];
    if (list.empty()) {
      on_reply({status_code::unimplemented, "unknown method " + method, {}}, {});
    } else {
      auto next = std::move(list.front());
      list.pop_front();
      on_reply(std::move(next.first), rpc::bytes{std::move(next.second)});
    }
    return {};
  }

  void answer(const std::string& method, const google::protobuf::MessageLite& with) {
    answers_[method].emplace_back(rpc_status{}, with.SerializeAsString());
  }
  void fail(const std::string& method, rpc_status status) {
    answers_[method].emplace_back(std::move(status), std::string{});
  }

  template <class Request>
  Request request(const std::string& method, std::size_t index = 0) {
    Request parsed;
    parsed.ParseFromString(asked.at(method).at(index));
    return parsed;
  }

  struct held_call {
    held_call(time_point until, rpc::reply_handler on_reply)
        : deadline(until), reply(std::move(on_reply)) {}

    void answer(const google::protobuf::MessageLite& with) {
      reply({}, rpc::bytes{with.SerializeAsString()});
    }

    time_point deadline;
    rpc::reply_handler reply;
    bool was_cancelled = false;
  };
  /// Calls of this method are held from now on.
  std::vector<std::shared_ptr<held_call>>& hold(const std::string& method) { return held[method]; }

  std::map<std::string, std::vector<std::string>> asked;
  std::map<std::string, std::vector<std::shared_ptr<held_call>>> held;

private:
  std::map<std::string, std::deque<std::pair<rpc_status, std::string>>> answers_;
};

} // namespace troupe::test
