// SPDX-License-Identifier: Apache-2.0
// `troupe nexus generate`: C++ contracts from Nexus definition files.

#include "apps/troupe/contract/contract_command.hpp"

#include "apps/troupe/contract/definition_reader.hpp"
#include "apps/troupe/contract/header_text.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "runtime/base/file.hpp"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace troupe::cli {
namespace {

constexpr std::size_t largest = 64U << 20U;

struct generate_flags {
  std::vector<std::string> files;
  std::string out_file, name_space;
};

// A header that is the same already keeps its time, so that nothing is built anew.
void write_header(const std::string& path, const std::string& text) {
  // Nothing is read from a pipe or a device.
  if (std::error_code error; std::filesystem::is_regular_file(path, error))
    if (const auto before = read_file(path, largest);
        before.why_not.empty() && before.bytes == text)
      return;
  std::ofstream to{path, std::ios::binary | std::ios::trunc};
  to << text;
  to.close();
  if (!to)
    throw command_error(
        "failed writing " + path + ": "
        + std::error_code{errno, std::generic_category()}.message());
}

void generate(const generate_flags& what, const global_flags&) {
  for (const auto& file : what.files) {
    std::error_code not_there;
    if (!what.out_file.empty() && std::filesystem::equivalent(file, what.out_file, not_there))
      throw command_error("--out-file " + what.out_file + " is a file that is read: name another");
  }
  const auto text = contract::header_text(contract::read_definition(what.files, what.name_space));
  if (what.out_file.empty())
    print(text);
  else
    write_header(what.out_file, text);
}

} // namespace

void add_generate_command(CLI::App& nexus, const global_flags& flags) {
  auto [command, given] = add_command<generate_flags>(
      nexus,
      flags,
      "generate",
      "Write a C++ contract of Nexus definition files (.nexusrpc.yaml)",
      generate);
  command.add_option("files", given.files, "Definition files; all go into one header")
      ->required()
      ->type_name("FILE");
  add_text(
      command, "--out-file", given.out_file, "Header to write (default: to the standard output)");
  add_text(
      command,
      "--cpp-namespace",
      given.name_space,
      "C++ namespace (default: from the first file's name)");
}

} // namespace troupe::cli
