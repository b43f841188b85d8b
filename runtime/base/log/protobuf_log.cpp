// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/protobuf_log.hpp"

#include "runtime/base/log/log.hpp"

#include <google/protobuf/stubs/logging.h>

#include <mutex>
#include <string>

namespace troupe {

namespace {

void to_our_log(
    google::protobuf::LogLevel severity, const char* file, int line, const std::string& message) {
  // What is fatal ends the process right after this call.
  const auto to =
      severity == google::protobuf::LOGLEVEL_FATAL ? log::level::error : log::level::debug;
  if (log::enabled(to))
    log::write(
        to,
        message,
        {{"from", "protobuf"}, {"at", std::string{file} + ':' + std::to_string(line)}});
}

} // namespace

void adopt_protobuf_log() {
  static std::once_flag once;
  std::call_once(once, [] { google::protobuf::SetLogHandler(to_our_log); });
}

} // namespace troupe
