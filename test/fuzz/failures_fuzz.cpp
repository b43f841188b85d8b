// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/nexus_failure.hpp"
#include "runtime/protocol/nexus_failure.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <troupe/payload/data_converter.hpp>

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <string>

namespace {

namespace failures = temporal::api::failure::v1;
namespace nexus = temporal::api::nexus::v1;

void require_stored(const failures::Failure& failure) {
  failures::Failure again;
  troupe::fuzz::require(
      again.ParseFromString(failure.SerializeAsString()), "a failure that leaves can be read");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  const std::string bytes{fuzz::as_text(data, size)};
  const data_converter converter;
  failures::Failure failure;
  if (failure.ParseFromString(bytes)) {
    const auto error = from_failure(failure, converter);
    failures::Failure back;
    to_failure(error, converter, back);
    require_stored(back);
    nexus::UnsuccessfulOperationError older;
    to_operation_error(failure, older);
    failures::Failure from_older;
    if (protocol::from_nexus(older.failure(), from_older))
      require_stored(from_older);
  }
  nexus::Failure foreign;
  if (foreign.ParseFromString(bytes)) {
    failures::Failure read;
    if (protocol::from_nexus(foreign, read))
      require_stored(read);
  }
  return 0;
}
