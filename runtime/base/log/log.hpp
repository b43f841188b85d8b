// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/log.hpp> // IWYU pragma: export
