// Random policies and walks over a tiny universe, for tests that compare the meanings of a policy. Same seed, same policy.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "model/policy.h"
#include "solver/walk.h"

namespace fwproof::testing {

// Addresses 0-7, ports 0-3, protocols TCP and UDP. Ports are free in both.
constexpr uint32_t kAddresses = 8;
constexpr uint32_t kPorts = 4;

struct RandomOptions {
  bool rewrites = true;
  bool unknowns = true;
  bool nat = true;
  bool bits = true;  // rewrites of some bits of a field
};

// All hooks, without flaws, names bound, no base chain used twice.
model::Policy random_policy(uint64_t seed, const RandomOptions& options);

// Addresses of the tiny universe in IPv6 too.
void move_to_v6(model::Policy& policy);

// Every packet of the universe, one leg through one hook.
solver::Walk tiny_walk(const model::Policy& policy, model::Hook hook, unsigned state);
solver::PacketBox tiny_universe();
solver::PacketBox box_of(const model::Packet& packet);

std::string dump(const model::Policy& policy);

}  // namespace fwproof::testing
