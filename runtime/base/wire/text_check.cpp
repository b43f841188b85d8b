// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/wire/text_check.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/base/wire/wire_reader.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

namespace troupe {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

struct message_shape;

// What to do with a field: nothing, look at its text, or look into it.
struct field_shape {
  enum class kind : std::uint8_t { other, text, message };
  kind is = kind::other;
  const FieldDescriptor* field = nullptr;
  const message_shape* inner = nullptr;
};

struct message_shape {
  std::vector<field_shape> by_number;

  [[nodiscard]] const field_shape& of(std::uint64_t number) const noexcept {
    static constexpr field_shape unknown{};
    return number < by_number.size() ? by_number[number] : unknown;
  }
};

bool reaches_text(const Descriptor& type, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second)
    return false;
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    if (field.type() == FieldDescriptor::TYPE_STRING)
      return true;
    if (field.message_type() != nullptr && reaches_text(*field.message_type(), seen))
      return true;
  }
  return false;
}

// The shapes that one thread has met: read without a lock.
class known_shapes {
public:
  const message_shape& of(const Descriptor& type) {
    if (const auto found = shapes_.find(&type); found != shapes_.end())
      return *found->second;
    auto& made = *(shapes_[&type] = std::make_unique<message_shape>());
    for (int i = 0; i < type.field_count(); ++i) {
      const auto& field = *type.field(i);
      const auto number = static_cast<std::size_t>(field.number());
      made.by_number.resize(std::max(made.by_number.size(), number + 1));
      field_shape shape{.field = &field};
      std::set<const Descriptor*> seen;
      if (field.type() == FieldDescriptor::TYPE_STRING) {
        shape.is = field_shape::kind::text;
      } else if (field.message_type() != nullptr && reaches_text(*field.message_type(), seen)) {
        shape.is = field_shape::kind::message;
        shape.inner = &of(*field.message_type()); // a type may hold itself: that one is known
      }
      made.by_number[number] = shape;
    }
    return made;
  }

private:
  std::unordered_map<const Descriptor*, std::unique_ptr<message_shape>> shapes_;
};

// Most texts are short and plain.
bool is_plain(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
  std::uint64_t seen = 0;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    seen |= word;
  }
  for (; at < text.size(); ++at)
    seen |= static_cast<unsigned char>(text[at]);
  return (seen & high_bits) == 0;
}

bool is_good(std::string_view text) noexcept {
  return is_plain(text) || is_utf8(text);
}

// A message that is ASCII as a whole has no bad text. Most small ones are, as their lengths are
// below 128; of larger ones hardly any, so looking would only cost.
bool is_plain_message(std::string_view message) noexcept {
  return message.size() < 128 && is_plain(message);
}

bool all_good(const message_shape& shape, std::string_view message) noexcept {
  wire_reader in{message};
  while (in.next()) {
    if (!in.is_text())
      continue;
    const auto& field = shape.of(in.field());
    if (field.is == field_shape::kind::text
            ? !is_good(in.text())
            : field.is == field_shape::kind::message && !is_plain_message(in.text())
                  && !all_good(*field.inner, in.text()))
      return false;
  }
  return true;
}

std::string path_of_bad(const message_shape& shape, std::string_view message);

// Of the key or the value of one entry.
std::string path_in_entry(const field_shape& map, std::string_view entry) {
  std::string_view key;
  wire_reader in{entry};
  while (in.next())
    if (in.field() == 1)
      key = in.text();
  if (!is_good(key))
    return map.field->name() + " (a key)";
  const auto named = map.field->name() + "[" + excerpt(key, 100) + "]";
  const auto inside = path_of_bad(*map.inner, entry);
  constexpr std::string_view value = "value";
  return named + (inside.starts_with(value) ? inside.substr(value.size()) : inside);
}

std::string path_of_bad(const message_shape& shape, std::string_view message) {
  std::map<std::uint64_t, int> counts;
  wire_reader in{message};
  while (in.next()) {
    const auto& each = shape.of(in.field());
    if (!in.is_text() || each.is == field_shape::kind::other)
      continue;
    const int index = counts[in.field()]++;
    const bool bad = each.is == field_shape::kind::text ? !is_good(in.text())
                                                        : !all_good(*each.inner, in.text());
    if (!bad)
      continue;
    if (each.field->is_map())
      return path_in_entry(each, in.text());
    auto path = each.field->name();
    if (each.field->is_repeated())
      path += "[" + std::to_string(index) + "]";
    if (each.is == field_shape::kind::message)
      path += "." + path_of_bad(*each.inner, in.text());
    return path;
  }
  return {};
}

} // namespace

std::string find_bad_text(const Descriptor& type, std::string_view message) {
  thread_local known_shapes known;
  const auto& shape = known.of(type);
  return all_good(shape, message) ? std::string{} : path_of_bad(shape, message);
}

} // namespace troupe
