// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/long_text.hpp"

#include "runtime/base/slices/slice.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/wire/wire_reader.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace troupe {

namespace {

using google::protobuf::FieldDescriptor;

/// Deeper ones are refused by the parser.
constexpr int deepest = 100;

/// Eight bytes at a time.
bool is_ascii(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
  std::uint64_t seen = 0;
  for (; text.size() >= sizeof seen; text.remove_prefix(sizeof seen)) {
    std::uint64_t part = 0;
    std::memcpy(&part, text.data(), sizeof part);
    seen |= part;
  }
  return (seen & high_bits) == 0
         && std::ranges::all_of(text, [](char each) { return (each & 0x80) == 0; });
}

} // namespace

long_texts::long_texts(std::string_view message, const google::protobuf::Descriptor& type)
    : message_(message) {
  find(message, type, 0);
}

void long_texts::find(
    std::string_view message, const google::protobuf::Descriptor& type, int depth) {
  if (message.size() < long_text_bytes || depth == deepest)
    return;
  wire_reader in{message};
  for (std::size_t fields = 1; in.next(); ++fields) {
    if (fields % 16 == 0)
      spend();
    if (!in.is_text() || in.text().size() < long_text_bytes)
      continue;
    const auto* field = type.FindFieldByNumber(static_cast<int>(in.field()));
    if (field == nullptr)
      continue;
    spend_bytes(in.text().size() / 4);
    if (field->message_type() != nullptr)
      find(in.text(), *field->message_type(), depth + 1);
    else if (field->type() == FieldDescriptor::TYPE_STRING && !is_ascii(in.text()))
      found_.push_back(in.text());
  }
}

bool long_texts::are_valid() const {
  return std::ranges::all_of(found_, [](std::string_view each) {
    spend_bytes(each.size() / 4);
    return is_utf8(each);
  });
}

std::string long_texts::mask_of(std::size_t number) const {
  return "a long text, number " + std::to_string(number) + ' ';
}

std::string long_texts::masked() const {
  std::string made;
  made.reserve(message_.size());
  for (std::size_t number = 0; number < found_.size(); ++number) {
    const auto& each = found_[number];
    const auto begin = static_cast<std::size_t>(each.data() - message_.data());
    spend_bytes(begin - made.size() + each.size());
    made += message_.substr(made.size(), begin - made.size());
    const auto mask = mask_of(number);
    made += mask;
    made.append(each.size() - mask.size(), '.');
  }
  made += message_.substr(made.size());
  return made;
}

const std::string_view* long_texts::hidden_by(std::string_view text) const {
  if (text.size() < long_text_bytes)
    return nullptr;
  for (std::size_t number = 0; number < found_.size(); ++number)
    if (text.size() == found_[number].size() && text.starts_with(mask_of(number)))
      return &found_[number];
  return nullptr;
}

void long_texts::put_back(google::protobuf::Message& in) const {
  const auto& with = *in.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  with.ListFields(in, &fields);
  std::string scratch;
  for (const auto* field : fields) {
    const int count = field->is_repeated() ? with.FieldSize(in, field) : 1;
    for (int at = 0; at < count; ++at) {
      spend();
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        put_back(
            field->is_repeated() ? *with.MutableRepeatedMessage(&in, field, at)
                                 : *with.MutableMessage(&in, field));
        continue;
      }
      if (field->type() != FieldDescriptor::TYPE_STRING)
        break;
      const auto* text = hidden_by(
          field->is_repeated() ? with.GetRepeatedStringReference(in, field, at, &scratch)
                               : with.GetStringReference(in, field, &scratch));
      if (text == nullptr)
        continue;
      spend_bytes(text->size());
      if (field->is_repeated())
        with.SetRepeatedString(&in, field, at, std::string{*text});
      else
        with.SetString(&in, field, std::string{*text});
    }
  }
}

} // namespace troupe
