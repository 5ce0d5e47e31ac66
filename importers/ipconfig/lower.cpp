#include "importers/ipconfig/lower.h"

#include <algorithm>

#include "importers/ipconfig/words.h"
#include "importers/text/decode.h"
#include "importers/text/number.h"

namespace fwproof::importers::ipconfig {
namespace {

using model::Family;
using model::Prefix;

// "fe80::1%12(Preferred)" is fe80::1; state: what stands in parentheses.
std::optional<model::Address> address_in(std::string_view text, std::string& state) {
  const size_t open = text.find('(');
  if (open != std::string_view::npos) {
    const std::string_view inside = text.substr(open + 1);
    state = fold(inside.substr(0, inside.find(')')));
    text = text.substr(0, open);
  }
  text = text.substr(0, text.find('%'));
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return model::parse_address(text);
}

std::string cannot_read(std::string_view text) { return "cannot read '" + std::string(text.substr(0, 100)) + "' as an address"; }

std::string as_utf8(std::string_view name) {
  if (text::is_utf8(name)) return std::string(name);
  return text::from_code_page(name, "CP850").value_or(fold(name));
}

std::string mac_of(std::string_view text) {
  std::string mac(text);
  std::replace(mac.begin(), mac.end(), '-', ':');
  return text::parse_mac(mac) ? mac : std::string();
}

}  // namespace

std::string FactCollector::apply(const Line& line, model::Origin origin) {
  switch (line.kind) {
    case Line::Kind::title:
      finish_adapter();
      has_title_ = true;
      return {};
    case Line::Kind::adapter: return start_adapter(line, origin), std::string();
    case Line::Kind::blank: case Line::Kind::other: return {};
    case Line::Kind::more: return last_ == Key::gateway ? add_gateway(line.value, origin) : std::string();
    case Line::Kind::label: break;
  }
  if (!in_adapter_) return {};
  last_ = line.key;
  switch (line.key) {
    case Key::dhcp_enabled:
      dhcp_ = find_yes_no(fold(line.value));
      dhcp_origin_ = origin;
      return dhcp_ ? std::string() : "'" + std::string(line.value.substr(0, 100)) + "' is neither yes nor no in a language that is known";
    case Key::ipv4: case Key::ipv4_autoconfigured: case Key::ipv6: case Key::ipv6_temporary: case Key::ipv6_link_local: return add_address(line, origin);
    case Key::mask: return add_mask(line.value);
    case Key::gateway: return line.value.empty() ? std::string() : add_gateway(line.value, origin);
    case Key::lease_obtained:
      if (!is_unused_ && !own_.empty()) own_.back().leased = true;
      return {};
    case Key::physical_address: return adapter_.mac = mac_of(line.value), std::string();
    case Key::media_state: return adapter_.up = false, std::string();  // it is printed for an adapter without a medium alone
    case Key::other: return {};
  }
  return {};
}

void FactCollector::start_adapter(const Line& line, model::Origin origin) {
  finish_adapter();
  in_adapter_ = true;
  adapter_ = {};
  adapter_.name = as_utf8(line.value);
  adapter_.origin = origin;
  is_point_to_point_ = line.is_point_to_point;
}

std::string FactCollector::add_address(const Line& line, model::Origin origin) {
  if (line.value.empty()) return {};
  std::string state;
  const auto address = address_in(line.value, state);
  if (!address) return broken_ = true, cannot_read(line.value);
  is_unused_ = is_duplicate(state);  // Windows does not use an address that another host has, nor is the mask below it another's
  if (is_unused_) return {};
  // The listing has no prefix lengths for IPv6: what is on link is not told.
  const unsigned length = address->family == Family::v4 ? 32 : line.key == Key::ipv6_link_local ? 64 : 128;
  const bool made = line.key == Key::ipv4_autoconfigured || line.key == Key::ipv6_temporary;
  own_.push_back({{*address, length}, origin, made});
  return {};
}

std::string FactCollector::add_mask(std::string_view text) {
  const auto mask = model::parse_prefix("0.0.0.0/" + std::string(text.substr(0, 40)));
  if (!mask) return cannot_read(text);
  if (!is_unused_ && !own_.empty() && own_.back().prefix.address.family == Family::v4) own_.back().prefix.length = mask->length;
  return {};
}

std::string FactCollector::add_gateway(std::string_view text, model::Origin origin) {
  std::string state;
  const auto via = address_in(text, state);
  if (!via) return cannot_read(text);
  model::RouteFact route;
  route.to = {{via->family, 0}, 0};
  route.via = via;
  route.dev = adapter_.name;
  route.origin = origin;
  facts_.routes.push_back(std::move(route));
  return {};
}

// "DHCP Enabled" is about IPv4. An IPv6 address with a lease below it is DHCPv6's; without one it may be configured or made from a router's
// advertisement. A peer gives PPP's addresses, whatever the line says.
void FactCollector::assign(model::InterfaceFact& adapter, const Own& own) const {
  const bool v4 = own.prefix.address.family == Family::v4;
  const auto alone = [&] { return std::count_if(own_.begin(), own_.end(), [](const Own& each) { return each.prefix.address.family == Family::v4; }) == 1; };
  if (own.leased || (v4 && dhcp_.value_or(false) && alone())) adapter.leased.push_back({own.prefix, v4 && dhcp_.value_or(false) ? dhcp_origin_ : own.origin});
  else if (v4 && dhcp_ && !*dhcp_ && !is_point_to_point_) adapter.fixed.push_back({own.prefix, dhcp_origin_});
}

void FactCollector::finish_adapter() {
  if (!in_adapter_) return;
  for (const Own& own : own_) {
    adapter_.addresses.push_back(own.prefix);
    assign(adapter_, own);
  }
  const auto same = [&](const model::InterfaceFact& known) { return known.name == adapter_.name; };
  if (facts_.interfaces.size() > 10'000 || std::none_of(facts_.interfaces.begin(), facts_.interfaces.end(), same)) facts_.interfaces.push_back(std::move(adapter_));
  in_adapter_ = false;
  own_.clear();
  is_unused_ = false;
  dhcp_.reset();
  last_ = Key::other;
}

void FactCollector::finish() {
  finish_adapter();
  if (has_title_ && !broken_ && !facts_.interfaces.empty()) facts_.complete_addresses = true;
  has_title_ = broken_ = false;
}

}  // namespace fwproof::importers::ipconfig
