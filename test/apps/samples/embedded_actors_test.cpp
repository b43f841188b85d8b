// SPDX-License-Identifier: Apache-2.0
// Three actor systems of one process, two of which CAF's network layer connects, as the sample
// connects processes.

#include "apps/samples/embedded_actors/node.hpp"
#include "apps/samples/embedded_actors/reader.hpp"

#include <caf/actor_system.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace embedded_actors {
namespace {

/// What the network layer gave, or why it did not.
template <class T>
T given(const caf::actor_system& by, caf::expected<T> what) {
  if (!what)
    throw std::runtime_error(by.render(what.error()));
  return std::move(*what);
}

/// Where the actor of the operations lives.
struct book_system {
  networked settings;
  caf::actor_system system{settings};
  phrasebook actor = system.spawn<phrasebook_actor>();
  /// A free one.
  std::uint16_t port = given(system, system.middleman().publish(actor, 0, "127.0.0.1"));

  ~book_system() { caf::anon_send_exit(actor, caf::exit_reason::user_shutdown); }
};

struct fixture {
  /// What a reader in a system of its own prints until it is done.
  std::string read(const std::string& language) {
    networked of_readers;
    caf::actor_system readers{of_readers};
    std::ostringstream out;
    readers.spawn<reader_actor>(service.connect(), language, out);
    readers.await_all_actors_done();
    return out.str();
  }

  book_system book;
  networked settings;
  caf::actor_system system{settings};
  troupe::service service = troupe::service_in(system, service_options());
  troupe::worker worker = serve(
      system,
      service,
      given(system, system.middleman().remote_actor<phrasebook>("127.0.0.1", book.port)));
};

} // namespace
} // namespace embedded_actors

BOOST_FIXTURE_TEST_SUITE(embedded_actors, fixture)

BOOST_AUTO_TEST_CASE(
    an_actor_of_another_system_serves_what_an_actor_asks_and_says_what_it_refuses) {
  worker.start();
  BOOST_TEST(read("fr") == "Languages: de es fr\nBonjour World\n");
  const auto refused = read("en");
  BOOST_TEST(refused.starts_with("Languages: de es fr\nRefused: "), refused);
  BOOST_TEST(refused.find("there are no phrases in en") != std::string::npos, refused);
}

BOOST_AUTO_TEST_SUITE_END()
