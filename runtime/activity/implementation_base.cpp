// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/implementation_base.hpp>

#include <stdexcept>

namespace troupe::activity::detail {

// Who runs it asks before what it is, so reaching one of these is a bug of ours.
payload implementation_base::run(const context&, const payloads&) const {
  throw std::logic_error("this activity is a coroutine");
}

async<payload> implementation_base::run_async(context, const payloads&) const {
  throw std::logic_error("this activity is a plain function");
}

} // namespace troupe::activity::detail
