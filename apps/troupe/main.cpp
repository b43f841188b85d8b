// SPDX-License-Identifier: Apache-2.0
// The one binary: `troupe server`, `troupe operator`, `troupe workflow`.

#include "apps/troupe/program.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// What others see of the process, in `ps`: the values of flags that hold keys are taken out of it.
void hide_secrets(int argc, char** argv) {
  constexpr std::array<std::string_view, 5> flags{
      "--api-key", "--codec-auth", "--codec-header", "--grpc-meta", "--tls-key-data"};
  const auto hide = [](char* text) { std::memset(text, 'x', std::strlen(text)); };
  for (int i = 1; i < argc; ++i) {
    const std::string_view word{argv[i]};
    const auto flag = word.substr(0, word.find('='));
    if (std::ranges::find(flags, flag) == flags.end())
      continue;
    if (flag.size() < word.size())
      hide(argv[i] + flag.size() + 1);
    else if (i + 1 < argc)
      hide(argv[++i]);
  }
}

} // namespace

int main(int argc, char** argv) {
  // A reader that has gone (`| head`) ends a command quietly.
  std::signal(SIGPIPE, SIG_DFL);
  const std::vector<std::string> words{argv, argv + argc};
  std::vector<const char*> given;
  for (const auto& each : words)
    given.push_back(each.c_str());
  hide_secrets(argc, argv);
  const auto outcome =
      troupe::cli::run_program(argc, given.data(), troupe::cli::add_server_command);
  if (!outcome.error.empty())
    std::fprintf(stderr, "Error: %s\n", outcome.error.c_str());
  return outcome.exit_code;
}
