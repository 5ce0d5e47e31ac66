// What a netsh export or script says, in Windows' own words. Words of other languages are already turned into the English ones that
// `netsh … add rule` takes ("yes", "in", "any", "allow"); what could not be turned is marked, never guessed.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "model/policy.h"

namespace fwproof::importers::netsh {

// One row per property of a rule: labels of listings and keys of commands both map to it.
enum class Key : uint8_t {
  name, description, enable, direction, profile, group, local_ip, remote_ip, protocol, local_port, remote_port, icmp, edge, program,
  service, interface_type, computer_group, user_group, local_user, package, security, source, action, condition,
};
constexpr size_t kKeys = static_cast<size_t>(Key::condition) + 1;

struct FieldValue {
  std::string text;
  model::Origin origin;
  uint32_t column = 0;
  bool present = false;
  bool unknown = false;  // the word or the variable behind it is not known
};

struct FirewallRule {
  enum class Shown : uint8_t { plain_listing, verbose_listing, complete };  // complete: commands say everything about a rule
  std::array<FieldValue, kKeys> fields;
  model::Origin origin;
  Shown shown = Shown::plain_listing;
  bool guarded = false;     // it exists only if something holds that is not known here
  std::string guard;        // that something, as written
  model::Origin guard_origin;
  bool removed = false;
  bool before_listing = false;  // a command added it, and an export that was taken later stands behind it
  bool hidden_scope = false;  // an older listing that does not print who may connect

  FieldValue& operator[](Key key) { return fields[static_cast<size_t>(key)]; }
  const FieldValue& operator[](Key key) const { return fields[static_cast<size_t>(key)]; }
};

enum class Inbound : uint8_t { block, allow, block_always };

// Settings of one network profile.
struct ProfileSettings {
  bool on = true;
  Inbound inbound = Inbound::block;
  bool outbound_blocked = false;
  bool unknown = false; // stated, but with a word that is not known
  model::Origin state_origin;
  model::Origin policy_origin;
  bool state_given() const { return state_origin.line != 0; }    // some input states it
  bool policy_given() const { return policy_origin.line != 0; }
};

// Something that makes the whole firewall unknown: a command that cannot be told.
struct OpaqueCommand {
  std::string text;
  model::Origin origin;
  bool until_reset = false;  // what it did ends with `netsh advfirewall reset`
};

// What listens on this host and relays (netsh interface portproxy), as written; the port empty: any.
struct PortProxy {
  std::string address;
  std::string port;
  bool v6 = false;           // it listens on IPv6
  bool unsure = false;       // it may not be there
  std::string text;
  model::Origin origin;
};

// Everything known of one host, after all its sections.
struct Firewall {
  std::vector<FirewallRule> rules;
  std::array<ProfileSettings, 3> profiles;  // index: model::Profile
  std::vector<OpaqueCommand> opaque;
  std::vector<PortProxy> proxies;
  std::vector<std::string> assumptions;     // general ones, from what the scripts leave open
  bool has_listing = false;
  bool has_script = false;
  bool reset = false;
  bool commands_since_listing = false;      // commands that added rules, and no listing behind them yet
};

constexpr unsigned kAllProfiles = 7;  // bit n: model::Profile n

}  // namespace fwproof::importers::netsh
