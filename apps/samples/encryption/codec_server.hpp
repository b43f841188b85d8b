// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/codec.hpp>
#include <troupe/payload/json.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/describe.hpp>

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// A codec behind HTTP, for the Web UI and for `--codec-endpoint` of the command line, which show
// what they cannot decode themselves. One request at a time: that is plenty for people.
namespace encryption_sample {

/// Payloads as they travel in JSON.
struct wire_payload {
  std::map<std::string, std::vector<std::uint8_t>> metadata;
  std::vector<std::uint8_t> data;
};
BOOST_DESCRIBE_STRUCT(wire_payload, (), (metadata, data))
struct wire_payloads {
  std::vector<wire_payload> payloads;
};
BOOST_DESCRIBE_STRUCT(wire_payloads, (), (payloads))

class codec_server {
  using tcp = boost::asio::ip::tcp;
  using request = boost::beast::http::request<boost::beast::http::string_body>;
  using response = boost::beast::http::response<boost::beast::http::string_body>;

public:
  /// Listens on this machine alone; a port of 0 takes a free one.
  codec_server(std::shared_ptr<const troupe::payload_codec> codec, std::uint16_t port)
      : codec_(std::move(codec)),
        acceptor_(context_, {boost::asio::ip::address_v4::loopback(), port}) {}

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  /// Serves one connection after the other; returns when `port` cannot be accepted from any more.
  void serve() {
    for (boost::system::error_code error; !error;) {
      tcp::socket socket{context_};
      acceptor_.accept(socket, error);
      if (!error)
        answer(socket);
    }
  }
  /// One connection.
  void serve_one() {
    tcp::socket socket{context_};
    acceptor_.accept(socket);
    answer(socket);
  }

private:
  void answer(tcp::socket& socket) const {
    namespace http = boost::beast::http;
    boost::beast::flat_buffer buffer;
    boost::system::error_code error;
    for (bool goes_on = true; goes_on && !error;) {
      request asked;
      http::read(socket, buffer, asked, error);
      if (error)
        return;
      auto said = reply_to(asked);
      said.version(asked.version());
      goes_on = asked.keep_alive();
      said.keep_alive(goes_on);
      said.set("Access-Control-Allow-Origin", asked["Origin"]); // the Web UI
      said.set("Access-Control-Allow-Headers", "content-type,x-namespace,authorization");
      said.prepare_payload();
      http::write(socket, said, error);
    }
  }

  [[nodiscard]] response reply_to(const request& asked) const {
    namespace http = boost::beast::http;
    const auto target = std::string{asked.target()};
    response said{http::status::ok, asked.version()};
    said.set(http::field::content_type, "application/json");
    if (asked.method() == http::verb::options)
      return said;
    const bool encodes = target.ends_with("/encode");
    if (asked.method() != http::verb::post || (!encodes && !target.ends_with("/decode"))) {
      said.result(http::status::not_found);
      return said;
    }
    try {
      auto all = read(troupe::from_json<wire_payloads>(asked.body()));
      all = encodes ? codec_->encode(std::move(all)) : codec_->decode(std::move(all));
      said.body() = troupe::to_json(write(all));
    } catch (const std::exception& failed) {
      said.result(http::status::bad_request);
      said.set(http::field::content_type, "text/plain");
      said.body() = failed.what();
    }
    return said;
  }

  static troupe::payloads read(const wire_payloads& from) {
    troupe::payloads all;
    for (const auto& each : from.payloads) {
      auto& one = all.emplace_back();
      for (const auto& [name, value] : each.metadata)
        one.set(name, std::string{value.begin(), value.end()});
      one.data.assign(each.data.begin(), each.data.end());
    }
    return all;
  }
  static wire_payloads write(const troupe::payloads& from) {
    wire_payloads all;
    for (const auto& each : from) {
      auto& one = all.payloads.emplace_back();
      for (const auto& [name, value] : each.metadata)
        one.metadata[name].assign(value.begin(), value.end());
      one.data.assign(each.data.begin(), each.data.end());
    }
    return all;
  }

  std::shared_ptr<const troupe::payload_codec> codec_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
};

} // namespace encryption_sample
