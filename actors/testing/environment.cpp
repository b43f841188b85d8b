// SPDX-License-Identifier: Apache-2.0
#include "actors/public/worker_impl.hpp"
#include "actors/testing/virtual_world.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/embedded/record/status.hpp"

#include <troupe/testing/environment.hpp>
#include <troupe/worker_host.hpp>

#include <stdexcept>
#include <utility>

namespace troupe::testing {

environment::environment(environment_options options)
    : world_(std::make_shared<virtual_world>(options)) {}

environment::~environment() = default;

client environment::connect(
    std::string name_space,
    data_converter converter,
    std::vector<std::shared_ptr<const client_interceptor>> interceptors) {
  if (world_->service().here().namespaces.find(name_space) == nullptr)
    throw rpc_error{embedded::namespace_absent(name_space)};
  return local_client(
      world_->service(),
      world_->client_executor(),
      world_->pump(),
      {.name_space = std::move(name_space), .interceptors = std::move(interceptors)},
      std::move(converter),
      virtual_world::for_ever);
}

worker environment::make_worker(const client& of, worker_options options) {
  if (&of.connection()->runs_on() != &world_->client_executor())
    throw std::invalid_argument(
        "a worker of a test environment needs a client of that environment: see "
        "environment::connect");
  return worker{std::make_unique<detail::worker_impl>(world_->make_home(), of, std::move(options))};
}

worker_host environment::make_host(worker_host_options options) {
  return {world_->make_home(), std::move(options)};
}

void environment::replace(replacement with) {
  world_->replacements.push_back(std::move(with));
}

wall_time environment::now() const {
  return world_->clock()->now();
}

void environment::run() {
  world_->run();
  world_->raise_if_stuck();
}

void environment::advance(std::chrono::nanoseconds by) {
  world_->advance(by);
  world_->raise_if_stuck();
}

bool environment::advance_to_next() {
  const bool moved = world_->advance_to_next();
  world_->raise_if_stuck();
  return moved;
}

bool environment::run_until(
    const std::function<bool()>& condition, std::chrono::nanoseconds longest) {
  const auto until = now() + longest;
  for (run(); !condition();) {
    const auto next = world_->clock()->next_timer();
    if (!next || *next > until)
      return false;
    advance_to_next();
  }
  return true;
}

held_time environment::hold_time() {
  ++world_->holds;
  return held_time{std::shared_ptr<void>{nullptr, [world = world_](void*) { --world->holds; }}};
}

} // namespace troupe::testing
