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

// What a member is called where these options hold.
class called {
public:
  called(const json_options& options, const json_member& member) : quoted_(member.quoted) {
    if (options.naming == naming::as_written || member.is_named) [[likely]]
      return;
    auto* at = room_;
    *at++ = '"';
    at = spell(options.naming, member.written, at);
    *at++ = '"';
    *at++ = ':';
    quoted_ = {room_, at};
  }
  called(const called&) = delete;
  called& operator=(const called&) = delete;

  /// In quotes, with a colon behind it.
  [[nodiscard]] std::string_view quoted() const { return quoted_; }
  [[nodiscard]] std::string_view name() const { return quoted_.substr(1, quoted_.size() - 3); }

private:
  std::string_view quoted_;
  char room_[most_spelled(longest_name) + 3];
};

[[nodiscard]] bool
is_called(const json_reader& in, const json_member& member, std::string_view key) {
  return called{in.options(), member}.name() == key;
}

[[noreturn]] void fail_unknown(json_reader& in, std::span<const json_member> members) {
  std::string known;
  for (const auto& member : members) {
    known += known.empty() ? "" : ", ";
    known += called{in.options(), member}.name();
  }
  in.fail("there is no such member, only " + (known.empty() ? "none" : known));
}

[[nodiscard]] bool is_wanted(const json_reader& in, const json_member& member) {
  return member.is_required || (in.wants_all_members() && !member.is_nullable);
}

// For objects that leave members out, order them otherwise or have others, from the first such
// place on, whose `key` was read.
[[gnu::noinline]] void read_in_any_order(
    json_reader& in,
    void* object,
    const json_shape& shape,
    std::size_t taken,
    std::string_view key) {
  const auto members = shape.members;
  member_set seen{members.size()};
  for (std::size_t i = 0; i < taken; ++i)
    seen.insert(i);
  std::size_t expected = taken;
  do {
    auto found = expected;
    if (found == members.size() || !is_called(in, members[found], key))
      for (found = 0; found < members.size() && !is_called(in, members[found], key);)
        ++found;
    if (found == members.size()) {
      if (shape.refuses_unknown || in.options().refuse_unknown)
        fail_unknown(in, members);
      in.skip();
      continue;
    }
    expected = found;
    do {
      members[expected].read(in, object);
      seen.insert(expected++);
    } while (expected != members.size()
             && in.try_member(called{in.options(), members[expected]}.quoted()));
  } while (in.next_member(key));
  for (std::size_t i = 0; i < members.size(); ++i)
    if (is_wanted(in, members[i]) && !seen.contains(i))
      in.missing(called{in.options(), members[i]}.name());
}

} // namespace

void read_rest(json_reader& in, void* object, const json_shape& shape, std::size_t taken) {
  if (std::string_view key; in.next_member(key)) {
    read_in_any_order(in, object, shape, taken, key);
    return;
  }
  for (const auto& left : shape.members.subspan(taken))
    if (is_wanted(in, left))
      in.missing(called{in.options(), left}.name());
}

void write_as_told(json_writer& out, const void* object, const json_shape& shape) {
  out.begin_object();
  for (const auto& member : shape.members) {
    const called name{out.options(), member};
    out.quoted_key(name.quoted());
    try {
      member.write(out, object);
    } catch (...) {
      rethrow_at_key(name.name());
    }
  }
  out.end_object();
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
