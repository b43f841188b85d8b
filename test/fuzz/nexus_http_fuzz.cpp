// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/ascii.hpp"
#include "runtime/base/time/http_date.hpp"
#include "runtime/nexus_http/calling.hpp"
#include "runtime/nexus_http/completing.hpp"
#include "runtime/nexus_http/headers.hpp"
#include "runtime/nexus_http/serving.hpp"
#include "runtime/protocol/nexus_failure.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

namespace {

using namespace troupe;
using namespace std::chrono_literals;
using fuzz::require;
namespace nexus = temporal::api::nexus::v1;

template <class Message>
void require_stored(const Message& what) {
  Message again;
  require(again.ParseFromString(what.SerializeAsString()), "a message that was read can be stored");
}

/// A path, lines of headers, an empty line, the body.
http::incoming read_message(std::string_view text) {
  http::incoming made;
  made.method = "POST";
  const auto take_line = [&] {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
  };
  const auto target = take_line();
  const auto mark = target.find('?');
  made.path = target.substr(0, mark);
  if (mark != target.npos)
    made.query = target.substr(mark + 1);
  for (auto line = take_line(); !line.empty(); line = take_line()) {
    const auto colon = line.find(": ");
    if (colon == line.npos)
      continue;
    auto name = to_lower(line.substr(0, colon));
    const auto value = line.substr(colon + 2);
    // What no connection would let through.
    if (nexus_http::is_header(name, value) && !value.starts_with(' ') && !value.ends_with(' '))
      made.headers.emplace_back(std::move(name), value);
  }
  made.body = text;
  return made;
}

http::incoming as_incoming(const http::outgoing& from) {
  http::incoming made;
  made.method = "POST";
  const auto mark = from.to.path.find('?');
  made.path = from.to.path.substr(0, mark);
  if (mark != from.to.path.npos)
    made.query = from.to.path.substr(mark + 1);
  made.headers = from.headers;
  made.body = from.body;
  return made;
}

void require_same(
    const temporal::api::common::v1::Payload& one, const temporal::api::common::v1::Payload& two) {
  require(one.data() == two.data(), "a payload comes over with its data");
  require(one.metadata_size() == two.metadata_size(), "a payload comes over with its metadata");
  for (const auto& [name, value] : one.metadata()) {
    const auto found = two.metadata().find(name);
    require(found != two.metadata().end() && found->second == value, "each of its metadata");
  }
}

std::shared_ptr<nexus::Request> request_in(const http::incoming& from) {
  auto target = nexus_http::parse_target(from, nexus_http::split_path(from.path));
  if (!target)
    return nullptr;
  auto read = nexus_http::read_request(from, std::move(*target), {});
  return read ? read->message : nullptr;
}

void try_request(const http::incoming& from) {
  const auto request = request_in(from);
  if (!request)
    return;
  require_stored(*request);
  // A token that came in the query may be none that a header can hold.
  if (request->has_cancel_operation()
      && !nexus_http::is_header("x", request->cancel_operation().operation_token()))
    return;
  const auto call = nexus_http::make_call({.host = "h", .path = "/"}, *request, 1s);
  const auto again = request_in(as_incoming(call));
  require(again != nullptr, "a request that was read is one that can be made");
  if (request->has_cancel_operation()) {
    require(
        again->cancel_operation().operation_token()
            == request->cancel_operation().operation_token(),
        "a cancellation comes over with its token");
    return;
  }
  const auto& one = request->start_operation();
  const auto& two = again->start_operation();
  require(
      one.service() == two.service() && one.operation() == two.operation()
          && one.callback() == two.callback() && one.request_id() == two.request_id()
          && one.links_size() == two.links_size(),
      "a start comes over as it was");
  require_same(one.payload(), two.payload());
}

void try_completion(const http::incoming& from) {
  const auto read = nexus_http::read_completion(from);
  if (!read)
    return;
  if (read->result)
    require_stored(*read->result);
  if (read->failure)
    require_stored(*read->failure);
  const auto again =
      nexus_http::read_completion(as_incoming(nexus_http::make_completion({}, {}, *read, 1s)));
  require(static_cast<bool>(again), "a completion that was read is one that can be made");
  require(
      again->state == read->state && again->operation_token == read->operation_token
          && again->links == read->links,
      "a completion comes over as it was");
  if (read->result)
    require_same(*read->result, *again->result);
}

/// The path is the status.
void try_answer(const http::incoming& from) {
  http::received answer{
      .status = static_cast<unsigned>(std::strtoul(from.path.c_str(), nullptr, 10)) % 1000,
      .headers = from.headers,
      .body = from.body};
  if (const auto refused = nexus_http::read_refusal(answer); refused.refused) {
    require_stored(*refused.refused);
    static_cast<void>(nexus_http::write_answer(*refused.refused, true));
  }
  for (const bool is_cancel : {true, false}) {
    const auto outcome = nexus_http::read_answer(answer, is_cancel);
    require(
        static_cast<bool>(outcome.response) + static_cast<bool>(outcome.refused)
                + !outcome.problem.empty()
            == 1,
        "an answer is one thing");
    if (!outcome.response)
      continue;
    require_stored(*outcome.response);
    for (const bool reads_new_failures : {true, false}) {
      const auto one = nexus_http::write_answer(*outcome.response, reads_new_failures);
      const auto bytes = outcome.response->SerializeAsString();
      const auto two = nexus_http::write_answer(std::string_view{bytes}, reads_new_failures);
      require(
          one.status == two.status && one.body == two.body && one.content_type == two.content_type,
          "an answer is the same whether it was parsed or not");
    }
  }
}

void try_parts(const http::incoming& from) {
  if (const auto links = nexus_http::parse_links(from.headers)) {
    const auto written = nexus_http::write_links(*links);
    const auto again = nexus_http::parse_links({{std::string{nexus_http::link_header}, written}});
    require(written.empty() || (again && *again == *links), "links come over as they were");
  }
  for (const auto& [name, value] : from.headers) {
    static_cast<void>(nexus_http::parse_duration(value));
    if (const auto when = parse_http_date(value)) {
      const auto again = parse_http_date(write_http_date(*when));
      require(again && *again == *when, "a date comes over as it was");
    }
  }
  const auto failure = protocol::parse_failure_json(from.body);
  temporal::api::failure::v1::Failure read;
  if (!failure || !protocol::from_nexus(*failure, read))
    return;
  require_stored(read);
  nexus::Failure written;
  protocol::to_nexus(read, written);
  require(
      protocol::parse_failure_json(protocol::failure_json(written)).has_value(),
      "a failure that was written can be read");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Of more a part may have no room in a header, and be left out.
  if (size > nexus_http::longest_header_value / 2)
    return 0;
  const auto message = read_message(fuzz::as_text(data, size));
  try_request(message);
  try_completion(message);
  try_answer(message);
  try_parts(message);
  return 0;
}
