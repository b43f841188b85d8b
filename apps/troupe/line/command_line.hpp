// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace troupe::cli {

/// A command line taken apart by the rules of the Temporal CLI's libraries, whatever CLI11 would
/// have made of it:
///
/// - `--name value`, `--name=value` and, of a switch, only `--name` or `--name=false`;
/// - `-n value`, `-n=value`, `-nvalue`, and switches in clusters (`-fy`);
/// - a value is the next word whatever it looks like, and is never split; `--name=` is an empty
/// one;
/// - commands, flags and arguments may be mixed, `--` ends the flags, `-` is an argument;
/// - a flag belongs to its command and to all below it.
struct command_line {
  const CLI::App* command = nullptr; ///< the deepest that was named
  std::string path;                  ///< its names: `troupe workflow start`
  std::vector<std::string> words;    ///< the same without the program's name

  struct given_flag {
    const CLI::Option* flag;
    std::string value; ///< of a switch `true` or `false`
  };
  std::vector<given_flag> flags; ///< in their order; the caller decides what repeating means
  std::vector<std::string> arguments;
  bool wants_help = false, wants_version = false;

  /// The flags that count for `command`: its own and those of the commands above it.
  [[nodiscard]] std::vector<const CLI::Option*> known_flags() const;

  /// Adds `values`, by long names, to the flags that are not given: what stands in a file.
  void add_missing(const std::map<std::string, std::string>& values);

  /// The same line in the one form that CLI11 cannot misread: last word first, as its `parse` wants
  /// it.
  [[nodiscard]] std::vector<std::string> canonical() const;
};

/// `words` are those behind the program's name. Throws `command_error` with the Temporal CLI's
/// words for flags that are unknown, lack their value or are no switches, and for arguments that
/// the command does not take.
command_line read_command_line(const CLI::App& root, const std::vector<std::string>& words);

/// The switches of the Temporal CLI read `true`, `T`, `1`, `false`, ...; empty: none of them.
std::string switch_value(const std::string& text);

/// A text as Go's `%q` prints it (for the terminal: nothing in it moves the cursor).
std::string go_quoted(const std::string& text);

} // namespace troupe::cli
