// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/contract/definition_reader.hpp"
#include "apps/troupe/contract/header_text.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

// Definition files in a folder of the test's own.
struct definitions {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("troupe-contract-" + std::to_string(getpid()));

  definitions() { std::filesystem::create_directories(folder); }
  ~definitions() { std::filesystem::remove_all(folder); }
  definitions(const definitions&) = delete;
  definitions& operator=(const definitions&) = delete;

  std::string file(const std::string& name, const std::string& text) const {
    const auto path = (folder / name).string();
    std::ofstream{path, std::ios::binary} << text;
    return path;
  }
  std::string header(const std::string& text) const {
    using namespace troupe::cli::contract;
    return header_text(read_definition({file("t.nexusrpc.yaml", text)}, ""));
  }
  // Of a definition with one operation that takes `types.T`.
  std::string types(const std::string& types) const {
    return header(
        "nexusrpc: 1.0.0\n"
        "services: {S: {operations: {run: {input: {$ref: '#/types/T'}}}}}\n"
        "types:\n"
        + types);
  }
  // What stands behind the name of the file.
  std::string error(const std::string& text) const {
    try {
      (void)header(text);
    } catch (const troupe::cli::command_error& failed) {
      const std::string what = failed.what();
      const auto name = what.find("t.nexusrpc.yaml:");
      return name == std::string::npos ? what : what.substr(name + 16);
    }
    return "none";
  }
  std::string types_error(const std::string& types) const {
    return error(
        "nexusrpc: 1.0.0\n"
        "services: {S: {operations: {run: {input: {$ref: '#/types/T'}}}}}\n"
        "types:\n"
        + types);
  }
};

// `lines` with their line breaks, in `text`.
inline bool has(const std::string& text, const std::string& lines) {
  return text.find(lines) != std::string::npos;
}
