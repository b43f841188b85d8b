// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/go_url.hpp"

#include "runtime/base/text/ascii.hpp"
#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/text/hex.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace troupe {
namespace {

/// Where a text stands says what it may hold unescaped, and what its escapes may stand for.
enum class part { path, fragment, user, host, zone };

struct broken_url {
  std::string problem;
};

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
         || c == '_' || c == '.' || c == '~';
}

bool stays(char c, part in) {
  if (is_plain(c))
    return true;
  std::string_view more;
  switch (in) {
  case part::path: more = "$&+,/:;=@"; break;
  case part::fragment: more = "$&+,/:;=?@!()*"; break;
  case part::user: more = "$&+,;="; break;
  case part::host:
  case part::zone: more = "!$&'()*+,;=:[]<>\""; break;
  }
  return more.find(c) != std::string_view::npos;
}

std::string unescaped(std::string_view text, part in) {
  const bool is_host = in == part::host || in == part::zone;
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '%') {
      const auto escape = text.substr(at, 3);
      const auto wrong = [&] { return broken_url{"invalid URL escape " + quote_as_go(escape)}; };
      if (escape.size() < 3 || hex_digit(escape[1]) < 0 || hex_digit(escape[2]) < 0)
        throw wrong();
      const auto value = static_cast<char>(hex_digit(escape[1]) * 16 + hex_digit(escape[2]));
      // In a host only what is no ASCII is escaped, and the percent before a zone.
      if (in == part::host && hex_digit(escape[1]) < 8 && escape != "%25")
        throw wrong();
      if (in == part::zone && escape != "%25" && value != ' ' && !stays(value, part::host))
        throw wrong();
      out += value;
      at += 2;
    } else if (is_host && static_cast<unsigned char>(c) < 0x80 && !stays(c, in)) {
      throw broken_url{"invalid character " + quote_as_go(text.substr(at, 1)) + " in host name"};
    } else {
      out += c;
    }
  }
  return out;
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += {'%', digits[byte >> 4U], digits[byte & 15U]};
}

std::string escaped(std::string_view text, part in) {
  std::string out;
  for (const char c : text)
    if (stays(c, in))
      out += c;
    else
      append_escape(out, c);
  return out;
}

/// Keeps the escapes that it has, if nothing else has to be escaped.
std::string escaped_again(std::string_view given, part in) {
  const auto meant = unescaped(given, in);
  const bool is_escaped = std::all_of(given.begin(), given.end(), [&](char c) {
    return stays(c, in) || std::string_view{"!'()*[]%"}.find(c) != std::string_view::npos;
  });
  return is_escaped ? std::string{given} : escaped(meant, in);
}

/// Cuts what stands in front of a scheme's colon.
std::string take_scheme(std::string_view& rest) {
  for (std::size_t at = 0; at < rest.size(); ++at) {
    const char c = rest[at];
    if (c == ':') {
      if (at == 0)
        throw broken_url{"missing protocol scheme"};
      auto scheme = to_lower(rest.substr(0, at));
      rest.remove_prefix(at + 1);
      return scheme;
    }
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool is_other = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!is_letter && (at == 0 || !is_other))
      break;
  }
  return {};
}

void check_port(std::string_view port) {
  const auto digits = port.substr(std::min<std::size_t>(port.size(), 1));
  if ((!port.empty() && port.front() != ':')
      || digits.find_first_not_of("0123456789") != std::string_view::npos)
    throw broken_url{"invalid port " + quote_as_go(port) + " after host"};
}

/// An address in brackets, with what stands behind it.
std::string read_address(std::string_view host) {
  const auto close = host.rfind(']');
  if (close == std::string_view::npos)
    throw broken_url{"missing ']' in host"};
  check_port(host.substr(close + 1));
  const auto inside = host.substr(1, close - 1);
  const auto percent = std::min(inside.find("%25"), inside.size());
  auto address = unescaped(inside.substr(0, percent), part::host);
  const auto zone = unescaped(inside.substr(percent), part::zone);
  const auto refused = [&](const char* why) {
    return broken_url{"invalid host: ParseAddr(" + quote_as_go(address + zone) + "): " + why};
  };
  in6_addr six{};
  in_addr four{};
  if (inet_pton(AF_INET, address.c_str(), &four) == 1)
    throw broken_url{"invalid IP-literal"};
  if (address.find('\0') != std::string::npos || inet_pton(AF_INET6, address.c_str(), &six) != 1)
    throw refused("unable to parse IP");
  if (zone == "%")
    throw refused("zone must be a non-empty string");
  return '[' + address + zone + ']' + std::string{host.substr(close + 1)};
}

