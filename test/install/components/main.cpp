// Each component by itself: none may need what only another one brings.
#if defined(TROUPE_CLIENT)
#include <troupe/client.hpp>
#include <troupe/version.hpp>

int main() {
  try {
    (void)troupe::client::connect(
        {.target = "127.0.0.1:1", .connect_timeout = std::chrono::milliseconds{50}});
  } catch (const troupe::connection_error&) {
    return troupe::linked_version() == troupe::header_version ? 0 : 1;
  }
  return 1; // nobody listens there
}
#elif defined(TROUPE_TESTING)
#include <troupe/testing/replayer.hpp>

struct nothing {
  static constexpr std::string_view name = "Nothing";
  troupe::async<void> run(troupe::workflow::context) { co_return; }
};

int main() {
  troupe::testing::replayer replayer;
  replayer.add<nothing>();
  return replayer.replay_json("this is no history").ok() ? 1 : 0;
}
#else
#error "define TROUPE_CLIENT or TROUPE_TESTING"
#endif
