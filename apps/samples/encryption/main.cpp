// SPDX-License-Identifier: Apache-2.0
// `encryption_sample worker` serves, `encryption_sample greet WHO [ID]` asks, `encryption_sample
// codec-server PORT` decodes for others.

#include "apps/samples/encryption/aes_codec.hpp"
#include "apps/samples/encryption/codec_server.hpp"

#include <troupe/worker.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

struct greeter {
  static constexpr std::string_view name = "GreetingWorkflow";
  troupe::async<std::string> run(troupe::workflow::context, std::string who) {
    if (who.empty()) // the text is encrypted as well
      throw troupe::application_error("nobody to greet");
    co_return "Hello, " + who;
  }
};

} // namespace

int main(int count, char** values) try {
  const std::string command = count > 1 ? values[1] : "";
  const auto codec = std::make_shared<encryption_sample::aes_codec>();
  if (command == "codec-server" && count == 3) {
    encryption_sample::codec_server server{
        codec, static_cast<std::uint16_t>(std::stoul(values[2]))};
    for (const int signal : {SIGINT, SIGTERM}) // nothing is under way that matters
      std::signal(signal, [](int) { std::_Exit(0); });
    std::cout << "http://127.0.0.1:" << server.port() << std::endl;
    server.serve();
    return 0;
  }
  const auto client = troupe::client::connect(
      troupe::connection_options_from_environment(),
      {.codec = codec, .encode_failure_attributes = true});
  if (command == "greet" && (count == 3 || count == 4)) {
    const std::string id = count == 4 ? values[3] : "";
    std::cout << client.execute_workflow<greeter>({.id = id, .task_queue = "encryption"}, values[2])
              << '\n';
    return 0;
  }
  if (command != "worker") {
    std::cerr << "usage: " << values[0] << " worker | greet WHO [ID] | codec-server PORT\n";
    return 2;
  }
  troupe::worker worker{client, {.task_queue = "encryption"}};
  worker.add<greeter>();
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
