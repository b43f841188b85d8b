// SPDX-License-Identifier: Apache-2.0
// Compiles, and every line with "tidy:" is a mistake that the installed clang-tidy configuration
// finds.
#include <troupe/async.hpp>

#include <string>

using namespace troupe;

async<std::string> borrows(const std::string& text) { // tidy: avoid-reference-coroutine-parameters
  co_return text;
}

async<int> forgets(bool really) {
  if (really)
    co_return 1;
} // tidy: return-type

int main() {
  int n = 1;
  auto gone = [n]() -> async<int> { co_return n; }(); // tidy: avoid-capturing-lambda-coroutines
  auto body = borrows("text");
  auto moved = std::move(body);
  body.start();    // tidy: use-after-move
  forgets(n == 1); // tidy: unused-result
}
