// What has to be known of all rules before the first is lowered: names of interfaces, what rules change, who calls whom.
#pragma once

#include "importers/nftables/lower.h"

namespace fwproof::importers::nftables {

struct ChainUse {
  const TableAst* table = nullptr;
  const ChainAst* chain = nullptr;
  Sites sites;                           // from where packets may come in
  std::vector<std::string> calls;
  std::optional<model::Origin> zone;     // a rule that sets a zone other than 0
};

struct Survey {
  std::map<std::pair<const TableAst*, std::string>, ChainUse> chains;
  std::set<std::string, std::less<>> interfaces;           // as written
  std::map<const TableAst*, std::set<const SetAst*>> changing;
  std::set<model::Field> rewritten;
  std::set<const TableAst*> tracking_v4, tracking_v6;      // tables whose rules make the kernel track connections
  bool asks_translated = false;
  bool changes_header = false;
};

Survey survey(const Ruleset& ruleset);
// Whether a statement sets a connection tracking zone other than 0, which is everybody's.
bool sets_zone(const Statement& statement);
// Whether something in a table can keep a packet from passing, or change it.
bool can_interfere(const TableAst& table);

}  // namespace fwproof::importers::nftables
