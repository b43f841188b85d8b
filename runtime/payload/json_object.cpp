// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/json_bytes.hpp"
#include "runtime/payload/json_path.hpp"

#include <troupe/payload/json.hpp>

#include <array>

namespace troupe {

// These two are called for every member of every object, and inlined below.

void json_writer::quoted_key(std::string_view quoted) {
  reserve(quoted.size());
  json_bytes::copy_short(at_, quoted.data(), quoted.size());
  at_ += quoted.size();
}

bool json_reader::try_member(std::string_view quoted) {
  if (!frame_->is_object)
    return false;
  const auto* at = at_;
  if (frame_->count != 0 && *at++ != ',')
    return false;
  if (static_cast<std::size_t>(end_ - at) < quoted.size()
      || !json_bytes::equal_short(at, quoted.data(), quoted.size()))
    return false;
  frame_->key = at;
  ++frame_->count;
  at_ = at + quoted.size();
  return true;
}

namespace detail {
namespace {

// Which members were seen, without allocation for all but gigantic structs.
class member_set {
public:
  explicit member_set(std::size_t size) {
    if (size > inline_.size() * 64)
      large_.resize((size + 63) / 64);
  }

  void insert(std::size_t i) { words()[i / 64] |= std::uint64_t{1} << (i % 64); }
  [[nodiscard]] bool contains(std::size_t i) { return (words()[i / 64] >> (i % 64) & 1) != 0; }

private:
  std::uint64_t* words() { return large_.empty() ? inline_.data() : large_.data(); }

  std::array<std::uint64_t, 4> inline_{};
  std::vector<std::uint64_t> large_;
};

template <class Step>
[[noreturn]] void rethrow_at(const payload_error& error, Step step) {
  std::string path;
  append_json_path(path, step);
  throw payload_error{path + error.path(), error.problem()};
}

// For objects that leave members out, order them otherwise or have others, from the first such
// place on, whose `key` was read.
[[gnu::noinline]] void read_in_any_order(
    json_reader& in,
    void* object,
    std::span<const json_member> members,
    std::size_t taken,
    std::string_view key) {
  member_set seen{members.size()};
  for (std::size_t i = 0; i < taken; ++i)
    seen.insert(i);
  std::size_t expected = taken;
  do {
    auto found = expected;
    if (found == members.size() || members[found].name() != key)
      for (found = 0; found < members.size() && members[found].name() != key;)
        ++found;
    if (found == members.size()) {
      in.skip();
      continue;
    }
    expected = found;
    do {
      members[expected].read(in, object);
      seen.insert(expected++);
    } while (expected != members.size() && in.try_member(members[expected].quoted));
  } while (in.next_member(key));
  for (std::size_t i = 0; i < members.size(); ++i)
    if (!members[i].may_be_absent && !seen.contains(i))
      in.missing(members[i].name());
}

} // namespace

void write_object(json_writer& out, const void* object, std::span<const json_member> members) {
  out.begin_object();
  const auto* member = members.data();
  try {
    for (const auto* end = member + members.size(); member != end; ++member) {
      out.quoted_key(member->quoted);
      member->write(out, object);
    }
  } catch (...) {
    rethrow_at_key(member->name());
  }
  out.end_object();
}

void read_object(json_reader& in, void* object, std::span<const json_member> members) {
  in.begin_object();
  // Most writers keep the order of the members and leave none out.
  std::size_t taken = 0;
  while (taken != members.size() && in.try_member(members[taken].quoted))
    members[taken++].read(in, object);
  if (std::string_view key; in.next_member(key)) {
    read_in_any_order(in, object, members, taken, key);
    return;
  }
  for (const auto& left : members.subspan(taken))
    if (!left.may_be_absent)
      in.missing(left.name());
}

void write_text(json_writer& out, std::string_view text) {
  json_reader in{text};
  const auto value = in.raw();
  in.finish();
  out.raw(value);
}

void fail_range(std::string_view what) {
  throw payload_error{"JSON has no form for " + std::string{what}};
}

void rethrow_at_index(std::size_t index) {
  try {
    throw;
  } catch (const payload_error& error) {
    rethrow_at(error, index);
  }
}

void rethrow_at_key(std::string_view key) {
  try {
    throw;
  } catch (const payload_error& error) {
    rethrow_at(error, key);
  }
}

} // namespace detail
} // namespace troupe
