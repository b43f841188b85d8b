// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <memory>
#include <new>

namespace troupe::http {

namespace {

constexpr int gzip_window = 15 + 16;
constexpr int memory_level = 8; // zlib's default

Bytef* input(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

} // namespace

std::string to_gzip(std::string_view body) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY)
      != Z_OK)
    throw std::bad_alloc{};
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard{&stream, deflateEnd};
  std::string out(deflateBound(&stream, body.size()), '\0');
  stream.next_in = input(body);
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH); // in one step: there is room for all of it
  out.resize(stream.total_out);
  return out;
}

result<std::string, gzip_problem> from_gzip(std::string_view packed, std::size_t most) {
  z_stream stream{};
  if (inflateInit2(&stream, gzip_window) != Z_OK)
    throw std::bad_alloc{};
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard{&stream, inflateEnd};
  stream.next_in = input(packed);
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  for (int state = Z_OK; state == Z_OK;) {
    const auto size = out.size();
    out.resize(std::min(most + 1, std::max(2 * size, std::size_t{16384})));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + size);
    stream.avail_out = static_cast<uInt>(out.size() - size);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
    if (state != Z_OK && state != Z_STREAM_END)
      return unexpected{gzip_problem::damaged};
    if (out.size() > most)
      return unexpected{gzip_problem::too_large};
  }
  if (stream.avail_in != 0)
    return unexpected{gzip_problem::damaged};
  return out;
}

} // namespace troupe::http
