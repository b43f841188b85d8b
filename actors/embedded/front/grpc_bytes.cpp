// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/grpc_bytes.hpp"

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
  const auto raw = context.raw_deadline();
  if (gpr_time_cmp(raw, gpr_inf_future(raw.clock_type)) == 0)
    return time_point::max();
  return std::chrono::time_point_cast<duration>(context.deadline());
}

grpc::Status request_too_large(std::size_t limit) {
  return {
      grpc::StatusCode::RESOURCE_EXHAUSTED,
      "grpc: received message after decompression larger than max " + std::to_string(limit)};
}

} // namespace troupe::embedded
