// SPDX-License-Identifier: Apache-2.0
// Coroutine frames come and go by the million and have few sizes: thread-local free lists by
// 64-byte size class.

#include <troupe/async.hpp>

#include <array>
#include <cstddef>
#include <new>

namespace troupe::detail {
namespace {

constexpr std::size_t class_bytes = 64;
constexpr std::size_t class_count =
    32; // frames up to 2 KiB; larger ones are rare and go to the heap
constexpr std::size_t max_free_per_class = 1024;

struct free_frame {
  free_frame* next;
};

struct frame_pool {
  std::array<free_frame*, class_count> free{};
  std::array<std::size_t, class_count> count{};
  std::size_t living_bytes = 0;

  ~frame_pool() {
    for (auto* head : free)
      while (head != nullptr) {
        auto* next = head->next;
        ::operator delete(head);
        head = next;
      }
  }
};

frame_pool& pool() {
  thread_local frame_pool local;
  return local;
}

constexpr std::size_t class_of(std::size_t size) {
  return (size + class_bytes - 1) / class_bytes - 1;
}

} // namespace

void* allocate_frame(std::size_t size) {
  const auto index = class_of(size);
  auto& local = pool();
  local.living_bytes += size;
  if (index >= class_count)
    return ::operator new(size);
  if (auto* frame = local.free[index]) {
    local.free[index] = frame->next;
    --local.count[index];
    return frame;
  }
  return ::operator new((index + 1) * class_bytes);
}

void release_frame(void* frame, std::size_t size) noexcept {
  const auto index = class_of(size);
  auto& local = pool();
  local.living_bytes -= size;
  if (index >= class_count || local.count[index] >= max_free_per_class) {
    ::operator delete(frame);
    return;
  }
  local.free[index] = new (frame) free_frame{local.free[index]};
  ++local.count[index];
}

std::size_t frame_bytes() noexcept {
  return pool().living_bytes;
}

} // namespace troupe::detail
