// SPDX-License-Identifier: Apache-2.0
// Three processes: one where the actor of the operations lives, one whose actor system has a
// Temporal service and a worker in it, and one whose actor calls the operations.

#include "apps/samples/embedded_actors/node.hpp"
#include "apps/samples/embedded_actors/reader.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

using namespace embedded_actors;

namespace {

std::string setting(const char* name, const char* otherwise) {
  const char* found = std::getenv(name);
  return found == nullptr ? otherwise : found;
}

/// Where the actor is published.
std::uint16_t port() {
  return static_cast<std::uint16_t>(std::stoi(setting("SAMPLE_PORT", "7243")));
}

int book() {
  networked config;
  caf::actor_system system{config};
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const auto actor = system.spawn<phrasebook_actor>();
  if (const auto bound = system.middleman().publish(actor, port(), "127.0.0.1"); !bound)
    throw std::runtime_error{"cannot publish the actor: " + system.render(bound.error())};
  int signal = 0;
  sigwait(&ends, &signal);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  return 0;
}

phrasebook find_book(caf::actor_system& system) {
  for (int tries = 0;; ++tries) {
    if (auto found = system.middleman().remote_actor<phrasebook>("127.0.0.1", port()))
      return *found;
    else if (tries == 100)
      throw std::runtime_error{
          "no phrasebook at port " + std::to_string(port()) + ": " + system.render(found.error())};
    std::this_thread::sleep_for(std::chrono::milliseconds{100}); // it may begin after this one
  }
}

int node() {
  networked config;
  caf::actor_system system{config};
  auto service = troupe::service_in(system, service_options());
  service.listen(setting("TEMPORAL_ADDRESS", "127.0.0.1:7233"));
  auto worker = serve(system, service, find_book(system));
  return worker.run_until_signal();
}

int reader(const std::string& language) {
  networked config;
  caf::actor_system system{config};
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  system.spawn<reader_actor>(client, language, std::cout);
  system.await_all_actors_done();
  return 0;
}

} // namespace

int main(int count, char** values) try {
  const std::string_view verb = count < 2 ? "" : values[1];
  if (verb == "book" && count == 2)
    return book();
  if (verb == "node" && count == 2)
    return node();
  if (verb == "reader" && count == 3)
    return reader(values[2]);
  std::cerr << "usage: " << values[0] << " book | node | reader LANGUAGE\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << values[0] << ": " << error.what() << '\n';
  return 1;
}
