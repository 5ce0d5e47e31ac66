#include "importers/iptables_save/lower_address.h"

#include <algorithm>
#include <bit>

#include "importers/text/number.h"

namespace fwproof::importers::iptables_save {
namespace {

using model::Family;
using model::Interval;
using model::IntervalSet;
using model::u128;
using Kind = ParsedAddresses::Kind;

constexpr unsigned kMaxFreeBits = 16;  // 65,536 intervals

unsigned trailing_zeros(u128 mask, unsigned bits) {
  const auto low = static_cast<uint64_t>(mask), high = static_cast<uint64_t>(mask >> 64);
  const int zeros = low != 0 ? std::countr_zero(low) : 64 + std::countr_zero(high);
  return std::min(static_cast<unsigned>(zeros), bits);
}

// All addresses with (address & mask) == value. Requires: value has no bits outside the mask.
ParsedAddresses scattered(u128 value, u128 mask, unsigned bits) {
  const unsigned tail = trailing_zeros(mask, bits);
  const u128 low = tail == 0 ? 0 : model::max_value(tail);
  if ((mask | low) == model::max_value(bits)) return {Kind::set, IntervalSet::range(value, value | low), {}};
  std::vector<Interval> intervals = {{value, value | low}};
  for (unsigned bit = tail; bit < bits; ++bit) {
    if ((mask >> bit & 1) != 0) continue;
    if (intervals.size() >= (size_t{1} << kMaxFreeBits)) return {Kind::too_scattered, {}, {}};
    const size_t count = intervals.size();
    for (size_t i = 0; i < count; ++i) intervals.push_back({intervals[i].lo | u128{1} << bit, intervals[i].hi | u128{1} << bit});
  }
  return {Kind::set, IntervalSet::from(std::move(intervals)), {}};
}

// iptables completes "10/8" and "10.1/16", but only where a mask follows.
std::string completed(std::string_view text) {
  std::string result(text);
  for (auto dots = std::count(text.begin(), text.end(), '.'); dots < 3; ++dots) result += ".0";
  return result;
}

bool looks_numeric(std::string_view text) {
  return text.find(':') != std::string_view::npos || text.find_first_not_of("0123456789./") == std::string_view::npos;
}

std::optional<u128> mask_value(std::string_view text, Family family) {
  const unsigned bits = model::address_bits(family);
  if (const auto length = text::parse_decimal(text, bits))
    return model::max_value(bits) ^ (*length == bits ? 0 : model::max_value(bits - static_cast<unsigned>(*length)));
  const auto address = model::parse_address(text);
  if (!address || address->family != family) return std::nullopt;
  return address->value;
}

ParsedAddresses parse_one(std::string_view text, Family family) {
  const size_t slash = text.find('/');
  const std::string_view head = text.substr(0, slash);
  const bool has_mask = slash != std::string_view::npos;
  auto address = model::parse_address(head);
  if (!address && has_mask && family == Family::v4 && !head.empty() && head.find_first_not_of("0123456789.") == std::string_view::npos)
    address = model::parse_address(completed(head));
  if (!address) return {looks_numeric(head) ? Kind::invalid : Kind::hostname, {}, text};
  if (address->family != family) return {Kind::wrong_family, {}, text};
  if (!has_mask) return {Kind::set, IntervalSet::of(address->value), {}};
  const auto mask = mask_value(text.substr(slash + 1), family);
  if (!mask) return {Kind::invalid, {}, text};
  ParsedAddresses result = scattered(address->value & *mask, *mask, model::address_bits(family));
  result.part = text;
  return result;
}

}  // namespace

ParsedAddresses parse_addresses(std::string_view text, Family family) {
  if (text.find(',') == std::string_view::npos) return parse_one(text, family);
  std::vector<Interval> all;
  for (std::string_view part; text::next_part(text, ',', part);) {
    ParsedAddresses one = parse_one(part, family);
    if (one.kind != Kind::set) return one;
    all.insert(all.end(), one.set.intervals().begin(), one.set.intervals().end());
  }
  return {Kind::set, IntervalSet::from(std::move(all)), {}};
}

ParsedAddresses parse_address_range(std::string_view text, Family family) {
  const size_t dash = text.find('-');
  const auto from = model::parse_address(text.substr(0, dash));
  const auto to = dash == std::string_view::npos ? from : model::parse_address(text.substr(dash + 1));
  if (!from || !to) return {Kind::invalid, {}, text};
  if (from->family != family || to->family != family) return {Kind::wrong_family, {}, text};
  if (from->value > to->value) return {Kind::invalid, {}, text};
  return {Kind::set, IntervalSet::range(from->value, to->value), {}};
}

}  // namespace fwproof::importers::iptables_save
