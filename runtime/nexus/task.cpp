// SPDX-License-Identifier: Apache-2.0
//
// PollNexusTaskQueueResponse is read where it lies in the received slice: no message objects, no
// hash maps for the headers, no copies. Parsing it with protobuf was a seventh of a task's whole
// cost (bench/FINDINGS.md). What protobuf would refuse is refused here too, but for fields that
// nobody reads.
#include "runtime/nexus/task.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/base/wire/wire_reader.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <utility>

namespace troupe::nexus {

namespace {

constexpr std::string_view too_many_headers = "the request has more than 256 headers";
constexpr std::string_view too_many_callback_headers =
    "the request has more than 256 callback headers";
constexpr std::string_view too_much_metadata = "the input has more than 256 metadata entries";
constexpr std::string_view too_many_links = "the request has more than 256 links";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The reading of one answer. Each function reads one message and returns whether it was one.
///
/// Whatever the message holds, the time is linear in its length: of maps and lists no more than
/// `max_entries` are kept, and what concerns a message as a whole is done once, at its end, since
/// protobuf merges a message that is there several times.
class scanner {
public:
  explicit scanner(poll_answer& to) : answer_(to) {}

  bool read_answer(std::string_view message) {
    wire_reader in{message};
    while (in.next())
      if (in.is_text())
        switch (in.field()) {
        case 1: task_.token = in.text(); break;
        case 2: good_ &= read_request(in.text()); break;
        case 3: good_ &= read_decision(in.text()); break;
        case 4: read_string(in, task_.poller_group_id); break;
        default: break;
        }
    if (!in.ok() || !good_)
      return false;
    if (!task_.token.empty()) {
      finish();
      answer_.task = std::move(task_);
    }
    return true;
  }

private:
  void finish() {
    // Services before 1.27 fill only the older field.
    if (task_.operation_token.empty())
      task_.operation_token = older_token_;
    if (task_.kind == nexus_task::request::start && !has_input_)
      task_.input_metadata.emplace_back("encoding", "binary/null"); // an input of nothing
    for (const auto& [name, value] : task_.input_metadata)
      if (name == "encoding")
        task_.input.encoding = value;
      else if (name == "messageType")
        task_.input.message_type = value;
  }

  void read_string(const wire_reader& in, std::string_view& to) {
    to = in.text();
    good_ &= is_text(to);
  }

  /// Nearly all is ASCII, and most of it short.
  static bool is_text(std::string_view text) {
    unsigned char seen = 0;
    for (const char c : text)
      seen |= static_cast<unsigned char>(c);
    return seen < 0x80 || is_utf8(text);
  }

  bool read_decision(std::string_view message) {
    wire_reader in{message};
    auto& delta = answer_.poller_delta.emplace(answer_.poller_delta.value_or(0));
    while (in.next())
      if (in.field() == 1 && in.is_number())
        delta = static_cast<std::int32_t>(in.number());
    return in.ok();
  }

  bool read_request(std::string_view message) {
    wire_reader in{message};
    while (in.next())
      if (in.is_text())
        switch (in.field()) {
        case 1: good_ &= read_entry(in.text(), task_.headers, headers_); break;
        case 2: good_ &= read_time(in.text()); break;
        case 3:
          begin(nexus_task::request::start);
          good_ &= read_start(in.text());
          break;
        case 4:
          begin(nexus_task::request::cancel);
          good_ &= read_cancel(in.text());
          break;
        case 10: read_string(in, task_.endpoint); break;
        case 100: good_ &= read_capabilities(in.text()); break;
        default: break;
        }
    return in.ok();
  }

  /// Start and cancel are one `oneof`: the one that comes last counts, and takes nothing over from
  /// the other.
  void begin(nexus_task::request kind) {
    if (task_.kind != kind && task_.kind != nexus_task::request::unknown) {
      task_.service = task_.operation = task_.request_id = task_.callback_url = {};
      task_.operation_token = older_token_ = {};
      task_.input = {};
      task_.input_metadata.clear();
      has_input_ = false;
      task_.callback_headers.clear();
      task_.links.clear();
    }
    task_.kind = kind;
  }

  bool read_time(std::string_view message) {
    wire_reader in{message};
    google::protobuf::Timestamp time;
    while (in.next())
      if (in.field() == 1 && in.is_number())
        time.set_seconds(static_cast<std::int64_t>(in.number()));
      else if (in.field() == 2 && in.is_number())
        time.set_nanos(static_cast<std::int32_t>(in.number()));
    task_.scheduled_at = from_proto(time);
    return in.ok();
  }

  bool read_capabilities(std::string_view message) {
    wire_reader in{message};
    while (in.next())
      if (in.field() == 1 && in.is_number())
        task_.temporal_failures = in.number() != 0;
    return in.ok();
  }

