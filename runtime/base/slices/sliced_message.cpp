// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_message.hpp"

#include "runtime/base/slices/long_text.hpp"
#include "runtime/base/slices/slice.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace troupe {

namespace {

/// What is read or written between two spendings.
constexpr int part_bytes = 16 * 1024;
/// Reading makes an object of every few bytes, or copies and checks them: a part costs as much as
/// so many units at most.
constexpr std::size_t part_price = 96;

class paced_input final : public google::protobuf::io::ZeroCopyInputStream {
public:
  explicit paced_input(std::string_view from)
      : from_(from.data(), static_cast<int>(from.size()), part_bytes) {}

  bool Next(const void** data, int* size) override {
    spend(part_price);
    return from_.Next(data, size);
  }
  void BackUp(int count) override { from_.BackUp(count); }
  bool Skip(int count) override { return from_.Skip(count); }
  std::int64_t ByteCount() const override { return from_.ByteCount(); }

private:
  google::protobuf::io::ArrayInputStream from_;
};

/// Into a text that grows by what was written, so that its memory is touched part by part.
class paced_output final : public google::protobuf::io::ZeroCopyOutputStream {
public:
  paced_output(std::string& to, std::size_t size) : to_(to) { to_.reserve(size); }
  ~paced_output() override { flush(); }

  bool Next(void** data, int* size) override {
    flush();
    spend_bytes(part_bytes);
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

bool read_in_slices(std::string_view bytes, google::protobuf::Message& to) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return false;
  const long_texts hidden{bytes, *to.GetDescriptor()};
  if (hidden.empty()) {
    paced_input from{bytes};
    return to.ParseFromZeroCopyStream(&from);
  }
  if (!hidden.are_valid())
    return false;
  const auto plain = hidden.masked();
  paced_input from{plain};
  if (!to.ParseFromZeroCopyStream(&from))
    return false;
  hidden.put_back(to);
  return true;
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
