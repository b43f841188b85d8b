// SPDX-License-Identifier: Apache-2.0
// What the programs here include, read once for all of them: by itself it takes most of the time of
// each.

#include <troupe/activity/implementation.hpp>
#include <troupe/activity/interceptor.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/payload/json.hpp>
#include <troupe/testing/activity_environment.hpp>
#include <troupe/testing/mock.hpp>
#include <troupe/testing/nexus.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/definition.hpp>
#include <troupe/workflow/interceptor.hpp>

#include <boost/describe.hpp>
