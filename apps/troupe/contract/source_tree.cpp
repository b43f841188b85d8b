// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/source_tree.hpp"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace troupe::cli::contract {
namespace {

constexpr std::size_t deepest = 100;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
  for (const auto each : all)
    if (each == text)
      return true;
  return false;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes digits off the front; false if there are none.
bool take_digits(std::string_view& text) {
  const auto before = text.size();
  while (!text.empty() && is_digit(text.front()))
    text.remove_prefix(1);
  return text.size() < before;
}

void take_sign(std::string_view& text) {
  if (text.starts_with('-') || text.starts_with('+'))
    text.remove_prefix(1);
}

class parser {
public:
  parser(const std::string& file, const std::string& text)
      : file_(std::make_shared<const std::string>(file)) {
    if (yaml_parser_initialize(&parser_) == 0)
      throw command_error("out of memory");
    yaml_parser_set_input_string(
        &parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~parser() { yaml_parser_delete(&parser_); }
  parser(const parser&) = delete;
  parser& operator=(const parser&) = delete;

  source_ref document() {
    take(); // the stream's start
    if (take().type == YAML_STREAM_END_EVENT)
      throw source_error(at(), "the file is empty");
    take();
    auto root = value(0);
    take(); // the document's end
    if (take().type != YAML_STREAM_END_EVENT)
      throw source_error(at(), "a second document begins here: write it into a file of its own");
    return root;
  }

private:
  const yaml_event_t& take() {
    current_.clear();
    if (yaml_parser_parse(&parser_, &current_.is) == 0) {
      const auto mark = parser_.problem_mark;
      throw source_error(
          {file_, mark.line + 1, mark.column + 1},
          parser_.problem != nullptr ? parser_.problem : "this is no YAML");
    }
    return current_.is;
  }

  [[nodiscard]] place at() const {
    const auto& mark = current_.is.start_mark;
    return {file_, mark.line + 1, mark.column + 1};
  }

  static std::string text_of(const yaml_char_t* text) {
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
  }

  // Only one that says what the value is anyway.
  void check_tag(const std::string& tag, const char* usual) const {
    if (!is_one_of(tag, {"", "!", usual}))
      throw source_error(at(), "the tag " + tag + " has no meaning here");
  }

  // The value that the current event begins; the last event taken is its last.
  source_ref value(std::size_t depth) {
    if (depth > deepest)
      throw source_error(at(), "this is nested more than 100 deep");
    auto made = std::make_shared<source_node>();
    made->at = at();
    const auto& data = current_.is.data;
    switch (current_.is.type) {
    case YAML_ALIAS_EVENT: return referenced(text_of(data.alias.anchor));
    case YAML_SCALAR_EVENT: {
      made->text.assign(reinterpret_cast<const char*>(data.scalar.value), data.scalar.length);
      const auto tag = text_of(data.scalar.tag);
      made->is_plain = data.scalar.style == YAML_PLAIN_SCALAR_STYLE && tag.empty();
      check_tag(tag, YAML_STR_TAG);
      keep(text_of(data.scalar.anchor), made);
      return made;
    }
    case YAML_SEQUENCE_START_EVENT: {
      const auto anchor = text_of(data.sequence_start.anchor);
      check_tag(text_of(data.sequence_start.tag), YAML_SEQ_TAG);
      keep(anchor, nullptr);
      made->is = source_node::kind::list;
      while (take().type != YAML_SEQUENCE_END_EVENT)
        made->items.push_back(value(depth + 1));
      keep(anchor, made);
      return made;
    }
    case YAML_MAPPING_START_EVENT: {
      const auto anchor = text_of(data.mapping_start.anchor);
      check_tag(text_of(data.mapping_start.tag), YAML_MAP_TAG);
      keep(anchor, nullptr);
      made->is = source_node::kind::map;
      while (take().type != YAML_MAPPING_END_EVENT)
        member(*made, depth);
      sort_keys(*made);
      keep(anchor, made);
      return made;
    }
    default: throw source_error(at(), "a value is missing");
    }
  }

  void member(source_node& to, std::size_t depth) {
    const auto key = value(depth + 1);
    // Plain numbers are fine: names of enumerations and properties may look like that.
    if (key->is != source_node::kind::scalar || key->is_null())
      throw source_error(key->at, "a key has to be text");
    if (key->text == "<<" && key->is_plain)
      throw source_error(
          key->at, "merge keys (<<) are not part of YAML 1.2: write the members out");
    take();
    to.members.push_back({key->text, key->at, value(depth + 1)});
  }

  static void sort_keys(source_node& of) {
    of.by_key.resize(of.members.size());
    std::iota(of.by_key.begin(), of.by_key.end(), std::size_t{0});
    const auto key = [&](std::size_t number) -> const std::string& {
      return of.members[number].key;
    };
    std::ranges::sort(of.by_key, [&](std::size_t one, std::size_t other) {
      const auto order = key(one).compare(key(other));
      return order < 0 || (order == 0 && one < other);
    });
    // The first in the file that was there before.
    const source_member* again = nullptr;
    for (std::size_t i = 1; i < of.by_key.size(); ++i)
      if (key(of.by_key[i]) == key(of.by_key[i - 1])
          && (again == nullptr || &of.members[of.by_key[i]] < again))
        again = &of.members[of.by_key[i]];
    if (again != nullptr)
      throw source_error(again->at, "\"" + again->key + "\" is there twice");
  }

  // Null while it is being read.
  void keep(const std::string& anchor, source_ref made) {
    if (!anchor.empty())
      anchors_[anchor] = std::move(made);
  }

  source_ref referenced(const std::string& anchor) {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw source_error(at(), "there is no anchor &" + anchor + " before this");
    if (found->second == nullptr)
      throw source_error(at(), "*" + anchor + " is a part of what it stands for");
    return found->second;
  }

  struct event {
    event() = default;
    ~event() { clear(); }
    event(const event&) = delete;
    event& operator=(const event&) = delete;
    void clear() { yaml_event_delete(&is); }
    yaml_event_t is{};
  };

  std::shared_ptr<const std::string> file_;
  yaml_parser_t parser_{};
  event current_;
  std::map<std::string, source_ref> anchors_;
};

} // namespace

source_error::source_error(const place& at, const std::string& what)
    : command_error(
          (at.file ? *at.file : std::string{}) + ':' + std::to_string(at.line) + ':'
          + std::to_string(at.column) + ": " + what) {}

bool source_node::is_null() const {
  return is == kind::scalar && is_plain && is_one_of(text, {"", "~", "null", "Null", "NULL"});
}

bool source_node::is_boolean() const {
  return is == kind::scalar && is_plain
         && is_one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"});
}

bool source_node::is_true() const {
  return is_boolean() && (text.front() == 't' || text.front() == 'T');
}

bool source_node::is_integer() const {
  if (is != kind::scalar || !is_plain)
    return false;
  std::string_view rest{text};
  take_sign(rest);
  return take_digits(rest) && rest.empty();
}

bool source_node::is_number() const {
  if (is != kind::scalar || !is_plain)
    return false;
  std::string_view rest{text};
  take_sign(rest);
  bool has_digits = take_digits(rest);
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    has_digits = take_digits(rest) || has_digits;
  }
  if (!has_digits)
    return false;
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    take_sign(rest);
    if (!take_digits(rest))
      return false;
  }
  return rest.empty();
}

bool source_node::is_text() const {
  return is == kind::scalar && !is_null() && !is_boolean() && !is_number();
}

const source_member* source_node::find(std::string_view key) const {
  const auto key_of = [this](std::size_t number) -> std::string_view {
    return members[number].key;
  };
  const auto found = std::ranges::lower_bound(by_key, key, {}, key_of);
  return found == by_key.end() || key_of(*found) != key ? nullptr : &members[*found];
}

const source_node* source_node::get(std::string_view key) const {
  const auto* const found = find(key);
  return found == nullptr ? nullptr : found->value.get();
}

source_ref parse_source(const std::string& file, const std::string& text) {
  return parser{file, text}.document();
}

} // namespace troupe::cli::contract
