// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/deterministic_code.hpp"

#include <troupe/error.hpp>
#include <troupe/payload/data_converter.hpp>

#include <exception>
#include <string>
#include <utility>

namespace troupe {
namespace {

// The one place where a codec is called. Errors that mean something to Temporal pass, all others
// are the codec's.
template <class Call>
auto call_codec(const char* verb, Call call) {
  const exempt_code may_be_random; // what it makes is in the history
  try {
    return call();
  } catch (const failure_error&) {
    throw;
  } catch (const payload_codec_error&) {
    throw;
  } catch (const std::exception& error) {
    std::throw_with_nested(payload_codec_error{
        std::string{"the payload codec failed to "} + verb + ": " + error.what()});
  } catch (...) {
    std::throw_with_nested(payload_codec_error{std::string{"the payload codec failed to "} + verb});
  }
}

payload only(payloads&& all, const char* verb) {
  if (all.size() != 1)
    throw payload_codec_error{
        std::string{"the payload codec failed to "} + verb + ": it made "
        + std::to_string(all.size()) + " payloads out of one"};
  return std::move(all.front());
}

payloads list_of(payload&& one) {
  payloads all;
  all.push_back(std::move(one));
  return all;
}

} // namespace

data_converter data_converter::narrowed(const serialization_context& of) const {
  auto made = *this;
  if (auto other = call_codec("take a context", [&] { return codec->with_context(of); }))
    made.codec = std::move(other);
  return made;
}

payloads data_converter::encode(payloads plain) const {
  if (!codec || plain.empty())
    return plain;
  return call_codec("encode", [&] { return codec->encode(std::move(plain)); });
}

payloads data_converter::decode(payloads encoded) const {
  if (!codec || encoded.empty())
    return encoded;
  return call_codec("decode", [&] { return codec->decode(std::move(encoded)); });
}

payload data_converter::encode(payload plain) const {
  return codec ? only(encode(list_of(std::move(plain))), "encode") : plain;
}

payload data_converter::decode(payload encoded) const {
  return codec ? only(decode(list_of(std::move(encoded))), "decode") : encoded;
}

} // namespace troupe
