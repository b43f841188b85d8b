// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/terminal/prompt.hpp"

#include "apps/troupe/terminal/live_text.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "runtime/base/text/printable.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <system_error>

namespace troupe::cli {
namespace {

/// While it lives, the terminal does not show what is typed.
class silence {
public:
  silence() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0)
      return;
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_on_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~silence() {
    if (is_on_)
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  silence(const silence&) = delete;
  silence& operator=(const silence&) = delete;

private:
  termios before_{};
  bool is_on_ = false;
};

// The answer; absent if none is needed.
std::optional<std::string> answer_to(
    const std::string& question, const std::string& yes, bool sure, const global_flags& flags) {
  const bool is_text = flags.format() == output_format::text;
  if (flags.is_json() && !sure)
    throw command_error("must bypass prompts when using JSON output");
  if (is_text)
    print(question + ' ' + (sure ? printable(yes) + '\n' : ""));
  if (sure)
    return std::nullopt;
  std::string answer;
  std::getline(std::cin, answer);
  boost::algorithm::trim(answer);
  return answer;
}

} // namespace

bool confirm(
    const std::string& question,
    const std::string& expected,
    bool sure,
    const global_flags& flags) {
  const auto answer = answer_to(question, expected, sure, flags);
  return !answer || *answer == expected;
}

bool confirm_yes(const std::string& question, bool sure, const global_flags& flags) {
  const auto answer = answer_to(question, "yes", sure, flags);
  return !answer || boost::iequals(*answer, "y") || boost::iequals(*answer, "yes");
}

std::string read_secret(const std::string& question) {
  // As large as a certificate with its chain may be.
  constexpr std::size_t largest = 1U << 20U;
  // Linux drops what is typed or pasted behind this and before the line's end.
  constexpr std::size_t longest_line = 4095;
  const bool is_asked = isatty(STDIN_FILENO) != 0;
  if (is_asked)
    std::cerr << printable(question) << ' ' << std::flush;
  // A signal does not end the program before the terminal is as it was.
  const interrupt stopped;
  std::string text;
  {
    const silence silent;
    char buffer[4096];
    while (!stopped && !(is_asked && text.ends_with('\n'))) {
      const auto got = ::read(STDIN_FILENO, buffer, sizeof buffer);
      if (got < 0 && errno != EINTR)
        throw command_error(
            "cannot read the value from standard input: " + std::generic_category().message(errno));
      if (got == 0)
        break;
      if (got > 0)
        text.append(buffer, static_cast<std::size_t>(got));
      if (text.size() > largest)
        throw command_error("standard input is larger than a value can be");
    }
  }
  if (is_asked)
    std::cerr << '\n';
  if (stopped)
    throw command_error("program interrupted");
  if (is_asked && !text.ends_with('\n'))
    throw command_error("no value was entered: it ends with Enter");
  if (is_asked && text.size() > longest_line)
    throw command_error(
        "a terminal may cut a line of " + std::to_string(longest_line)
        + " bytes or more: give the value in a file");
  return text;
}

} // namespace troupe::cli
