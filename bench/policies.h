// Seeded policies for the benchmarks: the same shape, size and seed give the same text on every machine.
//
//   std::string dump = policy("nested", 100'000, 1);   // iptables-save
//
// The host that is asked about is kHost in all of them; kAdmin is the network that the benchmarks' specification (specification()) lets
// in on the ports of its rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::bench {

constexpr const char* kHost = "10.1.2.3";
constexpr const char* kAdmin = "192.0.2.0/24";

struct Shape {
  std::string_view name;
  std::string_view what;
};
// "nested", "hosts", "ports", "deny-first", "long-chain", "deep-jumps", "overlap", "violations", "kubernetes", "netsh".
const std::vector<Shape>& shapes();

// Requires: a name of shapes(). rules: about how many the policy has ("kubernetes": how many services).
std::string policy(std::string_view shape, size_t rules, uint64_t seed);

// What `diff` is asked about, made from policy("nested", …): one rule changed, 1,000 rules changed, neighbours swapped that commute, all shuffled.
enum class Change { one, thousand, swaps, shuffle };
std::string changed(size_t rules, uint64_t seed, Change change);

// iptables-save with one rule that refers to the set, and `ipset save` of the set.
std::string policy_with_set();
std::string named_set(size_t entries, uint64_t seed);

// Rows that let kAdmin in, each on a port of its own; the table is complete.
std::string specification(size_t rows);

// A question about the first service of shape kubernetes: pods reach its endpoints by its cluster address. `node`: the file of that shape.
std::string cluster_site(const std::string& node, const std::string& specification);
std::string cluster_specification();

// Packets for `trace`, one JSON object a line.
std::string packets(size_t count, uint64_t seed);

}  // namespace fwproof::bench
