// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/deep_message.hpp"

#include "runtime/base/slices/slice.hpp"
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/wire/wire_reader.hpp"
#include "runtime/payload/failure_chain.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::io::CodedOutputStream;

/// Messages in each other that the real server reads: the limit of Go's protobuf.
constexpr std::size_t deepest_read = 10'000;

/// Looks at one field after the other, at its bytes with the tag, too.
class field_walk {
public:
  field_walk(std::string_view message, const Descriptor& type) : in_(message), type_(&type) {}

  bool next() {
    spend();
    const auto* begin = in_.position();
    if (!in_.next())
      return false;
    bytes_ = {begin, static_cast<std::size_t>(in_.position() - begin)};
    inner_ = nullptr;
    if (!in_.is_text())
      return true;
    if (const auto* field = type_->FindFieldByNumber(static_cast<int>(in_.field())))
      inner_ = field->message_type();
    return true;
  }

  [[nodiscard]] bool ok() const { return in_.ok(); }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] std::string_view text() const { return in_.text(); }
  /// Of the message that the field holds; null if it holds none.
  [[nodiscard]] const Descriptor* inner() const { return inner_; }
  [[nodiscard]] bool is_chain() const { return inner_ == type_; }
  /// Of groups in each other; zero if the field is none.
  [[nodiscard]] std::size_t groups() const {
    return in_.is_group() ? wire_reader::group_depth(bytes_) : 0;
  }
  [[nodiscard]] std::uint32_t tag() const {
    return static_cast<std::uint32_t>(in_.field() << 3 | 2);
  }

private:
  wire_reader in_;
  const Descriptor* type_;
  std::string_view bytes_;
  const Descriptor* inner_ = nullptr;
};

/// Whether that is a message in each part of it, and none too deep.
bool is_readable(std::string_view message, const Descriptor& type) {
  std::vector<field_walk> open{{message, type}};
  while (!open.empty()) {
    auto& walk = open.back();
    if (!walk.next()) {
      if (!walk.ok())
        return false;
      open.pop_back();
      continue;
    }
    if (walk.inner() == nullptr)
      continue;
    if (open.size() == deepest_read)
      return false;
    open.emplace_back(walk.text(), *walk.inner());
  }
  return true;
}

/// In place of what is cut of a chain of this type: of failures, or of those of Nexus.
const std::string& end_of_chain(const Descriptor& type) {
  using temporal::api::failure::v1::Failure;
  static const auto ends = [] {
    Failure whole;
    say_cut_here(whole);
    temporal::api::nexus::v1::Failure of_nexus;
    of_nexus.set_message(whole.message());
    return std::array{whole.SerializeAsString(), of_nexus.SerializeAsString()};
  }();
  return ends[&type == Failure::descriptor() ? 0 : 1];
}

/// Where a message lies in another.
struct place {
  int depth = 0;
  int link = 1; ///< of a chain of its own type, which is the only way to be deep

  [[nodiscard]] place inside(const field_walk& of) const {
    return {depth + 1, of.is_chain() ? link + 1 : 1};
  }
  [[nodiscard]] bool is_left_out(const field_walk& of) const {
    return of.groups() > static_cast<std::size_t>(max_message_depth - depth);
  }
  [[nodiscard]] bool is_end(const field_walk& of) const {
    return of.is_chain() && link == max_failure_depth;
  }
};

/// Copies a message in two passes over the same fields: the first finds how long each message in it
/// becomes, the second writes.
class cutter {
public:
  std::size_t measure(std::string_view message, const Descriptor& type, place at = {}) {
    std::size_t size = 0;
    for (field_walk walk{message, type}; walk.next();) {
      if (at.is_left_out(walk)) {
        has_cut_ = true;
        continue;
      }
      if (walk.inner() == nullptr) {
        size += walk.bytes().size();
        continue;
      }
      const auto slot = sizes_.size();
      sizes_.push_back(0);
      has_cut_ = has_cut_ || at.is_end(walk);
      sizes_[slot] = at.is_end(walk) ? end_of_chain(type).size()
                                     : measure(walk.text(), *walk.inner(), at.inside(walk));
      size += CodedOutputStream::VarintSize32(walk.tag())
              + CodedOutputStream::VarintSize64(sizes_[slot]) + sizes_[slot];
    }
    return size;
  }

  /// Of what was measured.
  void copy(std::string_view message, const Descriptor& type, std::string& to, place at = {}) {
    for (field_walk walk{message, type}; walk.next();) {
      if (at.is_left_out(walk))
        continue;
      if (walk.inner() == nullptr) {
        spend_bytes(walk.bytes().size());
        to += walk.bytes();
        continue;
      }
      add_varint(walk.tag(), to);
      add_varint(sizes_[next_++], to);
      if (at.is_end(walk))
        to += end_of_chain(type);
      else
        copy(walk.text(), *walk.inner(), to, at.inside(walk));
    }
  }

  [[nodiscard]] bool has_cut() const { return has_cut_; }

private:
  static void add_varint(std::uint64_t value, std::string& to) {
    std::uint8_t digits[10];
    const auto* end = CodedOutputStream::WriteVarint64ToArray(value, digits);
    to.append(reinterpret_cast<const char*>(digits), static_cast<std::size_t>(end - digits));
  }

  std::vector<std::size_t> sizes_; ///< of the messages, in the order in which they begin
  std::size_t next_ = 0;
  bool has_cut_ = false;
};

template <class Read>
bool read(std::string_view bytes, google::protobuf::Message& to, Read read) {
  if (read(bytes))
    return true;
  const auto cut = with_depth_cut(bytes, *to.GetDescriptor());
  return cut && read(*cut);
}

} // namespace

std::optional<std::string> with_depth_cut(std::string_view message, const Descriptor& type) {
  if (!is_readable(message, type))
    return std::nullopt;
  cutter cut;
  std::string to;
  to.reserve(cut.measure(message, type));
  if (!cut.has_cut())
    return std::nullopt;
  cut.copy(message, type, to);
  return to;
}

bool read_message(std::string_view bytes, google::protobuf::Message& to) {
  return read(
      bytes, to, [&](std::string_view from) { return read_at_once(from, to, max_message_depth); });
}

bool read_message_in_slices(std::string_view bytes, google::protobuf::Message& to) {
  return read(bytes, to, [&](std::string_view from) {
    return read_in_slices(from, to, max_message_depth);
  });
}

} // namespace troupe
