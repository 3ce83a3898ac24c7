// SPDX-License-Identifier: Apache-2.0
// xtensor's tensors, wherever its version keeps them: version 0.26 moved its headers into folders.
#pragma once

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif
