// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/links.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <temporal/api/common/v1/message.pb.h>

#include <string>

/// The first line is the type, the rest the URL.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  namespace common = temporal::api::common::v1;
  const auto text = fuzz::as_text(data, size);
  const auto line = text.find('\n');
  const auto type = line == std::string_view::npos
                        ? std::string_view{"temporal.api.common.v1.Link.WorkflowEvent"}
                        : text.substr(0, line);
  const auto url = line == std::string_view::npos ? text : text.substr(line + 1);
  common::Link link;
  if (!protocol::from_nexus_link(url, type, link))
    return 0;
  common::Link again;
  fuzz::require(
      again.ParseFromString(link.SerializeAsString()), "a link that was taken can be stored");
  const auto written = protocol::to_nexus_link(link);
  fuzz::require(written.has_value(), "a link that was read can be written");
  common::Link reread;
  fuzz::require(
      static_cast<bool>(protocol::from_nexus_link(written->url, written->type, reread)),
      "a link that was written can be read");
  fuzz::require(
      reread.SerializeAsString() == link.SerializeAsString(), "and says the same as before");
  return 0;
}
