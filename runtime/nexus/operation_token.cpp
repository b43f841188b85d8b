// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/base64.hpp"

#include <troupe/nexus/operation_token.hpp>
#include <troupe/payload/json_reader.hpp>
#include <troupe/payload/json_writer.hpp>
#include <troupe/payload/payload_error.hpp>

#include <cstdint>
#include <utility>

namespace troupe::nexus {

namespace {

constexpr std::int64_t workflow_type = 1;
constexpr std::int64_t activity_type = 2;
constexpr std::int64_t update_type = 3;

void write(json_writer& to, std::string_view key, std::string_view value) {
  to.key(key);
  to.string(value);
}

/// Left out where it is not known.
void write_run(json_writer& to, std::string_view run_id) {
  if (!run_id.empty())
    write(to, "rid", run_id);
}

void write_head(json_writer& to, std::int64_t type, std::string_view name_space) {
  to.key("t");
  to.number(type);
  write(to, "ns", name_space);
}

void write_members(json_writer& to, const workflow_run_token& from) {
  write_head(to, workflow_type, from.name_space);
  write(to, "wid", from.workflow_id);
}
void write_members(json_writer& to, const activity_token& from) {
  write_head(to, activity_type, from.name_space);
  write(to, "aid", from.activity_id);
  write_run(to, from.run_id);
}
void write_members(json_writer& to, const workflow_update_token& from) {
  write_head(to, update_type, from.name_space);
  write(to, "wid", from.workflow_id);
  write_run(to, from.run_id);
  write(to, "uid", from.update_id);
}

/// The members as they came.
struct token_members {
  std::int64_t type = 0;
  std::string name_space;
  std::string workflow_id;
  std::string activity_id;
  std::string run_id;
  std::string update_id;
};

std::optional<operation_token> to_token(token_members from) {
  if (from.name_space.empty())
    return std::nullopt;
  switch (from.type) {
  case workflow_type:
    if (from.workflow_id.empty())
      return std::nullopt;
    return workflow_run_token{std::move(from.name_space), std::move(from.workflow_id)};
  case activity_type:
    if (from.activity_id.empty())
      return std::nullopt;
    return activity_token{
        std::move(from.name_space), std::move(from.activity_id), std::move(from.run_id)};
  case update_type:
    if (from.workflow_id.empty() || from.update_id.empty())
      return std::nullopt;
    return workflow_update_token{
        std::move(from.name_space),
        std::move(from.workflow_id),
        std::move(from.run_id),
        std::move(from.update_id)};
  default: return std::nullopt;
  }
}

} // namespace

std::string make_token(const operation_token& of) {
  json_writer json;
  json.begin_object();
  std::visit([&](const auto& each) { write_members(json, each); }, of);
  json.end_object();
  return to_base64url(std::move(json).take());
}

std::optional<operation_token> parse_token(std::string_view text) {
  std::string decoded;
  if (text.empty() || !decode_base64(text, decoded))
    return std::nullopt;
  try {
    token_members found;
    json_reader json{decoded};
    json.begin_object();
    for (std::string_view key; json.next_member(key);) {
      const auto read_text = [&](std::string& to) {
        if (!json.try_null())
          to = json.read_string();
      };
      if (key == "t")
        found.type = json.read_int64();
      else if (key == "ns")
        found.name_space = json.read_string();
      else if (key == "wid")
        read_text(found.workflow_id);
      else if (key == "aid")
        read_text(found.activity_id);
      else if (key == "rid")
        read_text(found.run_id);
      else if (key == "uid")
        read_text(found.update_id);
      else if (key == "v") {
        // Versions came after the first form, which has none; a higher one means something we do
        // not know.
        if (!json.try_null() && json.read_int64() != 0)
          return std::nullopt;
      } else
        json.skip();
    }
    json.finish();
    return to_token(std::move(found));
  } catch (const payload_error&) {
    return std::nullopt;
  }
}

const std::string& name_space_of(const operation_token& token) noexcept {
  return std::visit([](const auto& each) -> const std::string& { return each.name_space; }, token);
}

} // namespace troupe::nexus
