// SPDX-License-Identifier: Apache-2.0
// Writes what is installed beside the binary: manual pages and completion, into the folder that is
// named. Run by the build.

#include "apps/troupe/documents/completion.hpp"
#include "apps/troupe/documents/manual.hpp"
#include "apps/troupe/program.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace {

void write(const std::filesystem::path& file, const std::string& content) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out{file, std::ios::binary};
  out << content;
  out.close();
  if (!out)
    throw std::runtime_error("cannot write " + file.string());
}

} // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fputs("usage: troupe_documents FOLDER\n", stderr);
    return 2;
  }
  CLI::App app{"", ""};
  troupe::cli::global_flags flags;
  troupe::cli::declare_program(app, flags, troupe::cli::add_server_command);
  const auto table = troupe::cli::command_table(app);
  const std::filesystem::path folder = argv[1];
  for (const auto& [name, page] : troupe::cli::manual_pages(table))
    write(folder / "man1" / name, page);
  write(folder / "bash" / "troupe", troupe::cli::bash_completion(table));
  write(folder / "zsh" / "_troupe", troupe::cli::zsh_completion(table));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "troupe_documents: %s\n", error.what());
  return 1;
}
