// From the vendor's structures to pf rules and facts, the device's own rules included.
#pragma once

#include "importers/importer.h"
#include "importers/opnsense/world.h"
#include "importers/text/pf.h"

namespace fwproof::importers::opnsense {

// The device's rules in front of those of the user and behind them.
void add_rules_in_front(World& world, text::pf::Ruleset& ruleset);
void add_rules_behind(World& world, text::pf::Ruleset& ruleset);
void add_user_rules(World& world, text::pf::Ruleset& ruleset);
void add_filter_rule(World& world, text::pf::Ruleset& ruleset, const FilterRule& rule);
void add_translations(World& world, text::pf::Ruleset& ruleset);
void add_facts(World& world, model::HostFacts& facts);

// Two lists of names are a rule for each pair: Rule::reader() of Firewall/Rule.php. More pairs than this are one opaque rule.
constexpr size_t kMaxPairs = 4096;

bool is_disabled(const XmlText& disabled, const XmlText& enabled, bool model, std::string& unknown);
bool of_family(const std::string& ipprotocol, model::Family family);
// Whether rules of the old pages, and port forwards, with this protocol have ports: legacyMoveAddressFields() of Rule.php.
bool takes_ports(const std::string& protocol);

// Whether the device writes a rule, or leaves it out because its gateway is down or of the other family.
enum class Written : uint8_t { yes, no, unclear };
Written written(World& world, const FilterRule& rule, model::Family family);

// The ports that the device keeps from being forwarded or filtered: those of its web pages and of ssh.
model::IntervalSet lockout_ports(const Config& config);
const text::pf::Interface* lockout_interface(const World& world);

}  // namespace fwproof::importers::opnsense
