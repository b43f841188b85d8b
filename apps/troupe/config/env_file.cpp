// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/config/env_file.hpp"

#include "apps/troupe/cli.hpp"
#include "apps/troupe/config/private_file.hpp"
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

/// The same three levels as a document.
class writer {
public:
  writer() {
    if (yaml_emitter_initialize(&emitter_) == 0)
      throw command_error("failed writing env file: out of memory");
    yaml_emitter_set_output(
        &emitter_,
        [](void* to, unsigned char* bytes, std::size_t size) {
          static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
          return 1;
        },
        &text_);
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_emitter_set_indent(&emitter_, 4);
    yaml_emitter_set_width(&emitter_, -1);
  }
  ~writer() { yaml_emitter_delete(&emitter_); }
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  std::string write(const environments& all) {
    emit([](yaml_event_t& to) {
      return yaml_stream_start_event_initialize(&to, YAML_UTF8_ENCODING);
    });
    emit([](yaml_event_t& to) {
      return yaml_document_start_event_initialize(&to, nullptr, nullptr, nullptr, 1);
    });
    open();
    scalar("env");
    open();
    for (const auto& [name, flags] : all) {
      scalar(name);
      open();
      for (const auto& [flag, value] : flags) {
        scalar(flag);
        scalar(value);
      }
      close();
    }
    close();
    close();
    emit([](yaml_event_t& to) { return yaml_document_end_event_initialize(&to, 1); });
    emit([](yaml_event_t& to) { return yaml_stream_end_event_initialize(&to); });
    return std::move(text_);
  }

private:
  template <class Make>
  void emit(Make make) {
    yaml_event_t event{};
    if (make(event) == 0 || yaml_emitter_emit(&emitter_, &event) == 0)
      throw command_error(
          std::string{"failed marshaling YAML: "}
          + (emitter_.problem == nullptr ? "text that is not UTF-8" : emitter_.problem));
  }

  void open() {
    emit([](yaml_event_t& to) {
      return yaml_mapping_start_event_initialize(
          &to, nullptr, nullptr, 1, YAML_BLOCK_MAPPING_STYLE);
    });
  }

  void close() {
    emit([](yaml_event_t& to) { return yaml_mapping_end_event_initialize(&to); });
  }

  // Everything is text, also what another reader would take for a number, a truth or a null: it
  // stands in quotes.
  void scalar(const std::string& text) {
    emit([&](yaml_event_t& to) {
      return yaml_scalar_event_initialize(
          &to,
          nullptr,
          nullptr,
          reinterpret_cast<const yaml_char_t*>(text.data()),
          static_cast<int>(text.size()),
          1,
          1,
          YAML_DOUBLE_QUOTED_SCALAR_STYLE);
    });
  }

  yaml_emitter_t emitter_{};
  std::string text_;
};

std::string path_or_default(std::string path) {
  if (!path.empty())
    return path;
  const char* home = std::getenv("HOME"); // NOLINT(concurrency-mt-unsafe)
  if (home == nullptr || *home == '\0')
    return {};
  return std::string{home} + "/.config/temporalio/temporal.yaml";
}

} // namespace

environments read_env_file(std::string path) {
  path = path_or_default(std::move(path));
  if (path.empty())
    return {};
  const auto file = read_file(path, largest);
  if (file.is_missing)
    return {};
  if (!file.why_not.empty())
    throw command_error("failed reading env file " + path + ": " + file.why_not);
  return reader{path, file.bytes}.read();
}

void change_env_file(std::string path, const std::function<void(environments&)>& how) {
  path = path_or_default(std::move(path));
  if (path.empty())
    throw command_error("unable to find place for env file (unknown HOME dir)");
  const private_file_edit edit{path, "env file"};
  auto all = read_env_file(path);
  how(all);
  edit.write(writer{}.write(all));
}

} // namespace troupe::cli
