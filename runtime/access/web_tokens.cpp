// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/web_tokens.hpp"

#include "runtime/base/text/base64.hpp"
#include "runtime/protocol/json_value.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace troupe::access {

namespace {

using protocol::json_value;

constexpr std::string_view rs256 = "RS256";
constexpr std::string_view es256 = "ES256";
constexpr std::size_t longest_token = 16 * 1024;
constexpr std::size_t coordinate_bytes = 32; ///< of P-256
constexpr int least_rsa_bits = 2048;

using parameters_ptr = std::unique_ptr<OSSL_PARAM, freed_by<OSSL_PARAM_free>>;
using builder_ptr = std::unique_ptr<OSSL_PARAM_BLD, freed_by<OSSL_PARAM_BLD_free>>;
using signature_ptr = std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>>;

/// The only member of that name: of two, readers take different ones.
const json_value* member(const json_value& of, std::string_view name) {
  if (of.is != json_value::type::object || std::ranges::count(of.names, name) != 1)
    return nullptr;
  return &of.items[static_cast<std::size_t>(std::ranges::find(of.names, name) - of.names.begin())];
}

std::string text_of(const json_value& of, std::string_view name) {
  const auto* found = member(of, name);
  return found != nullptr && found->is == json_value::type::string ? found->text : std::string{};
}

key_ptr made_of(const char* type, OSSL_PARAM_BLD* builder) {
  const parameters_ptr parameters{OSSL_PARAM_BLD_to_param(builder)};
  const key_context_ptr context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1
      || EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return key_ptr{made};
}

bignum_ptr number_of(const std::string& bytes) {
  return bignum_ptr{BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr)};
}

key_ptr rsa_key(const json_value& from) {
  std::string modulus;
  std::string exponent;
  if (!decode_base64(text_of(from, "n"), modulus) || !decode_base64(text_of(from, "e"), exponent))
    return nullptr;
  const auto n = number_of(modulus);
  const auto e = number_of(exponent);
  const builder_ptr builder{OSSL_PARAM_BLD_new()};
  if (!n || !e || BN_num_bits(n.get()) < least_rsa_bits
      || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1
      || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return made_of("RSA", builder.get());
}

key_ptr elliptic_key(const json_value& from) {
  std::string x;
  std::string y;
  if (text_of(from, "crv") != "P-256" || !decode_base64(text_of(from, "x"), x)
      || !decode_base64(text_of(from, "y"), y) || x.size() != coordinate_bytes
      || y.size() != coordinate_bytes)
    return nullptr;
  const auto point = '\4' + x + y; // uncompressed
  const builder_ptr builder{OSSL_PARAM_BLD_new()};
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0)
          != 1
      || OSSL_PARAM_BLD_push_octet_string(
             builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size())
             != 1)
    return nullptr;
  return made_of("EC", builder.get());
}

/// Tokens have both numbers one after the other, OpenSSL wants them as DER.
std::string der_signature(std::string_view raw) {
  if (raw.size() != 2 * coordinate_bytes)
    return {};
  const signature_ptr made{ECDSA_SIG_new()};
  auto r = number_of(std::string{raw.substr(0, coordinate_bytes)});
  auto s = number_of(std::string{raw.substr(coordinate_bytes)});
  if (!made || !r || !s || ECDSA_SIG_set0(made.get(), r.get(), s.get()) != 1)
    return {};
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  std::string out(static_cast<std::size_t>(std::max(0, i2d_ECDSA_SIG(made.get(), nullptr))), '\0');
  auto* at = reinterpret_cast<unsigned char*>(out.data());
  i2d_ECDSA_SIG(made.get(), &at);
  return out;
}

bool is_signed(std::string_view what, std::string_view signature, EVP_PKEY* by) {
  const digest_context_ptr context{EVP_MD_CTX_new()};
  return context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, by) == 1
         && EVP_DigestVerify(
                context.get(), bytes_of(signature), signature.size(), bytes_of(what), what.size())
                == 1;
}

/// Seconds since 1970. Nothing if the claim is no number.
std::optional<double> time_of(const json_value& from) {
  double seconds = 0;
  const auto& text = from.text;
  if (from.is != json_value::type::number)
    return std::nullopt;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(seconds))
    return std::nullopt;
  return seconds;
}

bool has_audience(const json_value& claims, std::string_view wanted) {
  const auto* found = member(claims, "aud");
  if (found == nullptr)
    return false;
  if (found->is == json_value::type::array)
    return std::ranges::any_of(found->items, [&](const auto& each) {
      return each.is == json_value::type::string && each.text == wanted;
    });
  return found->is == json_value::type::string && found->text == wanted;
}