  bool read_start(std::string_view message) {
    wire_reader in{message};
    while (in.next())
      if (in.is_text())
        switch (in.field()) {
        case 1: read_string(in, task_.service); break;
        case 2: read_string(in, task_.operation); break;
        case 3: read_string(in, task_.request_id); break;
        case 4: read_string(in, task_.callback_url); break;
        case 5:
          has_input_ = true;
          good_ &= read_payload(in.text());
          break;
        case 6: good_ &= read_entry(in.text(), task_.callback_headers, callback_headers_); break;
        case 7: good_ &= read_link(in.text()); break;
        default: break;
        }
    return in.ok();
  }

  bool read_cancel(std::string_view message) {
    wire_reader in{message};
    while (in.next())
      if (in.is_text())
        switch (in.field()) {
        case 1: read_string(in, task_.service); break;
        case 2: read_string(in, task_.operation); break;
        case 3: read_string(in, older_token_); break;
        case 4: read_string(in, task_.operation_token); break;
        default: break;
        }
    return in.ok();
  }

  bool read_payload(std::string_view message) {
    wire_reader in{message};
    while (in.next())
      if (in.is_text())
        switch (in.field()) {
        case 1: good_ &= read_entry(in.text(), task_.input_metadata, metadata_); break;
        case 2: task_.input.data = in.text(); break;
        default: break;
        }
    return in.ok();
  }

  bool read_link(std::string_view message) {
    wire_reader in{message};
    std::string_view url;
    std::string_view type;
    while (in.next())
      if (in.is_text())
        switch (in.field()) {
        case 1: read_string(in, url); break;
        case 2: read_string(in, type); break;
        default: break;
        }
    if (has_room(links_))
      task_.links.push_back({std::string{url}, std::string{type}});
    return in.ok();
  }

  /// How many entries of one sort the message has.
  struct entry_sort {
    std::size_t count = 0;
    std::string_view too_many;
    bool values_are_text = true;
  };

  /// Counts one more; false if no more are kept, and the request is refused.
  bool has_room(entry_sort& sort) {
    if (++sort.count <= max_entries)
      return true;
    task_.refusal = sort.too_many;
    return false;
  }

  /// An entry of a map; of several with one key the last counts.
  bool read_entry(std::string_view message, std::vector<header_entry>& to, entry_sort& sort) {
    wire_reader in{message};
    std::string_view key;
    std::string_view value;
    while (in.next())
      if (!in.is_text())
        continue;
      else if (in.field() == 1)
        read_string(in, key);
      else if (in.field() == 2)
        value = in.text();
    good_ &= !sort.values_are_text || is_text(value);
    if (!has_room(sort))
      return in.ok();
    const auto same = std::ranges::find(to, key, &header_entry::first);
    if (same != to.end()) {
      same->second = value;
    } else {
      if (to.empty())
        to.reserve(8);
      to.emplace_back(key, value);
    }
    return in.ok();
  }

  poll_answer& answer_;
  nexus_task task_;
  std::string_view older_token_;
  entry_sort headers_{.too_many = too_many_headers};
  entry_sort callback_headers_{.too_many = too_many_callback_headers};
  entry_sort metadata_{.too_many = too_much_metadata, .values_are_text = false};
  entry_sort links_{.too_many = too_many_links};
  bool has_input_ = false;
  bool good_ = true;
};

} // namespace

std::optional<std::string_view> nexus_task::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers)
    if (std::ranges::equal(key, name, {}, lower, lower))
      return value;
  return std::nullopt;
}

void limit_entries(nexus_task& task) {
  const auto limit = [&](auto& entries, std::string_view too_many) {
    if (entries.size() <= max_entries)
      return;
    entries.resize(max_entries);
    task.refusal = too_many;
  };
  limit(task.headers, too_many_headers);
  limit(task.callback_headers, too_many_callback_headers);
  limit(task.input_metadata, too_much_metadata);
  limit(task.links, too_many_links);
}

result<poll_answer, std::string> read_poll_answer(rpc::bytes message) {
  if (message.slices().size() > 1)
    message = rpc::bytes{message.str()};
  poll_answer answer;
  if (!scanner{answer}.read_answer(
          message.slices().empty() ? std::string_view{} : message.slices().front()))
    return unexpected{std::string{"the answer to PollNexusTaskQueue cannot be read"}};
  if (answer.task)
    answer.task->storage = std::move(message);
  return answer;
}

rpc::bytes make_poll_request(const poll_options& options) {
  temporal::api::workflowservice::v1::PollNexusTaskQueueRequest request;
  request.set_namespace_(std::string{options.name_space});
  request.set_identity(std::string{options.identity});
  request.mutable_task_queue()->set_name(std::string{options.task_queue});
  request.mutable_task_queue()->set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  request.set_worker_instance_key(std::string{options.worker_instance_key});
  return request.SerializeAsString();
}

} // namespace troupe::nexus
