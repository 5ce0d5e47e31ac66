// What nft's text and nft's JSON say, in nft's words: one tree for both. Nothing is decided here.
//
// Texts point into the input (or into strings that Ruleset keeps): the input must outlive the tree.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/source.h"

namespace fwproof::importers::nftables {

enum class ExprKind : uint8_t {
  none,
  value,     // 22, ssh, 192.0.2.0/24, 1024-65535, eth*: what it is depends on what it is compared with
  quoted,    // "eth0"
  star,      // * in a set: everything else
  range,     // kids: from, to
  prefix,    // kids: address, length
  set,       // kids: elements
  list,      // kids: bits that are joined: established,related
  concat,    // kids
  element,   // kids: key, value of a map
  set_ref,   // @text
  selector,  // text: canonical, "tcp dport", "ct state", "fib daddr . iif type"
  binary,    // text: & | ^ << >>; kids: both sides
  masked,    // kids: value, mask: "syn / fin,syn,rst"
  map,       // kids: key, set or set_ref
  verdict,   // text: "accept", "jump" …; kids: the chain as a value
  any,       // numgen, jhash …: some number; kids: how many there are, the first one (both may be of kind none), and what is hashed
  broken,    // not understood; text: as written
};

struct Expr {
  ExprKind kind = ExprKind::none;
  std::string_view text;
  uint32_t line = 0;
  uint32_t column = 0;
  std::vector<Expr> kids;
  const Expr* shared = nullptr;  // the value of a variable: stands for this expression; owned by Ruleset

  const Expr& get() const { return shared ? *shared : *this; }
};

enum class Relation : uint8_t { implicit, equal, unequal, less, greater, at_most, at_least, none_of };

enum class StatementKind : uint8_t {
  match,          // left relation right
  verdict,        // right: verdict
  verdict_map,    // left: key, right: set or set_ref
  assign,         // left: selector, right: value
  nat,            // word: snat dnat masquerade redirect; left: address, right: port
  reject,         // word: "tcp", "icmp", "icmpv6" or empty
  proceed,        // counter, log, …: nothing that decides; word: which; left, right: what it reads
  chance,         // limit, quota, ct count: counts or remembers
  change_set,     // word: add, update, delete; left: key, or element of a map; right: set_ref; inner: limits within
  notrack,
  flow,           // flow add @x
  opaque_match,   // a condition that nobody can read here (xt match)
  opaque_action,  // queue, tproxy, synproxy, fwd, xt target
  broken,         // not understood
};

struct Statement {
  StatementKind kind = StatementKind::broken;
  std::string_view word;
  std::string_view text;         // as written
  Relation relation = Relation::implicit;
  uint8_t family = 0;            // nat: 4, 6 or 0 (not said)
  bool is_prefix = false;        // nat: "prefix to"
  bool any_port = false;         // nat: random, fully-random
  uint32_t line = 0;
  uint32_t column = 0;
  Expr left;
  Expr right;
  std::vector<Statement> inner;
};

struct RuleAst {
  std::vector<Statement> statements;
  model::Origin origin;
  uint32_t last_line = 0;
  std::string_view name;         // its comment
};

struct ChainAst {
  std::string name;
  model::Origin origin;
  bool is_base = false;
  std::string type;              // filter, nat, route
  std::string hook;
  int32_t priority = 0;
  bool priority_known = true;
  std::string policy;            // empty: not stated
  model::Origin policy_origin;
  std::vector<std::string> devices;
  bool devices_known = true;
  uint32_t sequence = 0;         // order of registration
  std::deque<RuleAst> rules;
  std::optional<model::Origin> unclear;  // a command changed it in a way that is not followed
};

struct SetAst {
  std::string name;
  model::Origin origin;
  bool is_map = false;
  bool timeouts = false;
  bool dynamic = false;
  std::vector<Expr> elements;
  std::optional<model::Origin> unclear;
};

enum class TableFamily : uint8_t { ip, ip6, inet, arp, bridge, netdev };

struct TableAst {
  TableFamily family = TableFamily::ip;
  std::string name;
  model::Origin origin;
  bool dormant = false;
  bool of_iptables = false;      // the listing says that iptables-nft keeps it
  std::deque<ChainAst> chains;
  std::unordered_map<std::string, uint32_t> chain_index;
  std::unordered_map<std::string, SetAst> sets;
  std::optional<model::Origin> unclear;  // an include, a command that is not followed: any chain may be different
};

// Something that may change any of the tables: an include, a command that is not followed.
struct Gap {
  std::string text;
  model::Origin origin;
};

// Lines that nft is to read, and has not listed: they hold commands.
struct InputLines {
  uint32_t file = 0;
  uint32_t first = 0;
  uint32_t last = 0;
};

struct Ruleset {
  std::deque<TableAst> tables;
  std::vector<Gap> gaps;
  std::vector<InputLines> input;
  std::deque<Expr> values;           // of variables
  std::deque<std::string> texts;     // that the input does not hold as written
  uint32_t sequence = 0;

  TableAst* find(TableFamily family, std::string_view name);
  TableAst& table(TableFamily family, std::string_view name, model::Origin origin);
  bool is_input(model::Origin origin) const;
};

ChainAst* find_chain(TableAst& table, std::string_view name);
ChainAst& chain_of(Ruleset& ruleset, TableAst& table, std::string_view name, model::Origin origin);
// Whether the table may be one that iptables-nft has made: its listing is in nft's words, but what runs are the matches of iptables.
bool may_be_of_iptables(const TableAst& table);
std::optional<TableFamily> table_family(std::string_view word);
std::string_view to_text(TableFamily family);
// "filter", "srcnat + 10", "-150": by name they differ in the bridge family.
std::optional<int32_t> priority_of(std::string_view text, TableFamily family);

}  // namespace fwproof::importers::nftables
