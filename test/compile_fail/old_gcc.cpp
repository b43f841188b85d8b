// SPDX-License-Identifier: Apache-2.0
#ifdef MISTAKE
#include <troupe/async.hpp>
#else
#include <troupe/result.hpp>
#endif