struct token_parts {
  std::string_view signed_text;
  std::optional<json_value> header;
  std::optional<json_value> claims;
  std::string signature;
};

std::optional<token_parts> take_apart(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (token.size() > longest_token || second == token.npos
      || token.find('.', second + 1) != token.npos)
    return std::nullopt;
  token_parts parts;
  parts.signed_text = token.substr(0, second);
  std::string header;
  std::string claims;
  if (!decode_base64(token.substr(0, first), header)
      || !decode_base64(token.substr(first + 1, second - first - 1), claims)
      || !decode_base64(token.substr(second + 1), parts.signature))
    return std::nullopt;
  parts.header = protocol::parse_json(header);
  parts.claims = protocol::parse_json(claims);
  if (!parts.header || !parts.claims || parts.claims->is != json_value::type::object)
    return std::nullopt;
  return parts;
}

} // namespace

result<key_set, std::string> key_set::parse(std::string_view json) {
  const quiet_errors quiet;
  const auto all = protocol::parse_json(json);
  const auto* list = all ? member(*all, "keys") : nullptr;
  if (list == nullptr || list->is != json_value::type::array)
    return unexpected{std::string{"it is no JSON Web Key Set"}};
  key_set made;
  for (const auto& each : list->items) {
    const auto use = text_of(each, "use");
    const auto type = text_of(each, "kty");
    entry read;
    read.id = text_of(each, "kid");
    read.algorithm = type == "RSA" ? rs256 : es256;
    const auto stated = text_of(each, "alg");
    if (read.id.empty() || (!use.empty() && use != "sig")
        || (!stated.empty() && stated != read.algorithm))
      continue;
    if (type == "RSA")
      read.key = rsa_key(each);
    else if (type == "EC")
      read.key = elliptic_key(each);
    if (read.key)
      made.keys_.push_back(std::move(read));
  }
  return made;
}

result<grants, std::string> token_reader::read(std::string_view token, time_point now) const {
  const quiet_errors quiet;
  const auto refused = [](const char* why) { return unexpected{std::string{why}}; };
  const auto parts = take_apart(token);
  if (!parts)
    return refused("it is no token of three parts");
  const auto algorithm = text_of(*parts->header, "alg");
  if (algorithm != rs256 && algorithm != es256)
    return refused("its algorithm is neither RS256 nor ES256");
  if (std::ranges::count(parts->header->names, "crit") != 0)
    return refused("its header has a critical extension");
  const auto id = text_of(*parts->header, "kid");
  const auto by = std::ranges::find_if(keys_.keys_, [&](const auto& each) {
    return !id.empty() && each.id == id && each.algorithm == algorithm;
  });
  if (by == keys_.keys_.end())
    return refused("no key of the set has its kid and algorithm");
  const auto signature = algorithm == es256 ? der_signature(parts->signature) : parts->signature;
  if (!is_signed(parts->signed_text, signature, by->key.get()))
    return refused("its signature is not that of its key");
  const auto& claims = *parts->claims;
  const auto seconds = std::chrono::duration<double>{now.time_since_epoch()}.count();
  grants granted;
  if (const auto* expires = member(claims, "exp")) {
    const auto at = time_of(*expires);
    if (!at || *at <= seconds)
      return refused("its time is over");
    if (*at < 9e9) // year 2255; later is never
      granted.expires = time_point{std::chrono::duration_cast<duration>(
          std::chrono::milliseconds{static_cast<std::int64_t>(*at * 1000)})};
  } else if (std::ranges::count(claims.names, "exp") != 0) {
    return refused("it says twice when it ends");
  }
  for (const std::string_view name : {"nbf", "iat"})
    if (const auto* from = member(claims, name)) {
      const auto at = time_of(*from);
      if (!at || *at > seconds)
        return refused("its time has not come");
    }
  if (!audience_.empty() && !has_audience(claims, audience_))
    return refused("it is for another audience");
  const auto* subject = member(claims, "sub");
  if (subject == nullptr || subject->is != json_value::type::string)
    return refused("it has no subject");
  granted.who = subject->text;
  if (const auto* permissions = member(claims, "permissions");
      permissions != nullptr && permissions->is == json_value::type::array)
    for (const auto& each : permissions->items)
      if (each.is == json_value::type::string)
        granted.add(each.text);
  return granted;
}

} // namespace troupe::access
