// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/post.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <troupe/payload/remote_codec.hpp>

#include <google/protobuf/util/json_util.h>
#include <temporal/api/common/v1/message.pb.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace troupe {

namespace {

namespace json = google::protobuf::util;
using wire_payloads = temporal::api::common::v1::Payloads;

/// A line break or the like would end the header and begin another.
bool is_header_text(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= ' ' && c != 0x7F; });
}

std::string with_namespace(std::string url, const std::string& name) {
  constexpr std::string_view place = "{namespace}";
  for (std::size_t at = 0; (at = url.find(place, at)) != std::string::npos; at += name.size())
    url.replace(at, place.size(), name);
  return url;
}

class remote final : public payload_codec {
public:
  remote(const std::string& url, remote_codec_options options)
      : url_(with_namespace(url, options.name_space)), options_(std::move(options)) {
    while (url_.ends_with('/'))
      url_.pop_back();
    auto read = http::parse_http_url(url_);
    if (!read)
      throw std::invalid_argument(
          "the URL of the codec server (not shown) is none: it looks like http://host:port/path");
    to_ = *std::move(read);
    // Its path and query may hold a key.
    url_.resize(std::min(url_.size(), url_.find_first_of("/?#", url_.find("//") + 2)));
    if (to_.path == "/")
      to_.path.clear();
    to_.ca_file = options_.ca_file;
    if (!options_.name_space.empty())
      options_.headers.emplace_back("X-Namespace", options_.name_space);
    for (const auto& [name, value] : options_.headers)
      if (name.empty() || !is_header_text(name) || !is_header_text(value))
        throw std::invalid_argument(
            "a header for the codec server has an empty name or a character that ends its line");
  }

  payloads encode(payloads plain) const override { return ask("encode", std::move(plain)); }
  payloads decode(payloads encoded) const override { return ask("decode", std::move(encoded)); }
  bool may_block() const noexcept override { return true; }

private:
  [[nodiscard]] payloads ask(const char* verb, payloads what) const {
    if (what.empty())
      return what;
    const auto count = what.size();
    wire_payloads wire;
    to_proto(std::move(what), wire);
    std::string body;
    if (const auto status = json::MessageToJsonString(wire, &body); !status.ok())
      fail(verb, "the payloads cannot be written as JSON: " + status.ToString());
    auto headers = options_.headers;
    if (options_.authorization) {
      auto value = options_.authorization();
      if (!is_header_text(value))
        fail(verb, "the authorization has a character that ends its line");
      headers.emplace_back("Authorization", std::move(value));
    }
    auto to = to_;
    to.path.append("/").append(verb);
    const auto answer = http::post_json(
        to,
        headers,
        std::move(body),
        {.time = options_.timeout, .answer_bytes = options_.max_answer_bytes});
    if (!answer.problem.empty())
      fail(verb, answer.problem + hint(answer.status));
    wire.Clear();
    json::JsonParseOptions lenient;
    lenient.ignore_unknown_fields = true;
    if (!json::JsonStringToMessage(answer.body, &wire, lenient).ok())
      fail(verb, "its answer is no list of payloads; is it a codec server?");
    if (count == 1 && wire.payloads_size() != 1)
      fail(verb, "it made " + std::to_string(wire.payloads_size()) + " payloads out of one");
    return from_proto(wire);
  }

  [[nodiscard]] static const char* hint(unsigned status) {
    switch (status) {
    case 0: return "; does the codec server run there?";
    case 401:
    case 403: return "; see remote_codec_options::authorization";
    case 404:
    case 405: return "; is that the path of the codec server?";
    default: return "";
    }
  }

  [[noreturn]] void fail(const char* verb, const std::string& why) const {
    throw payload_codec_error{
        std::string{"the codec server at "} + url_ + " failed to " + verb + ": " + why};
  }

  std::string url_; ///< without its path, once it is read
  http::http_url to_;
  remote_codec_options options_;
};

} // namespace

std::shared_ptr<const payload_codec>
remote_codec(const std::string& url, remote_codec_options options) {
  return std::make_shared<remote>(url, std::move(options));
}

} // namespace troupe
