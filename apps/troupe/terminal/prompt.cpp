// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/terminal/prompt.hpp"

#include "apps/troupe/terminal/output.hpp"
#include "runtime/base/text/printable.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>

#include <iostream>

namespace troupe::cli {
namespace {

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

} // namespace troupe::cli
