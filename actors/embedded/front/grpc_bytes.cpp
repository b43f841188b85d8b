// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/grpc_bytes.hpp"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/grpc_security_constants.h>
#include <grpc/support/alloc.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::embedded {

namespace {

/// Below this a copy into the slice costs less than handing over the owner.
constexpr std::size_t copy_below = 2048;

grpc::Slice to_slice(const rpc::bytes& message, std::string_view view) {
  if (view.size() < copy_below)
    return {view.data(), view.size()};
  auto* owner = new rpc::bytes(message);
  return {
      const_cast<char*>(view.data()),
      view.size(),
      [](void* kept) { delete static_cast<rpc::bytes*>(kept); },
      owner};
}

} // namespace

rpc::bytes to_bytes(grpc::ByteBuffer& buffer) {
  grpc::Slice single;
  if (buffer.TrySingleSlice(&single).ok()) {
    buffer.Clear();
    if (single.size() == 0)
      return {};
    auto owner = std::make_shared<const grpc::Slice>(std::move(single));
    const std::string_view view{reinterpret_cast<const char*>(owner->begin()), owner->size()};
    return rpc::bytes{std::move(owner), view};
  }
  auto slices = std::make_shared<std::vector<grpc::Slice>>();
  if (!buffer.Dump(slices.get()).ok())
    return {};
  buffer.Clear();
  std::vector<std::string_view> views;
  views.reserve(slices->size());
  for (const auto& slice : *slices)
    if (slice.size() != 0)
      views.emplace_back(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return rpc::bytes{std::move(slices), std::move(views)};
}

grpc::ByteBuffer to_buffer(const rpc::bytes& message) {
  const auto& views = message.slices();
  if (views.size() == 1) {
    const auto slice = to_slice(message, views.front());
    return grpc::ByteBuffer{&slice, 1};
  }
  std::vector<grpc::Slice> slices;
  slices.reserve(views.size());
  for (auto view : views)
    slices.push_back(to_slice(message, view));
  return grpc::ByteBuffer{slices.data(), slices.size()};
}

grpc::Status to_status(const rpc_status& status) {
  return status.ok()
             ? grpc::Status::OK
             : grpc::Status{
                   static_cast<grpc::StatusCode>(status.code), status.message, status.details};
}

time_point deadline_of(const grpc::ServerContextBase& context) {
  return to_time(context.raw_deadline());
}

time_point to_time(gpr_timespec when) {
  if (gpr_time_cmp(when, gpr_inf_future(when.clock_type)) == 0)
    return time_point::max();
  // 99999999H, the longest that the protocol can say, is more than 64 bits of nanoseconds hold.
  constexpr std::chrono::seconds farthest{9'000'000'000};
  const auto real = gpr_convert_clock_type(when, GPR_CLOCK_REALTIME);
  if (real.tv_sec >= farthest.count())
    return time_point{farthest};
  return time_point{std::chrono::seconds{real.tv_sec} + std::chrono::nanoseconds{real.tv_nsec}};
}

namespace {

/// The mark may lie in two slices: they are cut where the network cut them.
bool is_gzip(const rpc::bytes& message) {
  std::string_view mark = "\x1f\x8b";
  for (auto slice : message.slices()) {
    const auto part = slice.substr(0, mark.size());
    if (!mark.starts_with(part))
      return false;
    mark.remove_prefix(part.size());
    if (mark.empty())
      return true;
  }
  return false;
}

} // namespace

result<rpc::bytes, grpc::Status> inflated(rpc::bytes message, std::size_t most) {
  if (!is_gzip(message))
    return message;
  z_stream stream{};
  constexpr int gzip_window = 15 + 16;
  if (inflateInit2(&stream, gzip_window) != Z_OK)
    return unexpected{grpc::Status{grpc::StatusCode::INTERNAL, "no memory to decompress"}};
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard{&stream, inflateEnd};
  std::string out;
  int state = Z_OK;
  for (auto part : message.slices()) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    stream.avail_in = static_cast<uInt>(part.size());
    while (stream.avail_in != 0 && state == Z_OK) {
      const auto size = out.size();
      out.resize(std::min(most + 1, std::max(2 * size, std::size_t{16384})));
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + size);
      stream.avail_out = static_cast<uInt>(out.size() - size);
      state = inflate(&stream, Z_NO_FLUSH);
      out.resize(out.size() - stream.avail_out);
      if (out.size() > most)
        return unexpected{inflates_too_far(most)};
    }
  }
  if (state != Z_STREAM_END || stream.avail_in != 0)
    return unexpected{grpc::Status{
        grpc::StatusCode::INTERNAL, "grpc: failed to decompress the received message"}};
  return rpc::bytes{std::move(out)};
}

std::string peer_of(::grpc_call* call) {
  const std::unique_ptr<char, void (*)(void*)> text{grpc_call_get_peer(call), gpr_free};
  return text ? text.get() : "";
}

std::optional<rpc::tls_identity> identity_of(::grpc_call* call) {
  const std::unique_ptr<grpc_auth_context, void (*)(grpc_auth_context*)> context{
      grpc_call_auth_context(call), grpc_auth_context_release};
  if (!context || grpc_auth_context_peer_is_authenticated(context.get()) == 0)
    return std::nullopt;
  const auto values_of = [&](const char* name) {
    std::vector<std::string> values;
    auto at = grpc_auth_context_find_properties_by_name(context.get(), name);
    while (const auto* found = grpc_auth_property_iterator_next(&at))
      values.emplace_back(found->value, found->value_length);
    return values;
  };
  const auto first_of = [&](const char* name) {
    auto values = values_of(name);
    return values.empty() ? std::string{} : std::move(values.front());
  };
  return rpc::tls_identity{
      first_of(GRPC_X509_CN_PROPERTY_NAME),
      values_of(GRPC_X509_SAN_PROPERTY_NAME),
      first_of(GRPC_X509_PEM_CERT_PROPERTY_NAME)
          + first_of(GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME)};
}

bool is_over(time_point deadline) {
  // gRPC keeps deadlines in whole milliseconds, rounded up.
  constexpr std::chrono::milliseconds rounding{1};
  return deadline != time_point::max() && deadline - rounding <= std::chrono::system_clock::now();
}

void expire_call(::grpc_call* call) {
  grpc_call_cancel_with_status(
      call, GRPC_STATUS_DEADLINE_EXCEEDED, deadline_exceeded_text, nullptr);
}

grpc::Status request_too_large(std::size_t announced, std::size_t limit) {
  return {
      grpc::StatusCode::RESOURCE_EXHAUSTED,
      "grpc: received message larger than max (" + std::to_string(announced) + " vs. "
          + std::to_string(limit) + ")"};
}

grpc::Status inflates_too_far(std::size_t limit) {
  return {
      grpc::StatusCode::RESOURCE_EXHAUSTED,
      "grpc: received message after decompression larger than max " + std::to_string(limit)};
}

} // namespace troupe::embedded
