// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/contract/source_tree.hpp"

#include <map>
#include <string>

namespace troupe::cli::contract {

/// A value that a `$ref` leads to.
struct referenced_node {
  source_ref node;
  std::string file; ///< that it stands in: its own references start there
  std::string name; ///< the last part of the reference
};

/// Files by their paths, each read once. Nothing is fetched from elsewhere.
class source_files {
public:
  /// Throws `source_error` if the file has no YAML, `command_error` if it cannot be read.
  source_ref open(const std::string& path);

  /// What `#/types/User` or `types.json#/definitions/User` means in `file`; `at` is where it
  /// stands.
  referenced_node resolve(const std::string& file, const std::string& reference, const place& at);

private:
  std::map<std::string, source_ref> files_;
};

} // namespace troupe::cli::contract
