// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/line/input_file.hpp"

#include "apps/troupe/cli.hpp"
#include "runtime/base/file.hpp"

#include <troupe/payload/json_reader.hpp>

#include <cctype>

namespace troupe::cli {

std::string json_fault(const std::string& text, const std::string& what) {
  if (protocol::json_depth(text) > json_reader::max_depth)
    return what + " is nested deeper than " + std::to_string(json_reader::max_depth) + " levels";
  return what + " is not valid JSON";
}

std::string read_input_file(const std::string& path) {
  // No service takes a request of this size.
  constexpr std::size_t largest = 128U << 20U;
  auto file = read_file(path, largest);
  if (file.why_not.empty())
    return std::move(file.bytes);
  // Go writes what the system says in small letters.
  auto why = file.why_not;
  why.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(why.front())));
  // A folder can be opened.
  const auto* verb = why == "is a directory" ? "read " : "open ";
  throw command_error(
      "failed reading input file " + quote_json(path) + ": " + verb + path + ": " + why);
}

} // namespace troupe::cli
