// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/terminal/failure_text.hpp"

#include "runtime/base/text/printable.hpp"

#include <temporal/api/failure/v1/message.pb.h>

namespace troupe::cli {

std::string failure_text(const temporal::api::failure::v1::Failure& failure) {
  std::string out;
  std::string indent = "    ";
  for (const auto* each = &failure;; each = &each->cause()) {
    out += '\n' + indent + "Message: " + printable(each->message());
    if (!each->stack_trace().empty()) {
      out += '\n' + indent + "StackTrace:\n" + indent + "    ";
      for (const char c : printable(each->stack_trace(), line_breaks::keep)) {
        out += c;
        if (c == '\n')
          out += indent + "    ";
      }
    }
    if (!each->has_cause())
      return out;
    out += '\n' + indent + "Cause:";
    indent += "    ";
  }
}

} // namespace troupe::cli
