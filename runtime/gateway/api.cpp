// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/api.hpp"

#include "runtime/base/text/base64.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/http_caller.hpp"
#include "runtime/gateway/json_body.hpp"
#include "runtime/gateway/openapi.hpp"
#include "runtime/gateway/paths.hpp"
#include "runtime/gateway/routes.hpp"

#include <troupe/duration.hpp>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::gateway {

namespace {

using google::protobuf::Message;
using std::chrono::hours;

rpc_status bad_argument(std::string text) {
  return {status_code::invalid_argument, std::move(text), {}};
}

/// An empty `<method><suffix>` of the service's package: `ListWorkersRequest`.
std::unique_ptr<Message> make_message(const destination& to, std::string_view suffix) {
  // Linked in by name.
  static const bool are_linked = [] {
    temporal::api::workflowservice::v1::GetSystemInfoRequest::descriptor();
    temporal::api::operatorservice::v1::ListNexusEndpointsRequest::descriptor();
    return true;
  }();
  static_cast<void>(are_linked);
  const auto package = to.service.substr(0, to.service.rfind('.') + 1);
  const auto name = std::string{package}.append(to.row->method).append(suffix);
  const auto* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  return std::unique_ptr<Message>{
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New()};
}

/// `100m`, `5S`: at most eight digits and a unit, as gRPC writes it.
std::optional<duration> read_timeout(std::string_view text) {
  if (text.size() < 2 || text.size() > 9)
    return {};
  std::int64_t count = 0;
  const auto* const unit = text.data() + text.size() - 1;
  if (const auto [end, problem] = std::from_chars(text.data(), unit, count);
      problem != std::errc{} || end != unit || count < 0)
    return {};
  switch (*unit) {
  case 'H': return saturate(std::chrono::hours{count});
  case 'M': return std::chrono::minutes{count};
  case 'S': return std::chrono::seconds{count};
  case 'm': return std::chrono::milliseconds{count};
  case 'u': return std::chrono::microseconds{count};
  case 'n': return std::chrono::nanoseconds{count};
  default: return {};
  }
}

/// `Grpc-Metadata-X-Bin`: as the real server names a header.
std::string header_spelling(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool is_first = out.empty() || out.back() == '-';
    out += is_first && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

/// What is wrong with a header that stands for bytes, which travel as base64; or nothing.
std::string binary_header_problem(const http::incoming& in) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  std::string bytes;
  for (const auto& [name, value] : in.headers) {
    if (!name.starts_with("grpc-metadata-") || !name.ends_with("-bin"))
      continue;
    const auto foreign = value.find_first_not_of(digits);
    if (foreign == value.npos && decode_base64(value, bytes))
      continue;
    return "invalid binary header " + header_spelling(name) + ": illegal base64 data"
           + (foreign == value.npos ? "" : " at input byte " + std::to_string(foreign));
  }
  return {};
}

/// The description of the API, where a real server has one; JSON is YAML, too.
bool is_document(const http::incoming& request) {
  return (request.method == "GET" || request.method == "HEAD")
         && (request.path == "/openapi.json" || request.path == "/openapi.yaml"
             || request.path == "/api/v1/openapi.json");
}

constexpr std::string_view form_type = "application/x-www-form-urlencoded";

/// What a request is to call, or the status that ends it.
result<destination, rpc_status> find_destination(const http::incoming& request) {
  const std::string_view path = request.path;
  std::optional<verb> with;
  if (request.method == "GET")
    with = verb::get;
  else if (request.method == "POST")
    with = verb::post;
  else if (request.method == "DELETE")
    with = verb::remove;
  if (with)
    if (auto found = find_route(*with, path))
      return std::move(*found);
  // What is too long for a URL may be posted as a form.
  if (with == verb::post && request.header("content-type") == form_type)
    if (auto found = find_route(verb::get, path))
      return std::move(*found);
  for (const auto other : {verb::get, verb::post, verb::remove})
    if (other != with && find_route(other, path))
      return unexpected{rpc_status{status_code::unimplemented, "Method Not Allowed", {}}};
  return unexpected{rpc_status{status_code::not_found, "Not Found", {}}};
}

/// The request that a method of the service takes; the error is for the client.
result<std::unique_ptr<Message>, rpc_status>
make_request(const destination& to, const http::incoming& from) {
  auto message = make_message(to, "Request");
  if (to.row->with == verb::post) {
    if (auto problem = read_json(from.body, form_of_body(from).payloads, *message);
        !problem.empty())
      return unexpected{bad_argument(std::move(problem))};
  }
  for (const auto& [name, value] : to.fields)
    if (auto problem = set_field(*message, name, std::span{&value, 1}); !problem.empty())
      return unexpected{
          bad_argument("type mismatch, parameter: " + std::string{name} + ", error: " + problem)};
  if (to.row->with == verb::post)
    return message;
  auto query = read_query(from.query);
  if (!query)
    return unexpected{bad_argument(std::move(query.error()))};
  if (from.method == "POST") {
    auto form = read_query(from.body);
    if (!form)
      return unexpected{bad_argument(std::move(form.error()))};
    query->insert(query->end(), form->begin(), form->end());
  }
  std::vector<std::string_view> in_path;
  for (const auto& [name, value] : to.fields)
    in_path.push_back(name);
  if (auto problem = set_fields(*message, *query, in_path); !problem.empty())
    return unexpected{bad_argument(std::move(problem))};
  return message;
}

/// What is answered once the service has.
http::response answer_of(
    const destination& to,
    const rpc_status& status,
    const rpc::bytes& bytes,
    const json_form& form) {
  if (!status.ok())
    return answer_with(status, form);
  auto message = make_message(to, "Response");
  std::string scratch;
  const auto flat = bytes.flatten(scratch);
  if (!message->ParseFromArray(flat.data(), static_cast<int>(flat.size())))
    return answer_with(
        rpc_status{status_code::internal, "the service's answer cannot be read", {}}, form);
  return answer_with(*message, form);
}

} // namespace

