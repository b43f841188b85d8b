// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_message.hpp"

#include "runtime/base/slices/long_text.hpp"
#include "runtime/base/slices/slice.hpp"
#include "runtime/base/slices/sliced_work.hpp"
#include "runtime/base/wire/wire_reader.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace troupe {

namespace {

/// What is read or written between two spendings.
constexpr int part_bytes = 16 * 1024;
/// Written from as many small things as two bytes each can be.
constexpr std::size_t part_written_price = 64;
/// The same of messages of many small things: each becomes an object.
constexpr int small_part_bytes = 2 * 1024;
constexpr std::size_t small_part_price = 200;
constexpr std::size_t many_fields = 4096;
/// Copied in one go: no more than an object for each few bytes, or few objects.
constexpr std::size_t copied_at_once = std::size_t{16} * 1024;
constexpr std::size_t few_parts = 2048;
/// Reading makes an object of every few bytes, or copies and checks them: a part costs as much as
/// so many units at most.
constexpr std::size_t part_price = 96;

class paced_input final : public google::protobuf::io::ZeroCopyInputStream {
public:
  paced_input(std::string_view from, bool is_small_things)
      : price_(is_small_things ? small_part_price : part_price),
        from_(
            from.data(),
            static_cast<int>(from.size()),
            is_small_things ? small_part_bytes : part_bytes) {}

  bool Next(const void** data, int* size) override {
    spend(price_);
    return from_.Next(data, size);
  }
  void BackUp(int count) override { from_.BackUp(count); }
  bool Skip(int count) override { return from_.Skip(count); }
  std::int64_t ByteCount() const override { return from_.ByteCount(); }

private:
  std::size_t price_;
  google::protobuf::io::ArrayInputStream from_;
};

/// Into a text that grows by what was written, so that its memory is touched part by part.
class paced_output final : public google::protobuf::io::ZeroCopyOutputStream {
public:
  paced_output(std::string& to, std::size_t size) : to_(to) { to_.reserve(size); }
  ~paced_output() override { flush(); }

  bool Next(void** data, int* size) override {
    flush();
    spend(part_written_price);
    *data = part_.data();
    *size = used_ = part_bytes;
    return true;
  }
  void BackUp(int count) override { used_ -= count; }
  std::int64_t ByteCount() const override { return static_cast<std::int64_t>(to_.size()) + used_; }

private:
  void flush() {
    to_.append(part_.data(), static_cast<std::size_t>(used_));
    used_ = 0;
  }

  std::string& to_;
  std::array<char, part_bytes> part_;
  int used_ = 0;
};

} // namespace

namespace {

/// Counts down to zero by the fields in there. What is large is looked into, whatever it may be: a
/// text that looks like a message costs some time and nothing else.
void count_fields(std::string_view message, std::size_t& left, int depth = 0) {
  constexpr int deepest = 100;
  for (wire_reader in{message}; left != 0 && in.next(); --left) {
    if (left % 16 == 0)
      spend();
    if (in.is_text() && in.text().size() > part_bytes && depth < deepest)
      count_fields(in.text(), left, depth + 1);
    if (left == 0)
      return;
  }
}

bool is_small_things(std::string_view message) {
  std::size_t left = many_fields;
  count_fields(message, left);
  return left == 0;
}

bool read_whole(
    google::protobuf::io::ZeroCopyInputStream& from, google::protobuf::Message& to, int deepest) {
  google::protobuf::io::CodedInputStream coded{&from};
  coded.SetRecursionLimit(deepest);
  return to.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage();
}

} // namespace

bool read_at_once(std::string_view bytes, google::protobuf::Message& to, int deepest) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return false;
  google::protobuf::io::CodedInputStream coded{
      reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size())};
  coded.SetRecursionLimit(deepest);
  return to.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage();
}

bool read_in_slices(std::string_view bytes, google::protobuf::Message& to, int deepest) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return false;
  const long_texts hidden{bytes, *to.GetDescriptor()};
  if (hidden.empty()) {
    paced_input from{bytes, is_small_things(bytes)};
    return read_whole(from, to, deepest);
  }
  if (!hidden.are_valid())
    return false;
  const auto plain = hidden.masked();
  paced_input from{plain, is_small_things(plain)};
  if (!read_whole(from, to, deepest))
    return false;
  hidden.put_back(to);
  return true;
}

namespace {

/// Counts down to zero by the parts of the message, as far as that is quick: of what lies in a map
/// there may be any number.
void count_parts(const google::protobuf::Message& of, std::size_t& left) {
  const auto& with = *of.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  with.ListFields(of, &fields);
  for (const auto* field : fields) {
    const auto count =
        field->is_repeated() ? static_cast<std::size_t>(with.FieldSize(of, field)) : 1;
    if (count >= left || (field->is_map() && field->message_type()->map_value()->message_type()))
      left = 0;
    else
      left -= count;
    if (left == 0)
      return;
    if (field->is_map() || field->message_type() == nullptr)
      continue;
    for (std::size_t i = 0; i < count && left != 0; ++i)
      count_parts(
          field->is_repeated() ? with.GetRepeatedMessage(of, field, static_cast<int>(i))
                               : with.GetMessage(of, field),
          left);
  }
}

bool is_few_parts(const google::protobuf::Message& message) {
  std::size_t left = few_parts;
  count_parts(message, left);
  return left != 0;
}

} // namespace

void copy_in_slices(const google::protobuf::Message& from, google::protobuf::Message& to) {
  const bool is_sliced = sliced_work::is_running();
  const auto size = is_sliced ? from.ByteSizeLong() : 0;
  if (size <= copied_at_once || is_few_parts(from)) {
    spend_bytes(size);
    to.CopyFrom(from);
    return;
  }
  // Nothing in protobuf stops half-way through a copy, and this does.
  const auto bytes = write_in_slices(from);
  if (!bytes || !read_in_slices(*bytes, to))
    to.CopyFrom(from);
}

std::optional<std::string> write_in_slices(const google::protobuf::MessageLite& from) {
  const auto size = from.ByteSizeLong();
  if (size > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    return std::nullopt;
  std::string bytes;
  {
    paced_output to{bytes, size};
    google::protobuf::io::CodedOutputStream coded{&to};
    from.SerializeWithCachedSizes(&coded);
    coded.Trim();
    if (coded.HadError())
      return std::nullopt;
  }
  return bytes;
}

} // namespace troupe
