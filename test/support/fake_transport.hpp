// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/rpc/transport.hpp"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::test {

/// A service made of scripts: tests see every call, and answer it when they like.
///
/// Calls of methods that have a script (`answer_with`) are answered by it at once, others stay open
/// until the test answers them, they are cancelled, or their timeout passes on the executor's
/// clock. Methods are named without their service. One thread.
class fake_service {
public:
  struct call {
    std::string method;
    std::string request;
    std::chrono::milliseconds timeout{};
    executor* where = nullptr;
    std::uint64_t id = 0;
    bool open = true;

    template <class Message>
    [[nodiscard]] Message as() const {
      Message message;
      if (!message.ParseFromString(request))
        throw std::runtime_error("a call of " + method + " with an unreadable request");
      return message;
    }
  };

  struct reply {
    rpc_status status;
    std::string message;

    reply(std::string answer) : message(std::move(answer)) {}
    reply(rpc_status failed) : status(std::move(failed)) {}
  };
  using script = std::function<std::optional<reply>(const call&)>;

  void answer_with(const std::string& method, script answers) {
    scripts_[method] = std::move(answers);
  }

  /// Open calls of a method, oldest first.
  [[nodiscard]] std::vector<const call*> open(std::string_view method) const {
    std::vector<const call*> found;
    for (const auto& each : calls_)
      if (each.what.open && each.what.method == method)
        found.push_back(&each.what);
    return found;
  }
  /// Every call of a method so far.
  [[nodiscard]] std::vector<const call*> all(std::string_view method) const {
    std::vector<const call*> found;
    for (const auto& each : calls_)
      if (each.what.method == method)
        found.push_back(&each.what);
    return found;
  }

  template <class Message>
    requires requires(const Message& m) { m.SerializeAsString(); }
  void succeed(const call& which, const Message& with) {
    end(which.id, reply{with.SerializeAsString()});
  }
  void fail(const call& which, status_code code, std::string message = "scripted") {
    end(which.id, reply{rpc_status{code, std::move(message), {}}});
  }

  /// The call never ends, not even by its timeout, and cannot be cancelled.
  void lose(const call& which) {
    for (auto& each : calls_)
      if (each.what.id == which.id) {
        each.what.open = false;
        each.what.where->cancel(each.timer);
      }
  }

  [[nodiscard]] std::unique_ptr<rpc::transport> connect(executor& where) {
    return std::make_unique<end_point>(*this, where);
  }

private:
  struct held {
    call what;
    rpc::reply_handler handler;
    executor::timer_id timer = 0;
    const void* owner = nullptr;
  };

  class end_point final : public rpc::transport {
  public:
    end_point(fake_service& service, executor& where) : service_(service), where_(where) {}
    ~end_point() override {
      for (auto& each : service_.calls_)
        if (each.owner == this && each.what.open)
          service_.end(each.what.id, reply{rpc_status{status_code::cancelled, "gone", {}}});
    }
    call_id start(rpc::call what, rpc::reply_handler on_reply) override {
      return service_.begin(this, where_, std::move(what), std::move(on_reply));
    }
    void cancel(call_id id) override {
      service_.end(id, reply{rpc_status{status_code::cancelled, "cancelled", {}}});
    }

  private:
    fake_service& service_;
    executor& where_;
  };

  std::uint64_t
  begin(const void* owner, executor& where, rpc::call what, rpc::reply_handler on_reply) {
    auto& made = calls_.emplace_back();
    made.what.method = std::string{what.method.substr(what.method.rfind('/') + 1)};
    made.what.request = what.request.str();
    made.what.timeout = what.timeout;
    made.what.where = &where;
    made.what.id = calls_.size();
    made.handler = std::move(on_reply);
    made.owner = owner;
    auto id = made.what.id;
    made.timer = where.schedule(what.timeout, [this, id] {
      end(id, reply{rpc_status{status_code::deadline_exceeded, "Deadline Exceeded", {}}});
    });
    if (auto found = scripts_.find(made.what.method); found != scripts_.end())
      if (auto answer = found->second(made.what))
        end(id, std::move(*answer));
    return id;
  }

  void end(std::uint64_t id, reply with) {
    for (auto& each : calls_)
      if (each.what.id == id && each.what.open) {
        each.what.open = false;
        each.what.where->cancel(each.timer);
        each.what.where->post(
            [handler = std::move(each.handler), with = std::move(with)]() mutable {
              handler(std::move(with.status), rpc::bytes{std::move(with.message)});
            });
        return;
      }
  }

  std::list<held> calls_;
  std::map<std::string, script, std::less<>> scripts_;
};

} // namespace troupe::test
