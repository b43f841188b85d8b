// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/call.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/record/errors.hpp"

#include <boost/test/unit_test.hpp>
#include <google/rpc/status.pb.h>

using namespace troupe;

namespace {

rpc_status answered(rpc_status with) {
  rpc_status seen;
  {
    embedded::call call{
        {}, [&](rpc_status status, const rpc::bytes&) { seen = std::move(status); }};
    call.answer(std::move(with));
  }
  return seen;
}

} // namespace

BOOST_AUTO_TEST_SUITE(call)

BOOST_AUTO_TEST_CASE(no_status_leaves_that_is_no_utf8) {
  for (const auto& status :
       {rpc_status{status_code::invalid_argument, "no 'h\u00e9\xe4\xb8'", {}},
        embedded::not_found("workflow not found for ID: \xff"),
        embedded::invalid_argument(std::string(100, '\xff'))}) {
    const auto seen = answered(status);
    BOOST_TEST((seen.code == status.code));
    BOOST_TEST(is_utf8(seen.message));
    google::rpc::Status details;
    BOOST_TEST(details.ParseFromString(seen.details));
  }
  BOOST_TEST(
      answered({status_code::invalid_argument, "no 'h\u00e9\xe4\xb8'", {}}).message
      == "no 'h\u00e9\ufffd\ufffd'");
}

BOOST_AUTO_TEST_SUITE_END()
