// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/config/given_value.hpp"

#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/line/input_file.hpp"
#include "apps/troupe/terminal/prompt.hpp"
#include "runtime/base/text/json_text.hpp"

#include <CLI/CLI.hpp>

namespace troupe::cli {

void given_value::add(CLI::App& command) {
  add_text(
      command,
      "-v,--value",
      typed_,
      "Its value. The shell's history keeps what is typed here: keys rather by --value-file");
  add_text(
      command,
      "--value-file",
      file_,
      "File with the value; -: standard input, on a terminal without showing what is typed");
}

std::string given_value::read(const std::string& property) const {
  if (typed_ && !file_.empty())
    throw command_error("--value and --value-file cannot both be given");
  if (file_.empty())
    return typed_.value_or("");
  auto text = file_ == "-" ? read_secret("Value of " + property + ":") : read_input_file(file_);
  // Editors and `echo` end it with a line's end.
  for (const char end : {'\n', '\r'})
    if (text.ends_with(end))
      text.pop_back();
  // A file that was not written, a program before the pipe that failed.
  if (text.empty())
    throw command_error(
        (file_ == "-" ? "standard input" : quote_json(file_)) + " holds no value, and " + property
        + " stays as it is: --value '' sets it to an empty one");
  return text;
}

} // namespace troupe::cli
