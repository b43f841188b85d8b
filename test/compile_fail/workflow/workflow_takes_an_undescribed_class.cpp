// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <boost/describe.hpp>

#include <string>

using namespace troupe;

struct order {
  std::string id;
};
#ifndef MISTAKE
BOOST_DESCRIBE_STRUCT(order, (), (id))
#endif

struct shipping {
  static constexpr std::string_view name = "Shipping";
  async<order> run(workflow::context, order);
};

auto defined() {
  return workflow::define<shipping>();
}
