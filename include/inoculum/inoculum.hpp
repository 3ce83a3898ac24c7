// SPDX-License-Identifier: Apache-2.0
// The front door: what it takes to defend a request, with nothing but the standard library. Kept light on purpose: embedders,
// chat formats, run-time erasure (any_policy, any_backend), token engines, attacks and evaluation are included by who uses them.
#pragma once

#include "backend/concepts.hpp"
#include "core/demonstration.hpp"
#include "core/pool.hpp"
#include "core/request.hpp"
#include "core/version.hpp"
#include "guard.hpp"
#include "judge/rule_judge.hpp"
#include "select/combinators.hpp"
#include "select/order.hpp"
#include "select/policies.hpp"
#include "select/select.hpp"
