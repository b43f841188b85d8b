// SPDX-License-Identifier: Apache-2.0
#include <troupe/async.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

using troupe::detail::allocate_frame;
using troupe::detail::release_frame;

BOOST_AUTO_TEST_SUITE(frame_pool)

BOOST_AUTO_TEST_CASE(gives_frames_of_every_size_that_do_not_overlap) {
  struct frame {
    unsigned char* memory;
    std::size_t size;
  };
  std::vector<frame> frames;
  for (std::size_t size = 1; size < 5'000; size += 37) {
    auto* memory = static_cast<unsigned char*>(allocate_frame(size));
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t) == 0u);
    std::memset(memory, static_cast<int>(size % 251), size);
    frames.push_back({memory, size});
  }
  for (const auto& [memory, size] : frames) {
    for (std::size_t i = 0; i < size; ++i)
      BOOST_REQUIRE(memory[i] == size % 251);
    release_frame(memory, size);
  }
}

BOOST_AUTO_TEST_CASE(gives_a_released_frame_out_again_for_its_size_class) {
  auto* first = allocate_frame(100);
  release_frame(first, 100);
  auto* second = allocate_frame(128);
  BOOST_TEST(first == second);
  auto* other_class = allocate_frame(129);
  BOOST_TEST(other_class != second);
  release_frame(second, 128);
  release_frame(other_class, 129);
}

BOOST_AUTO_TEST_CASE(takes_more_frames_back_than_it_keeps) {
  std::vector<void*> frames;
  for (int i = 0; i < 3'000; ++i)
    frames.push_back(allocate_frame(64));
  BOOST_TEST((std::set<void*>{frames.begin(), frames.end()}.size() == frames.size()));
  for (auto* frame : frames)
    release_frame(frame, 64);
}

BOOST_AUTO_TEST_CASE(takes_frames_of_other_threads) {
  void* frame = nullptr;
  std::thread{[&] { frame = allocate_frame(200); }}.join();
  std::memset(frame, 1, 200);
  release_frame(frame, 200);
  BOOST_TEST(allocate_frame(200) == frame);
  release_frame(frame, 200);
}

BOOST_AUTO_TEST_SUITE_END()
