// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/env_file.hpp"

#include "apps/troupe/cli.hpp"
#include "runtime/base/file.hpp"

#include <yaml.h>

#include <cstdlib>
#include <utility>
#include <vector>

namespace troupe::cli {
namespace {

constexpr std::size_t largest = 1U << 20U;

/// Follows the events of the parser instead of building a document: the file has three levels and
/// no more, so nothing in it can be deep or refer to itself.
class reader {
public:
  reader(const std::string& path, const std::string& text) : path_(path) {
    if (yaml_parser_initialize(&parser_) == 0)
      throw command_error("failed reading env file " + path_ + ": out of memory");
    yaml_parser_set_input_string(
        &parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~reader() { yaml_parser_delete(&parser_); }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  environments read() {
    environments all;
    std::vector<std::string> keys; // those of the mappings that are open
    bool at_key = true;
    std::size_t depth = 0;
    while (true) {
      const event now{*this};
      switch (now.is.type) {
      case YAML_STREAM_END_EVENT: return all;
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_START_EVENT:
      case YAML_DOCUMENT_END_EVENT: break;
      case YAML_MAPPING_START_EVENT:
        if (depth == 3 || (depth > 0 && at_key))
          fail(now.is.start_mark);
        ++depth;
        at_key = true;
        break;
      case YAML_MAPPING_END_EVENT:
        --depth;
        if (depth > 0)
          keys.pop_back();
        at_key = true;
        break;
      case YAML_SCALAR_EVENT: {
        std::string text{
            reinterpret_cast<const char*>(now.is.data.scalar.value), now.is.data.scalar.length};
        const bool is_plain = now.is.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        const bool is_null = is_plain && (text.empty() || text == "~" || text == "null");
        if (depth == 0 && is_null)
          break; // an empty document
        if (depth == 0 || (!at_key && depth < 3 && !is_null))
          fail(now.is.start_mark);
        if (at_key) {
          keys.push_back(std::move(text));
          at_key = false;
          break;
        }
        if (depth == 3 && keys[0] == "env")
          all[keys[1]][keys[2]] = is_null ? "" : std::move(text);
        keys.pop_back();
        at_key = true;
        break;
      }
      default: fail(now.is.start_mark); // lists and references
      }
      if (depth == 2 && keys.size() == 2 && keys[0] == "env" && !at_key)
        all[keys[1]]; // an environment without flags is there too
    }
  }

private:
  struct event {
    explicit event(reader& from) {
      if (yaml_parser_parse(&from.parser_, &is) == 0)
        from.fail(from.parser_.problem_mark);
    }
    ~event() { yaml_event_delete(&is); }
    event(const event&) = delete;
    event& operator=(const event&) = delete;
    yaml_event_t is{};
  };

  [[noreturn]] void fail(const yaml_mark_t& at) const {
    throw command_error(
        "failed unmarshalling env YAML: " + path_ + ", line " + std::to_string(at.line + 1)
        + ", column " + std::to_string(at.column + 1)
        + ": it takes flags and their values by name of environment, below \"env\"");
  }

  const std::string& path_;
  yaml_parser_t parser_{};
};

} // namespace

environments read_env_file(std::string path) {
  if (path.empty()) {
    const char* home = std::getenv("HOME"); // NOLINT(concurrency-mt-unsafe)
    if (home == nullptr || *home == '\0')
      return {};
    path = std::string{home} + "/.config/temporalio/temporal.yaml";
  }
  const auto file = read_file(path, largest);
  if (file.is_missing)
    return {};
  if (!file.why_not.empty())
    throw command_error("failed reading env file " + path + ": " + file.why_not);
  return reader{path, file.bytes}.read();
}

} // namespace troupe::cli
