// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/interceptor.hpp>
#include <troupe/worker_interceptor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Who acts: a value that goes from the caller to everything that is done for him, without being an
// argument of anything. In headers of workflows, activities and messages it is a payload, in Nexus
// headers plain text.
namespace context_propagation_sample {

inline constexpr std::string_view default_key = "user-id";

/// Nobody if there is no such header, or a null: what a client in .NET sends for nobody.
inline std::optional<std::string> user_in(const troupe::headers& headers, std::string_view key) {
  return headers.get<std::optional<std::string>>(key).value_or(std::nullopt);
}

/// The calls that this thread makes are made for somebody as long as it lives.
class acting_for {
public:
  explicit acting_for(std::string user) : before_(std::exchange(current(), std::move(user))) {}
  acting_for(const acting_for&) = delete;
  acting_for& operator=(const acting_for&) = delete;
  ~acting_for() { current() = std::move(before_); }

  static std::optional<std::string>& current() {
    thread_local std::optional<std::string> user;
    return user;
  }

private:
  std::optional<std::string> before_;
};

/// One object a run: takes the user in and gives him along to all that the run starts.
class user_of_workflow final : public troupe::workflow::interceptor {
public:
  explicit user_of_workflow(std::string key) : key_(std::move(key)) {}

private:
  using context = troupe::workflow::context;
  template <class T>
  using future = troupe::workflow::future<T>;

  troupe::async<troupe::payload>
  execute(context ctx, troupe::workflow::execute_input in, next_execute next) override {
    user_ = user_in(in.headers, key_);
    if (user_)
      in.log.emplace_back("user", *user_);
    return next(std::move(ctx), std::move(in));
  }
  future<troupe::payload>
  start_activity(context ctx, troupe::workflow::activity_input in, next_activity next) override {
    give(in.headers);
    return next(std::move(ctx), std::move(in));
  }
  future<troupe::payload> start_local_activity(
      context ctx, troupe::workflow::local_activity_input in, next_local_activity next) override {
    give(in.headers);
    return next(std::move(ctx), std::move(in));
  }
  troupe::workflow::begun
  start_child(context ctx, troupe::workflow::child_input in, next_child next) override {
    give(in.headers);
    return next(std::move(ctx), std::move(in));
  }
  troupe::workflow::begun start_nexus_operation(
      context ctx, troupe::workflow::nexus_operation_input in, next_nexus_operation next) override {
    if (user_)
      in.options.headers.emplace_back(key_, *user_);
    return next(std::move(ctx), std::move(in));
  }
  future<void> signal_external(
      context ctx, troupe::workflow::external_signal_input in, next_external_signal next) override {
    give(in.headers);
    return next(std::move(ctx), std::move(in));
  }
  void continue_as_new(
      context ctx, troupe::workflow::continue_as_new_input in, next_continue_as_new next) override {
    give(in.headers);
    next(std::move(ctx), std::move(in));
  }

  void give(troupe::headers& to) const {
    if (user_)
      to.set(key_, *user_);
  }
  std::string key_;
  std::optional<std::string> user_;
};

/// Activities find the user in `ctx.info().headers`, their client does by itself; here he gets into
/// their log.
class user_of_activities final : public troupe::activity::interceptor {
public:
  explicit user_of_activities(std::string key) : key_(std::move(key)) {}

private:
  troupe::payload execute(
      troupe::activity::context ctx,
      troupe::activity::execute_input in,
      next_execute next) const override {
    log(in);
    return next(std::move(ctx), std::move(in));
  }
  troupe::activity::async<troupe::payload> execute_async(
      troupe::activity::context ctx,
      troupe::activity::execute_input in,
      next_execute_async next) const override {
    log(in);
    return next(std::move(ctx), std::move(in));
  }
  void log(troupe::activity::execute_input& in) const {
    if (const auto user = user_in(in.headers, key_))
      in.log.emplace_back("user", *user);
  }
  std::string key_;
};

/// From the header of a Nexus request to what its handler calls, and to the workflow it starts.
class user_of_operations final : public troupe::nexus::interceptor {
public:
  explicit user_of_operations(std::string key) : key_(std::move(key)) {}

private:
  troupe::nexus::start_reply start(
      troupe::nexus::start_context ctx,
      troupe::nexus::start_input in,
      next_start next) const override {
    const auto user = ctx.header(key_);
    if (user)
      in.headers.set(key_, *user);
    auto reply = next(ctx, std::move(in));
    if (auto* workflow = std::get_if<troupe::nexus::workflow_to_start>(&reply); workflow && user)
      workflow->headers.set(key_, *user);
    return reply;
  }
  troupe::nexus::async<troupe::nexus::start_reply> start_async(
      troupe::nexus::start_context ctx,
      troupe::nexus::start_input in,
      next_start_async next) const override {
    const auto user = ctx.header(key_);
    if (user)
      in.headers.set(key_, *user);
    auto reply = co_await next(ctx, std::move(in));
    if (auto* workflow = std::get_if<troupe::nexus::workflow_to_start>(&reply); workflow && user)
      workflow->headers.set(key_, *user);
    co_return reply;
  }
  std::string key_;
};

/// What a client is given, and by it the workers that are made with the client.
class user_propagation final : public troupe::client_interceptor,
                               public troupe::worker_interceptor {
public:
  /// `key` is what the headers are called.
  explicit user_propagation(std::string_view key = default_key) : key_(key) {}

private:
  void start_workflow(troupe::start_workflow_input& in) const override { give(in); }
  void signal_workflow(troupe::signal_workflow_input& in) const override { give(in); }
  void query_workflow(troupe::query_workflow_input& in) const override { give(in); }
  void update_workflow(troupe::update_workflow_input& in) const override { give(in); }

  std::unique_ptr<troupe::workflow::interceptor>
  intercept_workflow(const troupe::workflow::info&) const override {
    return std::make_unique<user_of_workflow>(key_);
  }
  std::shared_ptr<const troupe::activity::interceptor> intercept_activities() const override {
    return std::make_shared<user_of_activities>(key_);
  }
  std::shared_ptr<const troupe::nexus::interceptor> intercept_nexus() const override {
    return std::make_shared<user_of_operations>(key_);
  }

  /// In an activity or operation it is the user that it works for, elsewhere the thread's.
  void give(auto& in) const {
    auto user = user_in(in.around, key_);
    if (!user)
      user = acting_for::current();
    if (user)
      in.headers.set(key_, *user);
  }
  std::string key_;
};

} // namespace context_propagation_sample
