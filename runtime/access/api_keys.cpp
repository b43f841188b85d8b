// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/api_keys.hpp"

#include "runtime/access/openssl.hpp"
#include "runtime/base/text/hex.hpp"
#include "runtime/base/time/at_seconds.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time_text.hpp"
#include "runtime/protocol/json_value.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace troupe::access {

namespace {

using protocol::json_value;

constexpr std::string_view prefix = "troupe_";
constexpr std::size_t id_bytes = 6;
constexpr std::size_t secret_bytes = 32;
/// The prefix, the id, an underscore, the secret.
constexpr std::size_t key_size = prefix.size() + 2 * id_bytes + 1 + 2 * secret_bytes;

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const unsigned char each : bytes) {
    out += digits[each >> 4];
    out += digits[each & 15];
  }
  return out;
}

std::string random_hex(std::size_t bytes) {
  std::string some(bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(some.data()), static_cast<int>(bytes)) != 1)
    throw std::runtime_error{"the system gives no random bytes"};
  return hex_of(some);
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return hex_digit(c) >= 0; });
}

const json_value* member(const json_value& of, std::string_view name) {
  for (std::size_t i = 0; i < of.names.size(); ++i)
    if (of.names[i] == name)
      return &of.items[i];
  return nullptr;
}

/// Absent or null: empty.
std::string text_of(const json_value& of, std::string_view name) {
  const auto* found = member(of, name);
  return found != nullptr && found->is == json_value::type::string ? found->text : std::string{};
}

/// False for a time that cannot be read; none is none.
bool read_time(const json_value& of, std::string_view name, std::optional<time_point>& to) {
  const auto* found = member(of, name);
  if (found == nullptr || found->is == json_value::type::null)
    return true;
  const auto read = parse_rfc3339(found->text);
  if (!read || found->is != json_value::type::string)
    return false;
  to = later(at_seconds(read->seconds), duration{read->nanos});
  return true;
}

json_value text_value(std::string text) {
  json_value made;
  made.is = json_value::type::string;
  made.text = std::move(text);
  return made;
}

void put(json_value& to, std::string name, json_value value) {
  to.names.push_back(std::move(name));
  to.items.push_back(std::move(value));
}

/// What is wrong with an entry; empty: nothing.
std::string read_entry(const json_value& from, api_key& to) {
  to.id = text_of(from, "id");
  to.name = text_of(from, "name");
  to.hash = text_of(from, "sha256");
  if (to.id.size() != 2 * id_bytes || !is_hex(to.id))
    return "has no id";
  if (to.hash.size() != 64 || !is_hex(to.hash))
    return "has no sha256 of its key";
  std::optional<time_point> created;
  if (!read_time(from, "created", created) || !read_time(from, "expires", to.expires)
      || !read_time(from, "revoked", to.revoked))
    return "has a time that cannot be read";
  to.created = created.value_or(time_point{});
  const auto* permissions = member(from, "permissions");
  if (permissions == nullptr || permissions->is != json_value::type::array)
    return "has no permissions";
  for (const auto& each : permissions->items) {
    if (grants tried; each.is != json_value::type::string || !tried.add(each.text))
      return "has a permission that is not of the form NAMESPACE:ROLE";
    to.permissions.push_back(each.text);
  }
  return {};
}

} // namespace

std::string sha256(std::string_view bytes) {
  std::string out(32, '\0');
  unsigned size = 0;
  EVP_Digest(
      bytes.data(),
      bytes.size(),
      reinterpret_cast<unsigned char*>(out.data()),
      &size,
      EVP_sha256(),
      nullptr);
  return out;
}

bool is_api_key(std::string_view text) noexcept {
  return text.starts_with(prefix);
}

made_key make_api_key(
    std::string name,
    std::vector<std::string> permissions,
    time_point now,
    std::optional<time_point> expires) {
  made_key made;
  made.entry.id = random_hex(id_bytes);
  made.secret = std::string{prefix} + made.entry.id + '_' + random_hex(secret_bytes);
  made.entry.name = std::move(name);
  made.entry.hash = hex_of(sha256(made.secret));
  made.entry.permissions = std::move(permissions);
  made.entry.created = now;
  made.entry.expires = expires;
  return made;
}

result<api_keys, std::string> api_keys::parse(std::string_view json) {
  api_keys made;
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return made; // a new file
  const auto all = protocol::parse_json(json);
  const auto* keys = all ? member(*all, "keys") : nullptr;
  if (keys == nullptr || keys->is != json_value::type::array)
    return unexpected{std::string{"it is no list of API keys"}};
  for (const auto& each : keys->items) {
    api_key read;
    if (const auto problem = read_entry(each, read); !problem.empty())
      return unexpected{"its key number " + std::to_string(made.keys_.size() + 1) + ' ' + problem};
    if (made.by_id(read.id) != nullptr)
      return unexpected{"two of its keys have the id " + read.id};
    made.keys_.push_back(std::move(read));
  }
  return made;
}

std::string api_keys::text() const {
  json_value list;
  list.is = json_value::type::array;
  for (const auto& each : keys_) {
    json_value entry;
    entry.is = json_value::type::object;
    put(entry, "id", text_value(each.id));
    put(entry, "name", text_value(each.name));
    put(entry, "sha256", text_value(each.hash));
    json_value permissions;
    permissions.is = json_value::type::array;
    for (const auto& permission : each.permissions)
      permissions.items.push_back(text_value(permission));
    put(entry, "permissions", std::move(permissions));
    put(entry, "created", text_value(rfc3339(each.created)));
    if (each.expires)
      put(entry, "expires", text_value(rfc3339(*each.expires)));
    if (each.revoked)
      put(entry, "revoked", text_value(rfc3339(*each.revoked)));
    list.items.push_back(std::move(entry));
  }
  json_value all;
  all.is = json_value::type::object;
  put(all, "keys", std::move(list));
  return protocol::indent_json(protocol::write_json(all)) + '\n';
}

std::optional<grants> api_keys::find(std::string_view secret, time_point now) const {
  if (secret.size() != key_size || !secret.starts_with(prefix))
    return std::nullopt;
  const auto id = secret.substr(prefix.size(), 2 * id_bytes);
  for (const auto& each : keys_) {
    if (each.id != id)
      continue;
    const auto hash = hex_of(sha256(secret));
    if (CRYPTO_memcmp(hash.data(), each.hash.data(), hash.size()) != 0 || each.revoked
        || (each.expires && *each.expires <= now))
      return std::nullopt;
    grants granted;
    granted.who = each.name.empty() ? each.id : each.name;
    granted.expires = each.expires.value_or(time_point::max());
    for (const auto& permission : each.permissions)
      granted.add(permission);
    return granted;
  }
  return std::nullopt;
}

api_key* api_keys::by_id(std::string_view id) noexcept {
  const auto found = std::ranges::find(keys_, id, &api_key::id);
  return found == keys_.end() ? nullptr : &*found;
}

bool api_keys::remove(std::string_view id) {
  return std::erase_if(keys_, [&](const auto& each) { return each.id == id; }) != 0;
}

} // namespace troupe::access
