// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/trip.hpp"

#include "bench/kitchen_sink/activities.hpp"
#include "bench/kitchen_sink/surroundings.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace kitchen_sink {

namespace {

namespace activity = troupe::activity;
namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

std::string trip_in(const troupe::headers& headers) {
  return headers.get<std::string>(trip_header).value_or("");
}

void arrive_at(station where, const std::string& trip) {
  require(!trip.empty(), "a header travels with everything");
  if (here().counts)
    ++here().seen[static_cast<std::size_t>(where)];
}

class run_trip final : public workflow::interceptor {
  using context = workflow::context;
  template <class T>
  using future = workflow::future<T>;

  // No coroutine: it has to know the trip before anything else comes.
  troupe::async<troupe::payload>
  execute(context ctx, workflow::execute_input in, next_execute next) override {
    trip_ = trip_in(in.headers);
    arrive_at(station::workflow, trip_);
    return next(std::move(ctx), std::move(in));
  }
  troupe::async<void>
  handle_signal(context ctx, workflow::signal_input in, next_signal next) override {
    check(station::signal, in.headers);
    return next(std::move(ctx), std::move(in));
  }
  troupe::payload handle_query(context ctx, workflow::query_input in, next_query next) override {
    check(station::query, in.headers);
    return next(std::move(ctx), std::move(in));
  }
  troupe::async<troupe::payload>
  handle_update(context ctx, workflow::update_input in, next_update next) override {
    check(station::update, in.headers);
    return next(std::move(ctx), std::move(in));
  }

  future<troupe::payload>
  start_activity(context ctx, workflow::activity_input in, next_activity next) override {
    in.headers.set(trip_header, trip_);
    return next(std::move(ctx), std::move(in));
  }
  future<troupe::payload> start_local_activity(
      context ctx, workflow::local_activity_input in, next_local_activity next) override {
    in.headers.set(trip_header, trip_);
    return next(std::move(ctx), std::move(in));
  }
  workflow::begun start_child(context ctx, workflow::child_input in, next_child next) override {
    in.headers.set(trip_header, trip_);
    return next(std::move(ctx), std::move(in));
  }
  workflow::begun start_nexus_operation(
      context ctx, workflow::nexus_operation_input in, next_nexus_operation next) override {
    in.options.headers.emplace_back(trip_header, trip_);
    return next(std::move(ctx), std::move(in));
  }
  future<void> signal_external(
      context ctx, workflow::external_signal_input in, next_external_signal next) override {
    in.headers.set(trip_header, trip_);
    return next(std::move(ctx), std::move(in));
  }
  void continue_as_new(
      context ctx, workflow::continue_as_new_input in, next_continue_as_new next) override {
    in.headers.set(trip_header, trip_);
    next(std::move(ctx), std::move(in));
  }

  /// Messages come from those on the same trip only.
  void check(station where, const troupe::headers& with) const {
    const auto trip = trip_in(with);
    arrive_at(where, trip);
    require(trip == trip_, "a header comes back as it went out");
  }

  std::string trip_;
};

class activity_trip final : public activity::interceptor {
  troupe::payload
  execute(activity::context ctx, activity::execute_input in, next_execute next) const override {
    check(ctx, in);
    return next(std::move(ctx), std::move(in));
  }
  activity::async<troupe::payload> execute_async(
      activity::context ctx, activity::execute_input in, next_execute_async next) const override {
    check(ctx, in);
    return next(std::move(ctx), std::move(in));
  }
  static void check(const activity::context& ctx, const activity::execute_input& in) {
    arrive_at(
        ctx.info().is_local ? station::local_activity : station::activity, trip_in(in.headers));
  }
};

class operation_trip final : public nexus::interceptor {
  nexus::start_reply
  start(nexus::start_context ctx, nexus::start_input in, next_start next) const override {
    const auto trip = take(ctx, in);
    return give(next(std::move(ctx), std::move(in)), trip);
  }
  nexus::async<nexus::start_reply> start_async(
      nexus::start_context ctx, nexus::start_input in, next_start_async next) const override {
    const auto trip = take(ctx, in);
    co_return give(co_await next(std::move(ctx), std::move(in)), trip);
  }
  static std::string take(const nexus::start_context& ctx, nexus::start_input& in) {
    std::string trip{ctx.header(trip_header).value_or("")};
    arrive_at(station::operation, trip);
    in.headers.set(trip_header, trip);
    return trip;
  }
  static nexus::start_reply give(nexus::start_reply reply, const std::string& trip) {
    if (auto* starts = std::get_if<nexus::workflow_to_start>(&reply))
      starts->headers.set(trip_header, trip);
    return reply;
  }
};

class trip_interceptor final : public troupe::client_interceptor,
                               public troupe::worker_interceptor {
  void start_workflow(troupe::start_workflow_input& in) const override { give(in, in.options.id); }
  void signal_workflow(troupe::signal_workflow_input& in) const override {
    give(in, in.workflow_id);
  }
  void query_workflow(troupe::query_workflow_input& in) const override { give(in, in.workflow_id); }
  void update_workflow(troupe::update_workflow_input& in) const override {
    give(in, in.workflow_id);
  }

  std::unique_ptr<workflow::interceptor> intercept_workflow(const workflow::info&) const override {
    return std::make_unique<run_trip>();
  }
  std::shared_ptr<const activity::interceptor> intercept_activities() const override {
    return std::make_shared<activity_trip>();
  }
  std::shared_ptr<const nexus::interceptor> intercept_nexus() const override {
    return std::make_shared<operation_trip>();
  }

  /// What an activity or a handler calls belongs to its trip; elsewhere one begins.
  static void give(auto& in, const std::string& begins) {
    if (in.headers.find(trip_header) != nullptr)
      return; // a start that a handler has described
    const auto trip = trip_in(in.around);
    in.headers.set(trip_header, trip.empty() ? begins : trip);
  }
};

} // namespace

std::shared_ptr<const troupe::client_interceptor> make_trip_interceptor() {
  return std::make_shared<trip_interceptor>();
}

std::shared_ptr<const troupe::worker_interceptor> make_trip_worker_interceptor() {
  return std::make_shared<trip_interceptor>();
}

} // namespace kitchen_sink
