// SPDX-License-Identifier: Apache-2.0
// The one binary: `troupe server`, `troupe operator`, `troupe workflow`.

#include "apps/troupe/program.hpp"

#include <unistd.h>

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
  // `config set`, `env set`, maybe with flags between them: the value of a property, by a flag or
  // behind its name.
  const std::vector<std::string_view> words{argv, argv + argc};
  auto at = std::ranges::find_if(
      words, [](std::string_view word) { return word == "config" || word == "env"; });
  at = std::find(at, words.end(), "set");
  for (auto i = at - words.begin() + 1; i < argc; ++i) {
    const std::string_view word{argv[i]};
    const auto equals = word.find('=');
    if (!word.starts_with('-'))
      hide(argv[i]);
    else if (equals != word.npos)
      hide(argv[i] + equals + 1);
    else if (!word.starts_with("--") && word.size() > 2)
      hide(argv[i] + 2);
  }
}

/// What waits ends as the Temporal CLI ends it. Commands that tidy up have handlers of their own.
void end_interrupted(int) {
  constexpr std::string_view text = "Error: program interrupted\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
  _exit(1);
}

void end_when_interrupted() {
  struct sigaction told{}, before{};
  told.sa_handler = end_interrupted;
  for (const int number : {SIGINT, SIGTERM})
    // Whoever starts it may want a signal to be passed over.
    if (sigaction(number, &told, &before) == 0 && before.sa_handler == SIG_IGN)
      sigaction(number, &before, nullptr);
}

} // namespace

int main(int argc, char** argv) {
  // A reader that has gone (`| head`) ends a command quietly.
  std::signal(SIGPIPE, SIG_DFL);
  end_when_interrupted();
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
