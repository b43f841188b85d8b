// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/json_path.hpp"

#include <troupe/payload/json.hpp>

#include <array>

namespace troupe::detail {
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

} // namespace

void write_object(json_writer& out, const void* object, std::span<const json_member> members) {
  out.begin_object();
  for (const auto& member : members) {
    out.key(member.name);
    try {
      member.write(out, object);
    } catch (...) {
      rethrow_at_key(member.name);
    }
  }
  out.end_object();
}

void read_object(json_reader& in, void* object, std::span<const json_member> members) {
  member_set seen{members.size()};
  // Most writers keep the order of the members, so the next one is tried first.
  std::size_t guess = 0;
  in.begin_object();
  for (std::string_view key; in.next_member(key);) {
    std::size_t found = guess;
    if (guess >= members.size() || members[guess].name != key)
      for (found = 0; found < members.size() && members[found].name != key;)
        ++found;
    if (found == members.size()) {
      in.skip();
      continue;
    }
    members[found].read(in, object);
    seen.insert(found);
    guess = found + 1;
  }
  for (std::size_t i = 0; i < members.size(); ++i)
    if (!members[i].may_be_absent && !seen.contains(i))
      in.missing(members[i].name);
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

} // namespace troupe::detail