std::string read_host(std::string_view host) {
  const auto bracket = host.rfind('[');
  if (bracket == 0)
    return read_address(host);
  if (bracket != std::string_view::npos)
    throw broken_url{"invalid IP-literal"};
  if (const auto colon = host.find(':'); colon != std::string_view::npos)
    check_port(host.substr(colon));
  return unescaped(host, part::host);
}

/// `user:password`, with the `@` behind it.
std::string read_user(std::string_view user) {
  const bool is_valid = std::all_of(user.begin(), user.end(), [](char c) {
    return is_plain(c) || std::string_view{":!$&'()*+,;=%@"}.find(c) != std::string_view::npos;
  });
  if (!is_valid)
    throw broken_url{"net/url: invalid userinfo"};
  const auto colon = user.find(':');
  auto out = escaped(unescaped(user.substr(0, colon), part::user), part::user);
  if (colon != std::string_view::npos)
    out += ':' + escaped(unescaped(user.substr(colon + 1), part::user), part::user);
  return out + '@';
}

void read_all_but_fragment(std::string_view rest, go_url& out) {
  if (std::any_of(rest.begin(), rest.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      }))
    throw broken_url{"net/url: invalid control character in URL"};
  out.scheme = take_scheme(rest);
  out.text = out.scheme.empty() ? "" : out.scheme + ':';
  const auto question = rest.find('?');
  const auto query = question == std::string_view::npos ? "" : rest.substr(question);
  rest = rest.substr(0, question);
  if (!rest.starts_with('/')) {
    if (!out.scheme.empty()) {
      out.text.append(rest).append(query);
      return;
    }
    if (rest.substr(0, rest.find('/')).find(':') != std::string_view::npos)
      throw broken_url{"first path segment in URL cannot contain colon"};
  }
  if (rest.starts_with("//") && (!out.scheme.empty() || !rest.starts_with("///"))) {
    rest.remove_prefix(2);
    const auto authority = rest.substr(0, rest.find('/'));
    rest.remove_prefix(authority.size());
    const auto at = authority.rfind('@');
    const bool has_user = at != std::string_view::npos;
    out.host = read_host(authority.substr(has_user ? at + 1 : 0));
    out.text += "//";
    if (has_user)
      out.text += read_user(authority.substr(0, at));
    out.text += escaped(out.host, part::zone);
  }
  out.text.append(rest == "*" ? "*" : escaped_again(rest, part::path)).append(query);
}

} // namespace

go_url read_go_url(std::string_view text) {
  const auto hash = text.find('#');
  auto cited = text.substr(0, hash);
  go_url out;
  try {
    read_all_but_fragment(cited, out);
    if (hash != std::string_view::npos && hash + 1 < text.size()) {
      cited = text;
      out.text += '#' + escaped_again(text.substr(hash + 1), part::fragment);
    }
  } catch (const broken_url& broken) {
    out = {};
    out.problem = "parse " + quote_as_go(cited) + ": " + broken.problem;
  }
  return out;
}

http_target http_target_of(const go_url& url) {
  http_target out;
  const auto refuse = [](std::string problem) {
    http_target refused;
    refused.problem = std::move(problem);
    return refused;
  };
  if (!url.problem.empty())
    return refuse(url.problem);
  if ((url.scheme != "http" && url.scheme != "https") || url.host.empty())
    return refuse("it is no http://host:port/path");
  out.is_encrypted = url.scheme == "https";
  auto rest = std::string_view{url.text}.substr(url.scheme.size() + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  if (authority.find('@') != authority.npos)
    return refuse("it names a user, which is not sent: give the credentials as a header");
  std::string_view host = url.host;
  const bool is_address = host.starts_with('[');
  const auto colon = host.find(':', is_address ? host.rfind(']') : 0);
  out.port = out.is_encrypted ? "443" : "80";
  if (colon != host.npos) {
    out.port = host.substr(colon + 1);
    host = host.substr(0, colon);
    if (out.port.empty() || out.port.size() > 5 || std::stoi(out.port) > 65'535)
      return refuse("its port is no number up to 65535");
  }
  if (is_address)
    host = host.substr(1, host.size() - 2);
  const std::string_view more = is_address ? ":%" : "";
  if (host.empty() || !std::all_of(host.begin(), host.end(), [&](char c) {
        return is_plain(c) || more.find(c) != more.npos;
      }))
    return refuse(
        "in the name of a host stand letters, digits and \"-._~\" (others as \"xn--...\")");
  out.host = host;
  if (!rest.starts_with('/'))
    out.path = '/';
  for (const char c : rest.substr(0, rest.find('#')))
    if (c > ' ' && c < '\x7F')
      out.path += c;
    else // a query is kept as it was written
      append_escape(out.path, c);
  return out;
}

} // namespace troupe
