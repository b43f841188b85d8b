// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/json_path.hpp"

#include <troupe/payload/json.hpp>

#include <array>

namespace troupe {

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

[[nodiscard]] bool is_wanted(const json_reader& in, const json_member& member) {
  return member.is_required || (in.wants_all_members() && !member.is_nullable);
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
    if (is_wanted(in, members[i]) && !seen.contains(i))
      in.missing(members[i].name());
}

} // namespace

void read_rest(
    json_reader& in, void* object, std::span<const json_member> members, std::size_t taken) {
  if (std::string_view key; in.next_member(key)) {
    read_in_any_order(in, object, members, taken, key);
    return;
  }
  for (const auto& left : members.subspan(taken))
    if (is_wanted(in, left))
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
