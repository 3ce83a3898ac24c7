// SPDX-License-Identifier: Apache-2.0
// The second unit: defines again whatever a header forgot to mark inline.
#include "every_header.hpp"