unique_function<void()>
api::serve(std::shared_ptr<const http::incoming> request, http::answer_function answer) {
  const auto form = form_of_answer(*request);
  const auto refuse_with = [&](rpc_status why) -> unique_function<void()> {
    answer([form, why = std::move(why)] { return answer_with(why, form); });
    return {};
  };
  if (auto clean = clean_path(request->path); clean != request->path) {
    if (!request->query.empty())
      clean += '?' + request->query;
    answer([clean = std::move(clean)] {
      return http::response{.status = 301, .content_type = {}, .headers = {{"Location", clean}}};
    });
    return {};
  }
  if (is_document(*request)) {
    answer([] {
      static const auto document = openapi_document(); // asked for by people, seldom
      return http::response{.body = document, .content_type = "application/json"};
    });
    return {};
  }
  if (!path_segment_text(request->path)) {
    answer([] { return http::response{.status = 400, .body = "400 Bad Request"}; });
    return {};
  }
  auto found = find_destination(*request);
  if (!found)
    return refuse_with(std::move(found.error()));
  auto& to = *found;
  time_point deadline = time_point::max();
  if (const auto timeout = request->header("grpc-timeout"); !timeout.empty()) {
    const auto span = read_timeout(timeout);
    if (!span)
      return refuse_with(
          bad_argument(to_valid_utf8("invalid grpc-timeout: " + std::string{timeout})));
    deadline =
        later(std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()), *span);
  }
  if (auto problem = binary_header_problem(*request); !problem.empty())
    return refuse_with(bad_argument(std::move(problem)));
  auto message = make_request(to, *request);
  if (!message)
    return refuse_with(std::move(message.error()));
  if (deadline != time_point::max() && std::chrono::system_clock::now() >= deadline)
    return refuse_with({status_code::deadline_exceeded, "context deadline exceeded", {}});
  rpc::local_service::request call;
  call.method = std::string{"/"}.append(to.service).append("/").append(to.row->method);
  call.message = (*message)->SerializeAsString();
  call.deadline = deadline;
  auto from = std::make_unique<http_caller>(std::move(request));
  call.from = from.get();
  return service_.handle(
      std::move(call),
      [form, to = std::move(to), from = std::move(from), answer = std::move(answer)](
          rpc_status status, rpc::bytes bytes) mutable {
        answer([form, to = std::move(to), status = std::move(status), bytes = std::move(bytes)] {
          return answer_of(to, status, bytes, form);
        });
      });
}

http::response api::refuse(http::refusal why) const {
  // The real server finds out only when it reads the body.
  if (why == http::refusal::body_too_large)
    return answer_with(bad_argument("http: request body too large"), {});
  return handler::refuse(why);
}

} // namespace troupe::gateway
