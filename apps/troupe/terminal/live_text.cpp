// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/terminal/live_text.hpp"

#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <vector>

namespace troupe::cli {
namespace {

struct screen {
  std::size_t rows = 0, columns = 0; ///< 0: it is no terminal
};

screen screen_of_stdout() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    return {};
  return {size.ws_row, size.ws_col};
}

/// Without our own sequences for colours.
std::string plain(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b') {
      out += line[i];
      continue;
    }
    i = std::min(line.find('m', i), line.size());
  }
  return out;
}

std::size_t rows_of(std::string_view line, std::size_t columns) {
  if (columns == 0)
    return 1;
  const auto width = display_width(plain(line));
  return width == 0 ? 1 : 1 + (width - 1) / columns;
}

volatile std::sig_atomic_t was_interrupted = 0;

} // namespace

void live_text::show(std::string_view text, bool is_last) {
  const auto [rows, columns] = screen_of_stdout();
  // From the end: the line behind the last break counts, the cursor stands there.
  std::size_t begin = text.size();
  std::size_t taken = 0;
  for (std::size_t end = text.size();;) {
    const auto at = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    const auto first = at == std::string_view::npos ? 0 : at + 1;
    const auto needed = rows_of(text.substr(first, end - first), columns);
    if (!is_last && rows > 0 && taken + needed > rows)
      break;
    taken += needed;
    begin = first;
    if (at == std::string_view::npos)
      break;
    end = at;
  }
  std::string out;
  if (lines_ > 1)
    out += "\x1b[" + std::to_string(lines_ - 1) + "A";
  if (lines_ > 0)
    out += "\x1b[0G\x1b[0J";
  out += text.substr(begin);
  lines_ = taken;
  print(out);
}

struct interrupt::handlers {
  struct sigaction on_int{}, on_term{};
};

interrupt::interrupt() : before_(std::make_unique<handlers>()) {
  was_interrupted = 0;
  struct sigaction told{};
  told.sa_handler = [](int) { was_interrupted = 1; };
  sigaction(SIGINT, &told, &before_->on_int);
  sigaction(SIGTERM, &told, &before_->on_term);
}

interrupt::~interrupt() {
  sigaction(SIGINT, &before_->on_int, nullptr);
  sigaction(SIGTERM, &before_->on_term, nullptr);
}

interrupt::operator bool() const noexcept {
  return was_interrupted != 0;
}

} // namespace troupe::cli
