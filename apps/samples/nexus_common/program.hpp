// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client.hpp>
#include <troupe/client/interceptor.hpp>
#include <troupe/worker.hpp>

#include <cstdlib>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nexus_common {

using client_interceptors = std::vector<std::shared_ptr<const troupe::client_interceptor>>;

/// TEMPORAL_ADDRESS and the other settings of Temporal's tools say where the service is; the
/// namespace is the sample's own unless TEMPORAL_NAMESPACE names another.
inline troupe::client
connect(const std::string& name_space, client_interceptors interceptors = {}) {
  auto options = troupe::connection_options_from_environment();
  options.interceptors = std::move(interceptors);
  if (std::getenv("TEMPORAL_NAMESPACE") == nullptr)
    options.name_space = name_space;
  return troupe::client::connect(options);
}

/// Serves a task queue until a signal comes; `add` registers what.
template <class Add>
int run_worker(
    const std::string& name_space,
    std::string task_queue,
    Add add,
    client_interceptors interceptors = {}) {
  auto client = connect(name_space, std::move(interceptors));
  troupe::worker worker{client, {.task_queue = std::move(task_queue)}};
  add(worker);
  return worker.run_until_signal();
}

/// One of the things that a sample's program does.
struct verb {
  std::string_view name;
  std::function<int()> run; ///< gives the exit code
};

/// Does what the only argument says.
inline int run_program(int count, char** values, std::initializer_list<verb> verbs) try {
  for (const auto& each : verbs)
    if (count == 2 && each.name == values[1])
      return each.run();
  std::cerr << "usage: " << values[0];
  for (auto before = " "; const auto& each : verbs)
    std::cerr << std::exchange(before, " | ") << each.name;
  std::cerr << '\n';
  return 2;
} catch (const std::exception& error) {
  std::cerr << values[0] << ": " << error.what() << '\n';
  return 1;
}

} // namespace nexus_common
