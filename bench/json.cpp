// SPDX-License-Identifier: Apache-2.0
// What a JSON payload costs, without any RPC: decodes and encodes the two payloads of the Nexus
// task benchmark and prints a line for each. Run it under callgrind for instruction counts.

#include "bench/support/basket.hpp"
#include "bench/support/measure.hpp"

#include <troupe/payload/convert.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace troupe::bench;

basket filled_basket(std::size_t bytes) {
  basket filled{.title = "benchmark", .items = {}};
  for (std::int64_t i = 0; troupe::to_json(filled).size() < bytes; ++i)
    filled.items.push_back(
        {.id = 100'000 + i,
         .name = "item number " + std::to_string(i),
         .price = 12.5,
         .tags = {"red", "green", "blue"},
         .stock = true});
  return filled;
}

// Keeps the compiler from dropping what is measured.
void use(const void* value) {
  asm volatile("" : : "g"(value) : "memory");
}

template <class Work>
double best_nanoseconds(std::size_t repeats, std::size_t rounds, Work work) {
  double best = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto start = now_nanoseconds();
    for (std::size_t i = 0; i < repeats; ++i)
      work();
    const auto each = static_cast<double>(now_nanoseconds() - start) / static_cast<double>(repeats);
    best = round == 0 ? each : std::min(best, each);
  }
  return best;
}

template <class T>
void measure(const char* what, const T& value, std::size_t repeats, std::size_t rounds) {
  const auto encoded = troupe::encode_value(value);
  const troupe::payload_view view{encoded};
  const auto encode = best_nanoseconds(repeats, rounds, [&] {
    const auto again = troupe::encode_value(value);
    use(&again);
  });
  const auto decode = best_nanoseconds(repeats, rounds, [&] {
    const auto again = troupe::decode_value<T>(view);
    use(&again);
  });
  std::printf(
      R"({"program":"json","payload":"%s","bytes":%zu,"decode_ns":%.0f,"encode_ns":%.0f})"
      "\n",
      what,
      encoded.data.size(),
      decode,
      encode);
}

} // namespace

int main(int argc, char** argv) try {
  std::size_t repeats = 100;
  std::size_t rounds = 2000;
  std::string only;
  CLI::App app{"Decodes and encodes JSON payloads"};
  app.add_option(
         "--repeats", repeats, "calls a round; short rounds fit between two other processes")
      ->check(CLI::PositiveNumber);
  app.add_option("--rounds", rounds, "the best one counts")->check(CLI::PositiveNumber);
  app.add_option("--payload", only)->check(CLI::IsMember({"struct", "string"}));
  CLI11_PARSE(app, argc, argv);

  if (only != "string")
    measure("struct", filled_basket(10'240), repeats, rounds);
  if (only != "struct")
    measure("string", std::string(98, 'x'), repeats * 10, rounds);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "json: %s\n", error.what());
  return 1;
}
