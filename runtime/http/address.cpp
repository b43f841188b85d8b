// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/address.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace troupe::http {

std::optional<address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto digits = text.substr(colon + 1);
  address result;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos)
      return std::nullopt;
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (host.empty())
    host = "0.0.0.0";
  else if (host == "localhost")
    host = "127.0.0.1";
  result.ip = host;
  boost::system::error_code ignored;
  boost::asio::ip::make_address(result.ip, ignored);
  if (ignored)
    return std::nullopt;
  return result;
}

std::string to_string(const address& of) {
  const bool is_v6 = of.ip.find(':') != std::string::npos;
  return (is_v6 ? '[' + of.ip + ']' : of.ip) + ':' + std::to_string(of.port);
}

} // namespace troupe::http
